import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { AccountInventory } from '../../src/domain/inventory.ts';
import type { AccountInventoryStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { gap, known, runningSweep, trouble } from './key-shapes.ts';
import { partition } from './shapes.ts';

const TABLE = 'account_inventories';

const row: z.ZodType<AccountInventory> = z.object({
  accountId: z.string(),
  partition,
  rootKeys: json(known(z.number())),
  users: z.number().nullable(),
  keys: z.number().nullable(),
  fullAt: z.number().nullable(),
  sweptAt: z.number().nullable(),
  reportAt: z.number().nullable(),
  gaps: json(z.array(gap)),
  running: json(runningSweep).nullable(),
  trouble: json(trouble).nullable(),
  version: z.number(),
});

function stored(inventory: AccountInventory) {
  const { rootKeys, gaps, running, trouble } = inventory;
  return {
    ...inventory,
    rootKeys: JSON.stringify(rootKeys),
    gaps: JSON.stringify(gaps),
    running: running === null ? null : JSON.stringify(running),
    trouble: trouble === null ? null : JSON.stringify(trouble),
  };
}

export function accountInventoryStore(engine: Engine): AccountInventoryStore {
  const t = engine.tables.accountInventories;
  const { iamUsers, inventoryKeys, keyStandings, keyMarks, keyChoices, snoozes, keyEvents, told } =
    engine.tables;
  const { ownerRules } = engine.tables;
  const rest = [iamUsers, inventoryKeys, keyStandings, keyChoices, snoozes, keyEvents, told, ownerRules];
  return {
    async list() {
      const rows = await engine.read((db) => db.select().from(t).orderBy(asc(t.accountId)));
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async byId(accountId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.accountId, accountId)));
      return readFirst(TABLE, row, rows);
    },
    insert(inventory) {
      return write(engine, 'accountInventories.insert', 1, (db) => db.insert(t).values(stored(inventory)));
    },
    update(inventory) {
      const asRead = and(eq(t.accountId, inventory.accountId), eq(t.version, inventory.version - 1));
      return write(engine, 'accountInventories.update', 1, (db) =>
        db.update(t).set(stored(inventory)).where(asRead),
      );
    },
    stillKept(accountId) {
      // Locks the row: `forget`, which removes it first, comes wholly before this batch or wholly after it.
      return write(engine, 'accountInventories.stillKept', 1, (db) =>
        db
          .update(t)
          .set({ version: sql`${t.version}` })
          .where(eq(t.accountId, accountId)),
      );
    },
    forget(accountId) {
      const of = (table: typeof t | (typeof rest)[number]) =>
        write(engine, 'accountInventories.forget', 'any', (db) =>
          db.delete(table).where(eq(table.accountId, accountId)),
        );
      // The marks have no account of their own: they go while the standings are still there to name it.
      const marks = write(engine, 'accountInventories.forget', 'any', (db) => {
        const theirs = db
          .select({ accessKeyId: keyStandings.accessKeyId })
          .from(keyStandings)
          .where(eq(keyStandings.accountId, accountId));
        return db.delete(keyMarks).where(inArray(keyMarks.accessKeyId, theirs));
      });
      return [of(t), marks, ...rest.map(of)];
    },
  };
}
