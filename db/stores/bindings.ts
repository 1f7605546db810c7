import { and, asc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Binding } from '../../src/domain/destination.ts';
import type { BindingStore } from '../../src/ports/rotations.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { known } from './key-shapes.ts';

const TABLE = 'bindings';

const row: z.ZodType<Binding> = z.object({
  id: z.string(),
  destinationId: z.string(),
  accountId: z.string(),
  userId: z.string(),
  userName: z.string(),
  createdBy: z.string(),
  createdAt: z.number(),
  approvedBy: z.string().nullable(),
  approvedAt: z.number().nullable(),
  destinationVersion: z.number(),
  administrator: json(known(z.boolean())),
  noticeId: z.string().nullable(),
});

export function bindingStore(engine: Engine): BindingStore {
  const t = engine.tables.bindings;
  const all = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map((found) => readRow(TABLE, row, found));
  return {
    async list() {
      return all(await engine.read((db) => db.select().from(t).orderBy(asc(t.createdAt), asc(t.id))));
    },
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async ofUser(accountId, userId) {
      const pinned = and(eq(t.accountId, accountId), eq(t.userId, userId));
      return all(
        await engine.read((db) => db.select().from(t).where(pinned).orderBy(asc(t.createdAt), asc(t.id))),
      );
    },
    async ofDestination(destinationId) {
      const bound = eq(t.destinationId, destinationId);
      return all(
        await engine.read((db) => db.select().from(t).where(bound).orderBy(asc(t.createdAt), asc(t.id))),
      );
    },
    insert(binding) {
      return write(engine, 'bindings.insert', 1, (db) =>
        db.insert(t).values({ ...binding, administrator: JSON.stringify(binding.administrator) }),
      );
    },
    update(from, { approvedBy, approvedAt, destinationVersion, administrator, noticeId }) {
      const still = and(
        eq(t.id, from.id),
        eq(t.destinationVersion, from.destinationVersion),
        from.approvedBy === null ? isNull(t.approvedBy) : eq(t.approvedBy, from.approvedBy),
        from.approvedAt === null ? isNull(t.approvedAt) : eq(t.approvedAt, from.approvedAt),
        from.noticeId === null ? isNull(t.noticeId) : eq(t.noticeId, from.noticeId),
      );
      const set = {
        approvedBy,
        approvedAt,
        destinationVersion,
        administrator: JSON.stringify(administrator),
        noticeId,
      };
      return write(engine, 'bindings.update', 1, (db) => db.update(t).set(set).where(still));
    },
    remove(id) {
      return write(engine, 'bindings.remove', 1, (db) => db.delete(t).where(eq(t.id, id)));
    },
  };
}
