import { and, asc, desc, eq, gt, gte, inArray, like, lt, or } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Doer } from '../../src/domain/actor.ts';
import type { AuditEntry } from '../../src/domain/records.ts';
import type { AuditFilter, AuditPlace, LinkedEntry } from '../../src/ports/audit.ts';
import type { AuditStore } from '../../src/ports/stores.ts';
import { readFor } from '../bulk.ts';
import type { Engine, Tables } from '../engine.ts';
import { preparedChange } from '../prepared-change.ts';
import { json, oneOf, readRow } from '../rows.ts';
import { auditChainStore } from './audit-chain.ts';

const doer: z.ZodType<Doer> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), teamId: z.string(), userId: z.string() }),
  z.object({ kind: z.literal('rekey') }),
]);

const entry = {
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
};

const row: z.ZodType<AuditEntry> = z.object(entry);
const linked: z.ZodType<LinkedEntry> = z.object({
  ...entry,
  seq: z.number().nullable(),
  hmac: z.string().nullable(),
  keyId: z.string().nullable(),
});

type AuditRow = Omit<AuditEntry, 'doer' | 'detail'> & { readonly doer: string; readonly detail: string };

export function auditStore(engine: Engine): AuditStore {
  const t = engine.tables.auditEntries;
  const insert = preparedChange<AuditRow>(engine, 'audit.add', 'inserted', (db, at) =>
    db.insert(t).values(at),
  );
  return {
    ...auditChainStore(engine),
    add(entry) {
      const values = { ...entry, doer: JSON.stringify(entry.doer), detail: JSON.stringify(entry.detail) };
      return insert(values);
    },
    async byIds(ids) {
      const rows = await readFor(ids, (some) =>
        engine.read((db) => db.select().from(t).where(inArray(t.id, some))),
      );
      return rows.map((found) => readRow('audit_entries', row, found));
    },
    async newest(limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).orderBy(desc(t.at), desc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow('audit_entries', row, found));
    },
    async page(filter, from, limit) {
      const newer = from !== null && 'after' in from;
      const place = from === null ? undefined : newer ? later(t, from.after) : earlier(t, from.before);
      const order = newer ? [asc(t.at), asc(t.id)] : [desc(t.at), desc(t.id)];
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(place, ...matches(t, filter)))
          .orderBy(...order)
          .limit(limit),
      );
      const entries = rows.map((found) => readRow('audit_entries', linked, found));
      return newer ? entries.toReversed() : entries;
    },
  };
}

type Entries = Tables['auditEntries'];

function earlier(t: Entries, { at, id }: AuditPlace): SQL | undefined {
  return or(lt(t.at, at), and(eq(t.at, at), lt(t.id, id)));
}

function later(t: Entries, { at, id }: AuditPlace): SQL | undefined {
  return or(gt(t.at, at), and(eq(t.at, at), gt(t.id, id)));
}

function matches(t: Entries, filter: AuditFilter): (SQL | undefined)[] {
  const { userId, family, connectionId, since } = filter;
  return [
    userId === null ? undefined : like(t.doer, `%"userId":"${bare(userId)}"%`),
    family === null ? undefined : like(t.verb, `${bare(family)}.%`),
    connectionId === null ? undefined : and(eq(t.entityKind, 'connection'), eq(t.entityId, connectionId)),
    since === null ? undefined : gte(t.at, since),
  ];
}

/** Without what `like` takes for a pattern; ids and nouns have none of it. */
function bare(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '');
}
