import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { AccountWatch } from '../../src/domain/watch.ts';
import type { WatchStore } from '../../src/ports/watch.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { partition } from './shapes.ts';
import { regionWatch, watchTrouble } from './watch-shapes.ts';

const TABLE = 'watched_accounts';

const row: z.ZodType<AccountWatch> = z.object({
  accountId: z.string(),
  partition,
  since: z.number(),
  regions: json(z.array(regionWatch)),
  listedAt: z.number().nullable(),
  listTrouble: json(watchTrouble).nullable(),
  trouble: json(watchTrouble).nullable(),
  basis: z.string(),
  heldBy: z.string().nullable(),
  heldUntil: z.number(),
  version: z.number(),
});

function stored(watch: AccountWatch) {
  const text = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  return {
    ...watch,
    regions: JSON.stringify(watch.regions),
    listTrouble: text(watch.listTrouble),
    trouble: text(watch.trouble),
  };
}

export function watchStore(engine: Engine): WatchStore {
  const { watchedAccounts: t, seenEvents, keyProfiles, watchMemory, trailFiles } = engine.tables;
  return {
    async list() {
      const rows = await engine.read((db) => db.select().from(t).orderBy(asc(t.accountId)));
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async byId(accountId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.accountId, accountId)));
      return readFirst(TABLE, row, rows);
    },
    insert(watch) {
      return write(engine, 'watch.insert', 1, (db) => db.insert(t).values(stored(watch)));
    },
    update(watch) {
      const asRead = and(eq(t.accountId, watch.accountId), eq(t.version, watch.version - 1));
      return write(engine, 'watch.update', 1, (db) => db.update(t).set(stored(watch)).where(asRead));
    },
    forget(accountId) {
      return [t, seenEvents, keyProfiles, watchMemory, trailFiles].map((table) =>
        write(engine, 'watch.forget', 'any', (db) => db.delete(table).where(eq(table.accountId, accountId))),
      );
    },
  };
}
