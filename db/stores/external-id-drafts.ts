import { and, desc, eq, gt, lte } from 'drizzle-orm';
import { z } from 'zod';
import type { ExternalIdDraft } from '../../src/domain/attempt.ts';
import type { ExternalIdDraftStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { readFirst } from '../rows.ts';

const TABLE = 'external_id_drafts';

const row: z.ZodType<ExternalIdDraft> = z.object({
  id: z.string(),
  teamId: z.string(),
  userId: z.string(),
  accountId: z.string(),
  externalId: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

export function externalIdDraftStore(engine: Engine): ExternalIdDraftStore {
  const t = engine.tables.externalIdDrafts;
  return {
    /** The newest that has not expired. */
    async find(teamId, userId, accountId, now) {
      const asker = and(eq(t.teamId, teamId), eq(t.userId, userId), eq(t.accountId, accountId));
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(asker, gt(t.expiresAt, now)))
          .orderBy(desc(t.createdAt), desc(t.id))
          .limit(1),
      );
      return readFirst(TABLE, row, rows);
    },
    insert(draft) {
      return write(engine, 'externalIdDrafts.insert', 1, (db) => db.insert(t).values({ ...draft }));
    },
    remove(id) {
      return write(engine, 'externalIdDrafts.remove', 'any', (db) => db.delete(t).where(eq(t.id, id)));
    },
    removeExpired(now) {
      return write(engine, 'externalIdDrafts.removeExpired', 'any', (db) =>
        db.delete(t).where(lte(t.expiresAt, now)),
      );
    },
  };
}
