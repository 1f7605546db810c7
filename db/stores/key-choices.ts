import { and, asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { KeyChoices } from '../../src/domain/key-choices.ts';
import type { KeyChoicesStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import { readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { keyKind, keyPolicyOverride, ownerRef } from './key-shapes.ts';

const TABLE = 'key_choices';

const row: z.ZodType<KeyChoices> = z.object({
  accessKeyId: z.string(),
  accountId: z.string(),
  kind: keyKind.nullable(),
  owners: json(z.array(ownerRef)).nullable(),
  policy: json(keyPolicyOverride).nullable(),
  updatedBy: z.string(),
  updatedAt: z.number(),
  version: z.number(),
});

function stored(choices: KeyChoices) {
  const { owners, policy } = choices;
  return {
    ...choices,
    owners: owners === null ? null : JSON.stringify(owners),
    policy: policy === null ? null : JSON.stringify(policy),
  };
}

export function keyChoicesStore(engine: Engine): KeyChoicesStore {
  const t = engine.tables.keyChoices;
  return {
    async byKey(accessKeyId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.accessKeyId, accessKeyId)));
      return readFirst(TABLE, row, rows);
    },
    ofKeys(accessKeyIds) {
      return readFor(accessKeyIds, async (some) => {
        const rows = await engine.read((db) =>
          db.select().from(t).where(inArray(t.accessKeyId, some)).orderBy(asc(t.accessKeyId)),
        );
        return rows.map((found) => readRow(TABLE, row, found));
      });
    },
    insert(choices) {
      return write(engine, 'keyChoices.insert', 1, (db) => db.insert(t).values(stored(choices)));
    },
    update(choices) {
      const asRead = and(eq(t.accessKeyId, choices.accessKeyId), eq(t.version, choices.version - 1));
      return write(engine, 'keyChoices.update', 1, (db) => db.update(t).set(stored(choices)).where(asRead));
    },
  };
}
