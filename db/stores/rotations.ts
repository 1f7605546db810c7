import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { isFinal } from '../../src/domain/rotation.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import type { RotationStore } from '../../src/ports/rotations.ts';
import { together, write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { readFirst, readRow } from '../rows.ts';
import { rotationRow, rotationState } from './rotation-shape.ts';

const TABLE = 'rotations';
/** No lease is longer: one further ahead was given before the clock was set back. */
const LONGEST_LEASE_MS = 180_000;

/** What comes right after a slash, as both engines compare texts here. */
const AFTER_SLASH = '0';

function byAge(one: Rotation, other: Rotation): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}

const stateCount = z.object({ state: rotationState, count: z.number() });

function openUserOf(accountId: string, userId: string): string {
  return `${accountId}/${userId}`;
}

function stored(rotation: Rotation) {
  const { id, accountId, oldKeyId, newKeyId, ownConnectionId, state, ...rest } = rotation;
  const { nextAt, createdAt, leaseOwner, leaseUntil, version, ...facts } = rest;
  const { userId } = rotation.snapshot;
  const openUser = isFinal(state) ? null : openUserOf(accountId, userId);
  return {
    id,
    accountId,
    userId,
    openUser,
    oldKeyId,
    newKeyId,
    ownConnectionId,
    state,
    nextAt,
    createdAt,
    leaseOwner,
    leaseUntil,
    version,
    facts: JSON.stringify(facts),
  };
}

export function rotationStore(engine: Engine): RotationStore {
  const t = engine.tables.rotations;
  const journal = engine.tables.rotationJournal;
  // As a range, and without the help of another index for the order: so that SQLite, which knows nothing of how many
  // have ended, reads the open ones by their index and not all there ever were.
  const open = gt(t.openUser, '');
  const sorted = (rotations: Rotation[]) => rotations.toSorted(byAge);
  const all = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map((found) => readRow(TABLE, rotationRow, found));
  return {
    async byId(id) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.id, id)));
      return readFirst(TABLE, rotationRow, rows);
    },
    async openOfKey(accessKeyId) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(open, or(eq(t.oldKeyId, accessKeyId), eq(t.newKeyId, accessKeyId))))
          .limit(1),
      );
      return readFirst(TABLE, rotationRow, rows);
    },
    async openOfUser(accountId, userId) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(eq(t.openUser, openUserOf(accountId, userId))),
        ),
      );
    },
    async openOfConnection(connectionId) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(open, eq(t.ownConnectionId, connectionId)))
            .orderBy(asc(t.createdAt), asc(t.id)),
        ),
      );
    },
    async openOwn() {
      // Few ever were.
      const own = all(await engine.read((db) => db.select().from(t).where(gt(t.ownConnectionId, ''))));
      return sorted(own.filter(({ state }) => !isFinal(state)));
    },
    async openOfAccount(accountId) {
      const from = openUserOf(accountId, '');
      const theirs = and(gt(t.openUser, from), lt(t.openUser, `${accountId}${AFTER_SLASH}`));
      return sorted(all(await engine.read((db) => db.select().from(t).where(theirs))));
    },
    async page(filter, after, limit) {
      const from = after === null ? null : await this.byId(after);
      const older =
        from === null
          ? undefined
          : or(lt(t.createdAt, from.createdAt), and(eq(t.createdAt, from.createdAt), lt(t.id, from.id)));
      const wanted = and(
        filter.state === null ? undefined : eq(t.state, filter.state),
        filter.accountId === null ? undefined : eq(t.accountId, filter.accountId),
        filter.open === null ? undefined : filter.open ? open : isNull(t.openUser),
        older,
      );
      const age = filter.open === true ? sql`${t.createdAt} + 0` : t.createdAt;
      return all(
        await engine.read((db) =>
          db.select().from(t).where(wanted).orderBy(desc(age), desc(t.id)).limit(limit),
        ),
      );
    },
    async due(now, limit) {
      const free = or(lte(t.leaseUntil, now), gt(t.leaseUntil, now + LONGEST_LEASE_MS));
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(lte(t.nextAt, now), free))
            .orderBy(asc(t.nextAt), asc(t.id))
            .limit(limit),
        ),
      );
    },
    async dueAfter(states, soon, late, limit) {
      const far = or(and(inArray(t.state, [...states]), gt(t.nextAt, soon)), gt(t.nextAt, late));
      return all(await engine.read((db) => db.select().from(t).where(and(open, far)).limit(limit)));
    },
    async countOpen() {
      const rows = await engine.read((db) => db.select({ count: count() }).from(t).where(open));
      return rows[0]?.count ?? 0;
    },
    async countByState() {
      const rows = await engine.read((db) =>
        db.select({ state: t.state, count: count() }).from(t).where(open).groupBy(t.state),
      );
      return new Map(rows.map((found) => stateCount.parse(found)).map((found) => [found.state, found.count]));
    },
    async longestDue(now) {
      const rows = await engine.read((db) =>
        db.select({ at: t.nextAt }).from(t).where(lte(t.nextAt, now)).orderBy(asc(t.nextAt)).limit(1),
      );
      return rows[0]?.at ?? null;
    },
    insert(rotation) {
      return write(engine, 'rotations.insert', 1, (db) => db.insert(t).values(stored(rotation)));
    },
    removeEnded(at) {
      const old = and(isNull(t.openUser), lt(t.createdAt, at));
      return together(engine, [
        write(engine, 'rotationJournal.removeEnded', 'any', (db) =>
          db.delete(journal).where(inArray(journal.rotationId, db.select({ id: t.id }).from(t).where(old))),
        ),
        write(engine, 'rotations.removeEnded', 'any', (db) => db.delete(t).where(old)),
      ]);
    },
    update(rotation) {
      return write(engine, 'rotations.update', 1, (db) =>
        db
          .update(t)
          .set(stored(rotation))
          .where(and(eq(t.id, rotation.id), eq(t.version, rotation.version - 1))),
      );
    },
  };
}
