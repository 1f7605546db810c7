import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { nameKey } from '../../src/domain/connection.ts';
import type { KeptDestination } from '../../src/domain/destination.ts';
import type { DestinationStore } from '../../src/ports/rotations.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, oneOf, readFirst, readRow } from '../rows.ts';

const TABLE = 'destinations';

const row: z.ZodType<KeptDestination> = z.object({
  id: z.string(),
  name: z.string(),
  kind: oneOf<KeptDestination['kind']>({ 'secrets-manager': true, 'ssm-parameter': true, webhook: true }),
  connectionId: z.string().nullable(),
  target: json(z.record(z.string(), z.unknown())),
  redeployHook: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.number(),
  changedBy: z.string().nullable(),
  changedAt: z.number().nullable(),
  version: z.number(),
});

function stored(destination: KeptDestination) {
  const { name, target } = destination;
  return { ...destination, nameKey: nameKey(name), target: JSON.stringify(target) };
}

export function destinationStore(engine: Engine): DestinationStore {
  const t = engine.tables.destinations;
  return {
    async list() {
      const rows = await engine.read((db) => db.select().from(t).orderBy(asc(t.nameKey)));
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async byName(name) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(eq(t.nameKey, nameKey(name))),
      );
      return readFirst(TABLE, row, rows);
    },
    insert(destination) {
      return write(engine, 'destinations.insert', 1, (db) => db.insert(t).values(stored(destination)));
    },
    update(destination) {
      return write(engine, 'destinations.update', 1, (db) =>
        db
          .update(t)
          .set(stored(destination))
          .where(and(eq(t.id, destination.id), eq(t.version, destination.version - 1))),
      );
    },
    still(id, version) {
      return write(engine, 'destinations.still', 1, (db) =>
        db
          .update(t)
          .set({ version })
          .where(and(eq(t.id, id), eq(t.version, version))),
      );
    },
    remove(id, version) {
      return write(engine, 'destinations.remove', 1, (db) =>
        db.delete(t).where(and(eq(t.id, id), eq(t.version, version))),
      );
    },
  };
}
