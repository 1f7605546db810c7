import { and, asc, eq, exists, inArray, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Told, ToldStore } from '../../src/ports/inventory.ts';
import { together, write } from '../atomically.ts';
import { chunks, readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { readRow } from '../rows.ts';
import { reminderTopic } from './key-shapes.ts';

const row: z.ZodType<Told> = z.object({
  subject: z.string(),
  accountId: z.string(),
  finding: reminderTopic,
  audience: z.string(),
  stage: z.string(),
  at: z.number(),
});

export function toldStore(engine: Engine): ToldStore {
  const { told: t, inventoryKeys: k } = engine.tables;
  return {
    ofSubjects(subjects) {
      return readFor(subjects, async (some) => {
        const rows = await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(inArray(t.subject, some))
            .orderBy(asc(t.subject), asc(t.finding), asc(t.audience)),
        );
        return rows.map((found) => readRow('told', row, found));
      });
    },
    insert(...told) {
      return together(
        engine,
        chunks(told, 6).map((some) =>
          write(engine, 'told.insert', some.length, (db) => db.insert(t).values([...some])),
        ),
      );
    },
    move(from, { stage, at }) {
      const asRead = and(
        eq(t.subject, from.subject),
        eq(t.finding, from.finding),
        eq(t.audience, from.audience),
        eq(t.stage, from.stage),
        eq(t.at, from.at),
      );
      return write(engine, 'told.move', 1, (db) => db.update(t).set({ stage, at }).where(asRead));
    },
    remove(subject, finding) {
      const theirs = and(eq(t.subject, subject), eq(t.finding, finding));
      return write(engine, 'told.remove', 'any', (db) => db.delete(t).where(theirs));
    },
    removeGone() {
      return write(engine, 'told.removeGone', 'any', (db) => {
        const gone = db
          .select({ id: k.accessKeyId })
          .from(k)
          .where(and(eq(k.accessKeyId, t.subject), isNotNull(k.goneAt)));
        return db.delete(t).where(exists(gone));
      });
    },
  };
}
