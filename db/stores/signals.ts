import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, isNull, lt } from 'drizzle-orm';
import { z } from 'zod';
import type { Expectation } from '../../src/domain/expectation.ts';
import type { ExpectationStore, KeptSignal, SignalStore } from '../../src/ports/watch.ts';
import { together, write } from '../atomically.ts';
import { chunks, readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { signalShape } from './watch-shapes.ts';

const signalRow: z.ZodType<KeptSignal> = z.object({
  signal: json(signalShape),
  accountId: z.string(),
  incidentId: z.string().nullable(),
  expectedBy: z.string().nullable(),
  createdAt: z.number(),
});

function storedSignal({ signal, ...where }: KeptSignal) {
  return {
    ...where,
    id: signal.id,
    at: signal.at ?? where.createdAt,
    keyless: signal.accessKeyId === null && signal.sessionKeyId !== null ? 1 : 0,
    signal: JSON.stringify(signal),
  };
}

const expectedCount = z
  .object({ expectedBy: z.string(), count: z.number() })
  .transform(({ expectedBy, count }): [string, number] => [expectedBy, count]);

export function signalStore(engine: Engine): SignalStore {
  const t = engine.tables.signals;
  return {
    async known(ids) {
      const found = await readFor(ids, (some) =>
        engine.read((db) => db.select({ id: t.id }).from(t).where(inArray(t.id, some))),
      );
      return new Set(found.map(({ id }) => id));
    },
    async ofIncident(incidentId, limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).where(eq(t.incidentId, incidentId)).orderBy(desc(t.at), desc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow('signals', signalRow, found)).toReversed();
    },
    async unattributed(accountId, since, limit) {
      const keyless = and(eq(t.accountId, accountId), eq(t.keyless, 1), gte(t.createdAt, since));
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(keyless, isNotNull(t.incidentId)))
          .orderBy(asc(t.createdAt), asc(t.id))
          .limit(limit),
      );
      return rows.map((found) => readRow('signals', signalRow, found));
    },
    async countExpected() {
      const rows = await engine.read((db) =>
        db
          .select({ expectedBy: t.expectedBy, count: count() })
          .from(t)
          .where(isNotNull(t.expectedBy))
          .groupBy(t.expectedBy),
      );
      return new Map(rows.map((found) => readRow('signals', expectedCount, found)));
    },
    add(signals) {
      return together(
        engine,
        chunks(signals, 8).map((some) =>
          write(engine, 'signals.add', some.length, (db) => db.insert(t).values(some.map(storedSignal))),
        ),
      );
    },
    move(signal) {
      return write(engine, 'signals.move', 1, (db) =>
        db.update(t).set(storedSignal(signal)).where(eq(t.id, signal.signal.id)),
      );
    },
    removeBefore(createdAt) {
      return write(engine, 'signals.removeBefore', 'any', (db) =>
        db.delete(t).where(lt(t.createdAt, createdAt)),
      );
    },
  };
}

const expectationRow: z.ZodType<Expectation> = z.object({
  id: z.string(),
  accountId: z.string(),
  subject: z.string(),
  network: z.string().nullable(),
  agent: z.string().nullable(),
  action: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  at: z.number(),
  until: z.number(),
  endedAt: z.number().nullable(),
  endedBy: z.string().nullable(),
});

export function expectationStore(engine: Engine): ExpectationStore {
  const t = engine.tables.expectations;
  return {
    async byId(id) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.id, id)));
      return readFirst('expectations', expectationRow, rows);
    },
    async inForce(now) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(gt(t.until, now), isNull(t.endedAt)))
          .orderBy(desc(t.at), asc(t.id)),
      );
      return rows.map((found) => readRow('expectations', expectationRow, found));
    },
    add(expectation) {
      return write(engine, 'expectations.add', 1, (db) => db.insert(t).values({ ...expectation }));
    },
    end(id, at, by) {
      return write(engine, 'expectations.end', 1, (db) =>
        db
          .update(t)
          .set({ endedAt: at, endedBy: by })
          .where(and(eq(t.id, id), isNull(t.endedAt))),
      );
    },
  };
}
