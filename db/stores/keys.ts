import { and, asc, count, eq, exists, gt, inArray, isNull, lt, not, sql } from 'drizzle-orm';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import type { KeyStore } from '../../src/ports/inventory.ts';
import { together, write } from '../atomically.ts';
import { onePerId, readFor, upsert } from '../bulk.ts';
import type { Change, Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';
import { readFirst, readRow } from '../rows.ts';
import { rankKeys } from './key-rank.ts';
import { inventoryKey } from './key-shapes.ts';

const TABLE = 'inventory_keys';

function stored(key: InventoryKey) {
  return { ...key, lastUse: JSON.stringify(key.lastUse), statusSeen: key.statusSeen ? 1 : 0 };
}

export function keyStore(engine: Engine): KeyStore {
  const t = engine.tables.inventoryKeys;
  const { iamUsers: u, keyStandings, keyMarks, keyChoices, snoozes, keyEvents, told } = engine.tables;
  const byId = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(eq(t.accessKeyId, sql.placeholder('accessKeyId'))),
  );
  const existing = (accountId: string) => and(eq(t.accountId, accountId), isNull(t.goneAt));

  async function ofUsers(accountId: string, userIds: readonly string[]): Promise<InventoryKey[]> {
    return readFor(userIds, async (some) => {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(existing(accountId), inArray(t.userId, some)))
          .orderBy(asc(t.userId), sql`${t.createdAt} asc nulls first`, asc(t.accessKeyId)),
      );
      return rows.map((found) => readRow(TABLE, inventoryKey, found));
    });
  }

  return {
    async byId(accessKeyId) {
      return readFirst(TABLE, inventoryKey, await byId({ accessKeyId }));
    },
    ofUser: (accountId, userId) => ofUsers(accountId, [userId]),
    ofUsers,
    async page(accountId, after, limit) {
      const later = after === null ? undefined : gt(t.accessKeyId, after);
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(existing(accountId), later))
          .orderBy(asc(t.accessKeyId))
          .limit(limit),
      );
      return rows.map((found) => readRow(TABLE, inventoryKey, found));
    },
    async count(accountId) {
      const rows = await engine.read((db) =>
        db.select({ count: count() }).from(t).where(existing(accountId)),
      );
      return rows[0]?.count ?? 0;
    },
    put(keys) {
      const rows = onePerId(keys, ({ accessKeyId }) => accessKeyId);
      const ids = rows.map(({ accessKeyId }) => accessKeyId);
      return together(engine, [
        upsert(engine, 'keys.put', t, [t.accessKeyId], rows.map(stored)),
        rankKeys(engine, ids),
      ]);
    },
    removeGone(before) {
      const remove = (build: Change['build']) => write(engine, 'keys.removeGone', 'any', build);
      const hangsOn = [keyStandings, keyMarks, keyChoices, snoozes, keyEvents].map((table) => ({
        table,
        of: table.accessKeyId,
      }));
      return together(engine, [
        ...[...hangsOn, { table: told, of: told.subject }].map(({ table, of }) =>
          remove((db) => {
            const gone = db.select({ id: t.accessKeyId }).from(t).where(lt(t.goneAt, before));
            return db.delete(table).where(inArray(of, gone));
          }),
        ),
        remove((db) => db.delete(t).where(lt(t.goneAt, before))),
        remove((db) => {
          const keys = db
            .select({ id: t.accessKeyId })
            .from(t)
            .where(and(eq(t.accountId, u.accountId), eq(t.userId, u.userId)));
          return db.delete(u).where(and(lt(u.goneAt, before), not(exists(keys))));
        }),
      ]);
    },
  };
}
