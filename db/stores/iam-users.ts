import { and, asc, count, desc, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { IamUser } from '../../src/domain/inventory.ts';
import type { IamUserStore } from '../../src/ports/inventory.ts';
import { onePerId, upsert } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst, readRow } from '../rows.ts';
import { known } from './key-shapes.ts';

const TABLE = 'iam_users';

const row: z.ZodType<IamUser> = z.object({
  accountId: z.string(),
  userId: z.string(),
  userName: z.string(),
  arn: z.string(),
  createdAt: z.number().nullable(),
  tags: json(known(z.record(z.string(), z.string()))),
  console: json(known(z.boolean())),
  quarantine: json(known(z.array(z.string()))),
  reportRow: z.string().nullable(),
  firstSeenAt: z.number(),
  keysReadAt: z.number().nullable(),
  goneAt: z.number().nullable(),
});

function stored(user: IamUser) {
  return {
    ...user,
    tags: JSON.stringify(user.tags),
    console: JSON.stringify(user.console),
    quarantine: JSON.stringify(user.quarantine),
  };
}

export function iamUserStore(engine: Engine): IamUserStore {
  const t = engine.tables.iamUsers;
  const existing = (accountId: string) => and(eq(t.accountId, accountId), isNull(t.goneAt));
  return {
    async byId(accountId, userId) {
      const pinned = and(eq(t.accountId, accountId), eq(t.userId, userId));
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(pinned)));
    },
    async byName(accountId, userName) {
      // Two exist between the look that finds a user made anew and the one that no longer finds the old one.
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(existing(accountId), eq(t.userName, userName)))
          .orderBy(desc(t.firstSeenAt), asc(t.userId))
          .limit(1),
      );
      return readFirst(TABLE, row, rows);
    },
    async page(accountId, after, limit) {
      const later = after === null ? undefined : gt(t.userId, after);
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(existing(accountId), later))
          .orderBy(asc(t.userId))
          .limit(limit),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async count(accountId) {
      const rows = await engine.read((db) =>
        db.select({ count: count() }).from(t).where(existing(accountId)),
      );
      return rows[0]?.count ?? 0;
    },
    put(users) {
      const rows = onePerId(users, ({ accountId, userId }) => JSON.stringify([accountId, userId]));
      return upsert(engine, 'iamUsers.put', t, [t.accountId, t.userId], rows.map(stored));
    },
  };
}
