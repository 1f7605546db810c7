import { and, asc, count, desc, eq, gt, gte, inArray, lt, or } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { KeptIncident } from '../../src/domain/incident.ts';
import { SEVERITIES } from '../../src/domain/notice.ts';
import type { IncidentFilter, IncidentStore } from '../../src/ports/watch.ts';
import { write } from '../atomically.ts';
import { readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { contains } from './contains.ts';
import { incidentFacts, type IncidentFacts } from './watch-shapes.ts';

const TABLE = 'incidents';

const row: z.ZodType<KeptIncident> = z
  .object({
    id: z.string(),
    accountId: z.string(),
    subject: z.string(),
    openedAt: z.number(),
    lastAt: z.number(),
    facts: json(incidentFacts),
    createdAt: z.number(),
    updatedAt: z.number(),
    version: z.number(),
  })
  .transform(({ facts, ...columns }) => ({ ...columns, ...facts }));

function stored(incident: KeptIncident) {
  const { id, accountId, subject, openedAt, lastAt, createdAt, updatedAt, version, ...facts } = incident;
  return {
    id,
    accountId,
    subject,
    openedAt,
    lastAt,
    createdAt,
    updatedAt,
    version,
    userName: incident.userName,
    rank: SEVERITIES.indexOf(incident.severity),
    open: incident.closed === null ? 1 : 0,
    facts: JSON.stringify(facts satisfies IncidentFacts),
  };
}

export function incidentStore(engine: Engine): IncidentStore {
  const t = engine.tables.incidents;

  function matching({ open, least, accountId, text }: IncidentFilter): SQL | undefined {
    return and(
      open === null ? undefined : eq(t.open, open ? 1 : 0),
      least === null ? undefined : gte(t.rank, SEVERITIES.indexOf(least)),
      accountId === null ? undefined : eq(t.accountId, accountId),
      text === null ? undefined : or(contains(t.subject, text), contains(t.userName, text)),
    );
  }

  return {
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async openAmong(ids) {
      const open = await readFor(ids, (some) =>
        engine.read((db) =>
          db
            .select({ id: t.id })
            .from(t)
            .where(and(inArray(t.id, some), eq(t.open, 1))),
        ),
      );
      return new Set(open.map(({ id }) => id));
    },
    current(accountId, subjects, since) {
      return readFor(subjects, async (some) => {
        const rows = await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(
              and(eq(t.accountId, accountId), inArray(t.subject, some), eq(t.open, 1), gte(t.lastAt, since)),
            )
            .orderBy(asc(t.subject), desc(t.lastAt), asc(t.id)),
        );
        return rows.map((found) => readRow(TABLE, row, found));
      });
    },
    async page(filter, from, limit) {
      const back = from !== null && 'before' in from;
      const place = from === null ? null : back ? from.before : from.after;
      const [older, later] = back ? ([gt, lt] as const) : ([lt, gt] as const);
      const beyond =
        place === null
          ? undefined
          : or(older(t.lastAt, place.lastAt), and(eq(t.lastAt, place.lastAt), later(t.id, place.id)));
      const order = back ? [asc(t.lastAt), desc(t.id)] : [desc(t.lastAt), asc(t.id)];
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(beyond, matching(filter)))
          .orderBy(...order)
          .limit(limit),
      );
      const found = rows.map((each) => readRow(TABLE, row, each));
      return back ? found.toReversed() : found;
    },
    async count(filter) {
      const rows = await engine.read((db) => db.select({ count: count() }).from(t).where(matching(filter)));
      return rows[0]?.count ?? 0;
    },
    insert(incident) {
      return write(engine, 'incidents.insert', 1, (db) => db.insert(t).values(stored(incident)));
    },
    update(incident) {
      const asRead = and(eq(t.id, incident.id), eq(t.version, incident.version - 1));
      return write(engine, 'incidents.update', 1, (db) => db.update(t).set(stored(incident)).where(asRead));
    },
  };
}
