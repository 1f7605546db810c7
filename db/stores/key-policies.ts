import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { KeptKeyPolicy, KeyPolicyStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst } from '../rows.ts';
import { keyPolicy } from './key-shapes.ts';

const row: z.ZodType<KeptKeyPolicy> = z.object({
  connectionId: z.string(),
  policy: json(keyPolicy),
  updatedBy: z.string(),
  updatedAt: z.number(),
  version: z.number(),
});

function stored(kept: KeptKeyPolicy) {
  return { ...kept, policy: JSON.stringify(kept.policy) };
}

export function keyPolicyStore(engine: Engine): KeyPolicyStore {
  const t = engine.tables.keyPolicies;
  return {
    async ofConnection(connectionId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.connectionId, connectionId)));
      return readFirst('key_policies', row, rows);
    },
    insert(kept) {
      return write(engine, 'keyPolicies.insert', 1, (db) => db.insert(t).values(stored(kept)));
    },
    update(kept) {
      const asRead = and(eq(t.connectionId, kept.connectionId), eq(t.version, kept.version - 1));
      return write(engine, 'keyPolicies.update', 1, (db) => db.update(t).set(stored(kept)).where(asRead));
    },
    remove(connectionId) {
      return write(engine, 'keyPolicies.remove', 'any', (db) =>
        db.delete(t).where(eq(t.connectionId, connectionId)),
      );
    },
  };
}
