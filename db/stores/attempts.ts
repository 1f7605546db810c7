import { and, asc, eq, gt, lt, ne, or } from 'drizzle-orm';
import { z } from 'zod';
import type { Attempt, ConnectDraft } from '../../src/domain/attempt.ts';
import type { AttemptStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import { CLOCK_STEP_MS } from '../clock-step.ts';
import type { Engine } from '../engine.ts';
import { flag, json, oneOf, readFirst, readRow } from '../rows.ts';
import { method } from './shapes.ts';

const TABLE = 'attempts';

const draft: z.ZodType<ConnectDraft> = z.object({
  name: z.string(),
  description: z.string(),
  accountId: z.string().nullable(),
  region: z.string().nullable(),
  method,
  accessKeyId: z.string().nullable(),
  roleArn: z.string().nullable(),
  externalId: z.string().nullable(),
  alertChannel: z.string().nullable(),
  owners: z.array(z.string()),
});

const row: z.ZodType<Attempt> = z.object({
  id: z.string(),
  kind: oneOf<Attempt['kind']>({ connect: true, replace: true, test: true, disconnect: true }),
  teamId: z.string(),
  userId: z.string(),
  viewId: z.string().nullable(),
  connectionId: z.string().nullable(),
  draft: json(draft).nullable(),
  deactivateKey: flag,
  correlationId: z.string(),
  leaseOwner: z.string(),
  leaseUntil: z.number(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

export function attemptStore(engine: Engine): AttemptStore {
  const t = engine.tables.attempts;
  const oldestFirst = [asc(t.createdAt), asc(t.id)];
  return {
    async byId(id) {
      return readFirst(TABLE, row, await engine.read((db) => db.select().from(t).where(eq(t.id, id))));
    },
    async ofConnection(connectionId) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(eq(t.connectionId, connectionId))
          .orderBy(...oldestFirst),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    async abandoned(now, { anyLeaseBut } = {}) {
      const ended = or(lt(t.leaseUntil, now), gt(t.leaseUntil, now + CLOCK_STEP_MS));
      const free = anyLeaseBut === undefined ? ended : or(ended, ne(t.leaseOwner, anyLeaseBut));
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(free)
          .orderBy(...oldestFirst),
      );
      return rows.map((found) => readRow(TABLE, row, found));
    },
    insert(attempt) {
      const values = {
        ...attempt,
        draft: attempt.draft === null ? null : JSON.stringify(attempt.draft),
        deactivateKey: attempt.deactivateKey ? 1 : 0,
      };
      return write(engine, 'attempts.insert', 1, (db) => db.insert(t).values(values));
    },
    lease(attempt, owner, until) {
      return write(engine, 'attempts.lease', 1, (db) =>
        db
          .update(t)
          .set({ leaseOwner: owner, leaseUntil: until })
          .where(
            and(
              eq(t.id, attempt.id),
              eq(t.leaseOwner, attempt.leaseOwner),
              eq(t.leaseUntil, attempt.leaseUntil),
            ),
          ),
      );
    },
    showIn(id, owner, viewId) {
      return write(engine, 'attempts.showIn', 1, (db) =>
        db
          .update(t)
          .set({ viewId })
          .where(and(eq(t.id, id), eq(t.leaseOwner, owner))),
      );
    },
    finish(id, owner) {
      return write(engine, 'attempts.finish', 1, (db) =>
        db.delete(t).where(and(eq(t.id, id), eq(t.leaseOwner, owner))),
      );
    },
  };
}
