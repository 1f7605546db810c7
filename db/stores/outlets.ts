import { and, asc, eq, gt, isNotNull, lt, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import { PAGER_OUTLET, type Outlet } from '../../src/domain/notice.ts';
import type { OutletStore } from '../../src/ports/notices.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { readFirst, readRow } from '../rows.ts';

const TABLE = 'outlets';

const row: z.ZodType<Outlet> = z.object({
  id: z.string(),
  nextAt: z.number(),
  limitedUntil: z.number(),
  channelId: z.string().nullable(),
  trouble: z.string().nullable(),
  troubleSince: z.number().nullable(),
  troubleAt: z.number().nullable(),
});

const WELL = { trouble: null, troubleSince: null, troubleAt: null };

export function outletStore(engine: Engine): OutletStore {
  const t = engine.tables.outlets;
  const fresh = (id: string): Outlet => ({ id, nextAt: 0, limitedUntil: 0, channelId: null, ...WELL });
  const notBefore = (at: number) =>
    sql`case when ${t.limitedUntil} > ${at} then ${t.limitedUntil} else ${at} end`;
  return {
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async troubled() {
      const rows = await engine.read((db) =>
        db.select().from(t).where(isNotNull(t.trouble)).orderBy(asc(t.troubleSince), asc(t.id)),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async limited(now) {
      const rows = await engine.read((db) =>
        db.select({ id: t.id }).from(t).where(gt(t.limitedUntil, now)).orderBy(asc(t.id)),
      );
      return rows.map(({ id }) => id);
    },
    hold(id, from, to) {
      if (from === null) {
        return write(engine, 'outlets.hold', 1, (db) => db.insert(t).values({ ...fresh(id), nextAt: to }));
      }
      return write(engine, 'outlets.hold', 1, (db) =>
        db
          .update(t)
          .set({ nextAt: to })
          .where(and(eq(t.id, id), eq(t.nextAt, from))),
      );
    },
    worked(id, nextAt, channelId) {
      const learned = channelId === null ? {} : { channelId };
      const set = { ...WELL, ...learned, nextAt: notBefore(nextAt) };
      return write(engine, 'outlets.worked', 1, (db) =>
        db
          .insert(t)
          .values({ ...fresh(id), ...learned, nextAt })
          .onConflictDoUpdate({ target: t.id, set }),
      );
    },
    free(id, nextAt) {
      return write(engine, 'outlets.free', 'any', (db) =>
        db
          .update(t)
          .set({ nextAt: notBefore(nextAt) })
          .where(eq(t.id, id)),
      );
    },
    limit(id, until) {
      const set = { nextAt: until, limitedUntil: until };
      return write(engine, 'outlets.limit', 1, (db) =>
        db
          .insert(t)
          .values({ ...fresh(id), ...set })
          .onConflictDoUpdate({ target: t.id, set }),
      );
    },
    limitSlack(until) {
      return write(engine, 'outlets.limitSlack', 'any', (db) =>
        db
          .update(t)
          .set({ nextAt: until, limitedUntil: until })
          .where(and(ne(t.id, PAGER_OUTLET), lt(t.nextAt, until))),
      );
    },
    trouble(id, error, at) {
      const first = { ...fresh(id), trouble: error, troubleSince: at, troubleAt: at };
      const known = { trouble: error, troubleSince: sql`coalesce(${t.troubleSince}, ${at})`, troubleAt: at };
      return write(engine, 'outlets.trouble', 1, (db) =>
        db.insert(t).values(first).onConflictDoUpdate({ target: t.id, set: known }),
      );
    },
    mended(id) {
      return write(engine, 'outlets.mended', 'any', (db) => db.update(t).set(WELL).where(eq(t.id, id)));
    },
  };
}
