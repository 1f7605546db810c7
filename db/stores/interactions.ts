import { eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Interaction } from '../../src/domain/records.ts';
import type { InteractionStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { preparedChange } from '../prepared-change.ts';
import { prepared } from '../prepared.ts';
import { oneOf, readFirst } from '../rows.ts';

const row: z.ZodType<Interaction> = z.object({
  id: z.string(),
  kind: oneOf<Interaction['kind']>({
    command: true,
    submission: true,
    action: true,
    event: true,
    decision: true,
  }),
  name: z.string(),
  viewId: z.string().nullable(),
  teamId: z.string(),
  userId: z.string(),
  value: z.string().nullable(),
  at: z.number(),
});

export function interactionStore(engine: Engine): InteractionStore {
  const t = engine.tables.interactions;
  const byId = prepared(engine, t, (db) =>
    db
      .select()
      .from(t)
      .where(eq(t.id, sql.placeholder('id'))),
  );
  const claim = preparedChange<Interaction>(engine, 'interactions.claim', 'inserted', (db, at) =>
    db.insert(t).values(at),
  );
  return {
    async byId(id) {
      return readFirst('interactions', row, await byId({ id }));
    },
    claim(interaction) {
      return claim(interaction);
    },
    removeBefore(at) {
      return write(engine, 'interactions.removeBefore', 'any', (db) => db.delete(t).where(lt(t.at, at)));
    },
  };
}
