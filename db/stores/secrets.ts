import { and, asc, count, desc, eq, inArray, ne, notExists, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { SealedSecret } from '../../src/domain/records.ts';
import type { SecretStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';
import { oneOf, readFirst, readRow } from '../rows.ts';

const TABLE = 'sealed_secrets';

const row: z.ZodType<SealedSecret> = z
  .object({
    id: z.string(),
    holderKind: oneOf<SealedSecret['holderKind']>({
      attempt: true,
      connection: true,
      pager: true,
      webhook_keys: true,
      rotation: true,
    }),
    holderId: z.string(),
    version: z.number(),
    masterKeyId: z.string(),
    wrappedKey: z.string(),
    ciphertext: z.string(),
    createdAt: z.number(),
  })
  .transform(({ masterKeyId, wrappedKey, ciphertext, ...rest }) => ({
    ...rest,
    box: { masterKeyId, wrappedKey, ciphertext },
  }));

/**
 * Sealed secrets. On SQLite an erased (or re-wrapped) row leaves the file and its write-ahead log at once
 * (`secure_delete`, then a truncating checkpoint). On PostgreSQL it is unreachable by queries at once, but its
 * bytes stay in the table's pages until vacuum reuses them, and in the server's write-ahead log and its backups
 * until those are recycled: without the master key they open nothing.
 */
export function secretStore(engine: Engine): SecretStore {
  const t = engine.tables.sealedSecrets;
  const newest = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(
        and(eq(t.holderKind, sql.placeholder('holderKind')), eq(t.holderId, sql.placeholder('holderId'))),
      )
      .orderBy(desc(t.version))
      .limit(1),
  );
  const { attempts, connections, rotations, settings } = engine.tables;
  const erases = { erases: true };
  return {
    async newest(holderKind, holderId) {
      return readFirst(TABLE, row, await newest({ holderKind, holderId }));
    },
    async ofHolder(holderKind, holderId) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(eq(t.holderKind, holderKind), eq(t.holderId, holderId)))
          .orderBy(desc(t.version)),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    insert({ box, ...secret }) {
      return write(engine, 'secrets.insert', 1, (db) => db.insert(t).values({ ...secret, ...box }));
    },
    erase(holderKind, holderId) {
      const held = and(eq(t.holderKind, holderKind), eq(t.holderId, holderId));
      return write(engine, 'secrets.erase', 'any', (db) => db.delete(t).where(held), erases);
    },
    eraseOne(id) {
      return write(engine, 'secrets.eraseOne', 1, (db) => db.delete(t).where(eq(t.id, id)), erases);
    },
    rewrap(id, from, to) {
      const unchanged = and(
        eq(t.id, id),
        eq(t.masterKeyId, from.masterKeyId),
        eq(t.wrappedKey, from.wrappedKey),
      );
      return write(
        engine,
        'secrets.rewrap',
        1,
        (db) =>
          db
            .update(t)
            .set({ ...to })
            .where(unchanged),
        erases,
      );
    },
    async wrappedByOther(masterKeyId, limit) {
      const rows = await engine.read((db) =>
        db.select().from(t).where(ne(t.masterKeyId, masterKeyId)).orderBy(asc(t.id)).limit(limit),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async countByMasterKey() {
      const rows = await engine.read((db) =>
        db
          .select({ masterKeyId: t.masterKeyId, rows: count() })
          .from(t)
          .groupBy(t.masterKeyId)
          .orderBy(asc(t.masterKeyId)),
      );
      return new Map(rows.map((found) => [found.masterKeyId, found.rows]));
    },
    async orphans() {
      const one = { one: sql`1` };
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(
            and(
              notExists(
                db
                  .select(one)
                  .from(attempts)
                  .where(and(eq(t.holderKind, 'attempt'), eq(attempts.id, t.holderId))),
              ),
              notExists(
                db
                  .select(one)
                  .from(connections)
                  .where(and(eq(t.holderKind, 'connection'), eq(connections.id, t.holderId))),
              ),
              notExists(
                db
                  .select(one)
                  .from(settings)
                  .where(and(inArray(t.holderKind, ['pager', 'webhook_keys']), eq(settings.key, t.holderId))),
              ),
              notExists(
                db
                  .select(one)
                  .from(rotations)
                  .where(and(eq(t.holderKind, 'rotation'), eq(rotations.id, t.holderId))),
              ),
            ),
          )
          .orderBy(asc(t.id)),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
  };
}
