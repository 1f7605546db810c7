import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or } from 'drizzle-orm';
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
  const open = isNotNull(t.openUser);
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
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(open, isNotNull(t.ownConnectionId)))
            .orderBy(asc(t.createdAt), asc(t.id)),
        ),
      );
    },
    async openOfAccount(accountId) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(open, eq(t.accountId, accountId)))
            .orderBy(asc(t.createdAt), asc(t.id)),
        ),
      );
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
      return all(
        await engine.read((db) =>
          db.select().from(t).where(wanted).orderBy(desc(t.createdAt), desc(t.id)).limit(limit),
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
