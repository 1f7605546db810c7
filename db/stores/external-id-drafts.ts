import { and, desc, eq, gt, lte, type SQL } from 'drizzle-orm';
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
  /** The newest of these that has not expired. */
  const newestOf = async (these: SQL | undefined, now: number): Promise<ExternalIdDraft | null> => {
    const rows = await engine.read((db) =>
      db
        .select()
        .from(t)
        .where(and(these, gt(t.expiresAt, now)))
        .orderBy(desc(t.createdAt), desc(t.id))
        .limit(1),
    );
    return readFirst(TABLE, row, rows);
  };
  const asker = (teamId: string, userId: string) => and(eq(t.teamId, teamId), eq(t.userId, userId));
  return {
    find(teamId, userId, accountId, now) {
      return newestOf(and(asker(teamId, userId), eq(t.accountId, accountId)), now);
    },
    newest(teamId, userId, now) {
      return newestOf(asker(teamId, userId), now);
    },
    promised(teamId, userId, externalId, now) {
      return newestOf(and(asker(teamId, userId), eq(t.externalId, externalId)), now);
    },
    insert(draft) {
      return write(engine, 'externalIdDrafts.insert', 1, (db) => db.insert(t).values({ ...draft }));
    },
    bind(id, accountId) {
      return write(engine, 'externalIdDrafts.bind', 'any', (db) =>
        db.update(t).set({ accountId }).where(eq(t.id, id)),
      );
    },
    consume(externalId) {
      return write(engine, 'externalIdDrafts.consume', 'any', (db) =>
        db.delete(t).where(eq(t.externalId, externalId)),
      );
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
