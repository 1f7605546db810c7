import { eq, gte, lt } from 'drizzle-orm';
import { z } from 'zod';
import type { Instance, InstanceStore } from '../../src/ports/rotations.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readRow } from '../rows.ts';

const TABLE = 'instances';

const row: z.ZodType<Instance> = z.object({
  id: z.string(),
  seenAt: z.number(),
  signsWith: json(z.record(z.string(), z.string())),
});

export function instanceStore(engine: Engine): InstanceStore {
  const t = engine.tables.instances;
  return {
    async seenSince(at) {
      const rows = await engine.read((db) => db.select().from(t).where(gte(t.seenAt, at)).orderBy(t.id));
      return rows.map((found) => readRow(TABLE, row, found));
    },
    put({ id, seenAt, signsWith }) {
      const set = { seenAt, signsWith: JSON.stringify(signsWith) };
      return write(engine, 'instances.put', 1, (db) =>
        db
          .insert(t)
          .values({ id, ...set })
          .onConflictDoUpdate({ target: t.id, set }),
      );
    },
    remove(id) {
      return write(engine, 'instances.remove', 'any', (db) => db.delete(t).where(eq(t.id, id)));
    },
    removeBefore(at) {
      return write(engine, 'instances.removeBefore', 'any', (db) => db.delete(t).where(lt(t.seenAt, at)));
    },
  };
}
