import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isOver } from '../../src/domain/containment.ts';
import type { Containment } from '../../src/domain/containment.ts';
import type { ContainmentStore } from '../../src/ports/containments.ts';
import { write } from '../atomically.ts';
import { readFor } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { preparedChange } from '../prepared-change.ts';
import { prepared } from '../prepared.ts';
import { readFirst, readRow } from '../rows.ts';
import { openAbout } from './containments-about.ts';
import { containmentRow, containmentState, type ContainmentFacts } from './containment-shape.ts';

const TABLE = 'containments';
const stateOf = z.object({ id: z.string(), state: containmentState });
const stateCount = z.object({ state: containmentState, count: z.number() });
/** What was written so much later than now was written before the clock was set back; ms. */
const SET_BACK_MS = 10_000;

function stored(containment: Containment) {
  const { id, accountId, accessKeyId, state, nextAt, proofAt, ...rest } = containment;
  const { leaseOwner, leaseUntil, createdAt, updatedAt, version, ...facts } = rest;
  const { userId, userName, holders } = containment;
  const keys = new Set(holders.map((holder) => holder.accessKeyId));
  keys.delete(accessKeyId);
  const user = userId ?? (userName === null ? null : `name:${userName}`);
  return {
    id,
    accountId,
    accessKeyId,
    state,
    openUser: user === null || isOver(state) ? null : `${accountId}/${user}`,
    findingKey: state === 'finding' ? accessKeyId : null,
    open: isOver(state) ? 0 : 1,
    moreKeys: keys.size === 0 ? null : [...keys].join(','),
    nextAt,
    proofAt,
    leaseOwner,
    leaseUntil,
    createdAt,
    updatedAt,
    version,
    facts: JSON.stringify(facts satisfies ContainmentFacts),
  };
}

type Stored = ReturnType<typeof stored>;

/** Oldest first. */
function byAgeThenId(a: Containment, b: Containment): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id < b.id ? -1 : 1;
}

export function containmentStore(engine: Engine): ContainmentStore {
  const t = engine.tables.containments;
  const all = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map((found) => readRow(TABLE, containmentRow, found));
  const isOpen = eq(t.open, 1);
  const byId = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(eq(t.id, sql.placeholder('id'))),
  );
  const aboutThis = openAbout(engine);
  const insert = preparedChange<Stored>(engine, 'containments.insert', 'inserted', (db, at) =>
    db.insert(t).values(at),
  );
  const update = preparedChange<Stored & { readonly before: number }>(
    engine,
    'containments.update',
    1,
    (db, { before, ...at }) =>
      db
        .update(t)
        .set(at)
        .where(and(eq(t.id, at.id), eq(t.version, before))),
  );
  const byAge = [asc(t.createdAt), asc(t.id)];
  return {
    async byId(id) {
      return readFirst(TABLE, containmentRow, await byId({ id }));
    },
    async states(ids) {
      const found = await readFor(ids, (some) =>
        engine.read((db) => db.select({ id: t.id, state: t.state }).from(t).where(inArray(t.id, some))),
      );
      return new Map(found.map((each) => stateOf.parse(each)).map(({ id, state }) => [id, state]));
    },
    async open(limit) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(isOpen)
            .orderBy(sql`case when ${t.nextAt} is null then 1 else 0 end`, desc(t.createdAt), desc(t.id))
            .limit(limit),
        ),
      );
    },
    async openOfAccount(accountId) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(isOpen, eq(t.accountId, accountId)))
            .orderBy(...byAge),
        ),
      );
    },
    async openAbout(accountId, about) {
      return all(await aboutThis(accountId, about)).toSorted(byAgeThenId);
    },
    async endedOfAccount(accountId, since) {
      const ended = and(eq(t.open, 0), eq(t.state, 'ended'), eq(t.accountId, accountId));
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(ended, gte(t.updatedAt, since)))
            .orderBy(...byAge),
        ),
      );
    },
    async ofAccount(accountId, since) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(eq(t.accountId, accountId), gte(t.createdAt, since)))
            .orderBy(...byAge),
        ),
      );
    },
    async standing(after, limit) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(isOpen, eq(t.state, 'standing'), after === null ? undefined : gt(t.id, after)))
            .orderBy(asc(t.id))
            .limit(limit),
        ),
      );
    },
    async openSince(since) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(isOpen, gt(t.updatedAt, since)))
            .orderBy(...byAge),
        ),
      );
    },
    async due(now, limit) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(
              or(lte(t.nextAt, now), and(isOpen, isNotNull(t.nextAt), gt(t.updatedAt, now + SET_BACK_MS))),
            )
            .orderBy(asc(t.nextAt), asc(t.id))
            .limit(limit),
        ),
      );
    },
    async nextAt() {
      const rows = await engine.read((db) =>
        db
          .select({ at: t.nextAt })
          .from(t)
          .where(lte(t.nextAt, Number.MAX_SAFE_INTEGER))
          .orderBy(asc(t.nextAt))
          .limit(1),
      );
      return rows[0]?.at ?? null;
    },
    async countByState() {
      const rows = await engine.read((db) =>
        db.select({ state: t.state, count: count() }).from(t).where(isOpen).groupBy(t.state),
      );
      return new Map(rows.map((found) => stateCount.parse(found)).map((found) => [found.state, found.count]));
    },
    async longestDue(now) {
      const rows = await engine.read((db) =>
        db
          .select({ at: t.nextAt })
          .from(t)
          .where(and(isOpen, lte(t.nextAt, now)))
          .orderBy(asc(t.nextAt))
          .limit(1),
      );
      return rows[0]?.at ?? null;
    },
    async proofDue(now, limit) {
      return all(
        await engine.read((db) =>
          db.select().from(t).where(lte(t.proofAt, now)).orderBy(asc(t.proofAt), asc(t.id)).limit(limit),
        ),
      );
    },
    insert(containment) {
      return insert(stored(containment));
    },
    update(containment) {
      return update({ ...stored(containment), before: containment.version - 1 });
    },
    removeEnded(before) {
      return write(engine, 'containments.removeEnded', 'any', (db) =>
        db.delete(t).where(and(eq(t.open, 0), lt(t.updatedAt, before))),
      );
    },
  };
}
