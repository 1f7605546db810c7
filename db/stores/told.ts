import { and, asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Told, ToldStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import { readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { readRow } from '../rows.ts';
import { findingCode } from './key-shapes.ts';

const row: z.ZodType<Told> = z.object({
  subject: z.string(),
  accountId: z.string(),
  finding: findingCode,
  audience: z.string(),
  stage: z.string(),
  at: z.number(),
});

export function toldStore(engine: Engine): ToldStore {
  const t = engine.tables.told;
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
    insert(told) {
      return write(engine, 'told.insert', 1, (db) => db.insert(t).values({ ...told }));
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
  };
}
