import { and, asc, count, eq, lte, min } from 'drizzle-orm';
import { z } from 'zod';
import type { Notice, NoticeTarget } from '../../src/domain/records.ts';
import type { NoticeStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, oneOf, readFirst, readRow } from '../rows.ts';

const TABLE = 'notices';

const target: z.ZodType<NoticeTarget> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), channelId: z.string() }),
  z.object({ kind: z.literal('person'), userId: z.string() }),
]);

const row: z.ZodType<Notice> = z.object({
  id: z.string(),
  target: json(target),
  text: z.string(),
  blocks: json(z.array(z.unknown())),
  state: oneOf<Notice['state']>({ waiting: true, sent: true, failed: true }),
  attempts: z.number(),
  nextAt: z.number(),
  lastError: z.string().nullable(),
  createdAt: z.number(),
  correlationId: z.string(),
});

export function noticeStore(engine: Engine): NoticeStore {
  const t = engine.tables.notices;
  return {
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    add(notice) {
      const values = {
        ...notice,
        target: JSON.stringify(notice.target),
        blocks: JSON.stringify(notice.blocks),
      };
      return write(engine, 'notices.add', 1, (db) => db.insert(t).values(values));
    },
    async waiting() {
      const rows = await engine.read((db) =>
        db
          .select({ count: count(), oldestAt: min(t.createdAt) })
          .from(t)
          .where(eq(t.state, 'waiting')),
      );
      return rows[0] ?? { count: 0, oldestAt: null };
    },
    async due(now, limit) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(eq(t.state, 'waiting'), lte(t.nextAt, now)))
          .orderBy(asc(t.createdAt), asc(t.id))
          .limit(limit),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    take(notice, nextAt) {
      const asRead = and(
        eq(t.id, notice.id),
        eq(t.state, 'waiting'),
        eq(t.attempts, notice.attempts),
        eq(t.nextAt, notice.nextAt),
      );
      return write(engine, 'notices.take', 1, (db) =>
        db
          .update(t)
          .set({ attempts: notice.attempts + 1, nextAt })
          .where(asRead),
      );
    },
    /** Whatever its state: a post that was seen wins over an earlier verdict. */
    sent(id) {
      return write(engine, 'notices.sent', 1, (db) =>
        db.update(t).set({ state: 'sent', lastError: null }).where(eq(t.id, id)),
      );
    },
    /** Only while it waits: a late failure does not bring back what another sender has posted. */
    failed(id, error, nextAt) {
      const set =
        nextAt === null
          ? { state: 'failed', lastError: error }
          : { state: 'waiting', lastError: error, nextAt };
      return write(engine, 'notices.failed', 1, (db) =>
        db
          .update(t)
          .set(set)
          .where(and(eq(t.id, id), eq(t.state, 'waiting'))),
      );
    },
  };
}
