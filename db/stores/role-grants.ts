import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Role } from '../../src/domain/actor.ts';
import type { RoleGrant } from '../../src/domain/records.ts';
import type { RoleGrantStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';
import { oneOf, readRow } from '../rows.ts';

const row: z.ZodType<RoleGrant> = z.object({
  id: z.string(),
  subjectKind: oneOf<RoleGrant['subjectKind']>({ user: true, group: true }),
  subjectId: z.string(),
  role: oneOf<Role>({ viewer: true, operator: true, responder: true, admin: true }),
  grantedBy: z.string(),
  grantedAt: z.number(),
});

export function roleGrantStore(engine: Engine): RoleGrantStore {
  const t = engine.tables.roleGrants;
  const list = prepared(engine, t, (db) => db.select().from(t).orderBy(asc(t.grantedAt), asc(t.id)));
  return {
    /** Oldest first. */
    async list() {
      const rows = await list();
      return rows.map((found) => readRow('role_grants', row, found));
    },
    insert(grant) {
      return write(engine, 'roleGrants.insert', 1, (db) => db.insert(t).values({ ...grant }));
    },
    /** A grant somebody removed already makes the batch a `conflict`. */
    remove(id) {
      return write(engine, 'roleGrants.remove', 1, (db) => db.delete(t).where(eq(t.id, id)));
    },
  };
}
