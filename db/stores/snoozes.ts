import { and, asc, desc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Snooze } from '../../src/domain/key-choices.ts';
import type { SnoozeStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import { readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { readFirst, readRow } from '../rows.ts';

const TABLE = 'snoozes';

const row: z.ZodType<Snooze> = z.object({
  id: z.string(),
  accessKeyId: z.string(),
  accountId: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.number(),
  until: z.number(),
  endedAt: z.number().nullable(),
  endedBy: z.string().nullable(),
});

export function snoozeStore(engine: Engine): SnoozeStore {
  const t = engine.tables.snoozes;

  async function runningOf(accessKeyIds: readonly string[], now: number): Promise<Snooze[]> {
    return readFor(accessKeyIds, async (some) => {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(inArray(t.accessKeyId, some), gt(t.until, now), isNull(t.endedAt)))
          .orderBy(asc(t.accessKeyId), desc(t.until), asc(t.id)),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    });
  }

  return {
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async running(accessKeyId, now) {
      const [longest] = await runningOf([accessKeyId], now);
      return longest ?? null;
    },
    runningOf,
    add(snooze) {
      return write(engine, 'snoozes.add', 1, (db) => db.insert(t).values({ ...snooze }));
    },
    end(id, at, by) {
      return write(engine, 'snoozes.end', 1, (db) =>
        db
          .update(t)
          .set({ endedAt: at, endedBy: by })
          .where(and(eq(t.id, id), isNull(t.endedAt))),
      );
    },
  };
}
