import { and, asc, eq, isNull, lte } from 'drizzle-orm';
import { z } from 'zod';
import type { KeyUse, KeyUser } from '../../src/domain/key-use.ts';
import type { RotationUse } from '../../src/domain/rotation.ts';
import type { RotationUseStore } from '../../src/ports/rotations.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { known } from './key-shapes.ts';

const TABLE = 'rotation_uses';

const user: z.ZodType<KeyUser> = z.object({
  network: z.string(),
  userAgent: z.string(),
  service: z.string(),
  region: z.string(),
  lastAt: z.number(),
  calls: z.number(),
  ours: z.boolean(),
});

const use: z.ZodType<KeyUse> = z.object({
  accessKeyId: z.string(),
  since: z.number(),
  completeTo: known(z.number()),
  users: z.array(user),
  lastAt: z.number().nullable(),
});

const row: z.ZodType<RotationUse> = z
  .object({
    id: z.string(),
    facts: json(z.object({ oldUse: use.nullable(), newUse: use.nullable() })),
    readAt: z.number().nullable(),
    nextAt: z.number().nullable(),
  })
  .transform(({ id, facts, readAt, nextAt }) => ({ rotationId: id, ...facts, readAt, nextAt }));

export function rotationUseStore(engine: Engine): RotationUseStore {
  const t = engine.tables.rotationUses;
  return {
    async byId(rotationId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.id, rotationId)));
      return readFirst(TABLE, row, rows);
    },
    async due(now, limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).where(lte(t.nextAt, now)).orderBy(asc(t.nextAt), asc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    put({ rotationId, oldUse, newUse, readAt, nextAt }) {
      const set = { facts: JSON.stringify({ oldUse, newUse }), readAt, nextAt };
      return write(engine, 'rotation_uses.put', 1, (db) =>
        db
          .insert(t)
          .values({ id: rotationId, ...set })
          .onConflictDoUpdate({ target: t.id, set }),
      );
    },
    take({ rotationId, nextAt: from }, nextAt) {
      const still = and(eq(t.id, rotationId), from === null ? isNull(t.nextAt) : eq(t.nextAt, from));
      return write(engine, 'rotation_uses.take', 1, (db) => db.update(t).set({ nextAt }).where(still));
    },
    remove(rotationId) {
      return write(engine, 'rotation_uses.remove', 'any', (db) => db.delete(t).where(eq(t.id, rotationId)));
    },
  };
}
