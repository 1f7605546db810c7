import { desc } from 'drizzle-orm';
import { z } from 'zod';
import type { Doer } from '../../src/domain/actor.ts';
import type { AuditEntry } from '../../src/domain/records.ts';
import type { AuditStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, oneOf, readRow } from '../rows.ts';

const doer: z.ZodType<Doer> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), teamId: z.string(), userId: z.string() }),
  z.object({ kind: z.literal('rekey') }),
]);

const row: z.ZodType<AuditEntry> = z.object({
  id: z.string(),
  at: z.number(),
  doer: json(doer),
  verb: z.string(),
  phase: oneOf<AuditEntry['phase']>({ intent: true, outcome: true }),
  outcome: oneOf<NonNullable<AuditEntry['outcome']>>({
    done: true,
    refused: true,
    failed: true,
    unknown: true,
  }).nullable(),
  entityKind: z.string(),
  entityId: z.string(),
  why: z.string(),
  detail: json(z.record(z.string(), z.unknown())),
  correlationId: z.string(),
});

export function auditStore(engine: Engine): AuditStore {
  const t = engine.tables.auditEntries;
  return {
    add(entry) {
      const values = { ...entry, doer: JSON.stringify(entry.doer), detail: JSON.stringify(entry.detail) };
      return write(engine, 'audit.add', 1, (db) => db.insert(t).values(values));
    },
    async newest(limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).orderBy(desc(t.at), desc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow('audit_entries', row, found));
    },
  };
}
