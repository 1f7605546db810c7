import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { OwnerRule } from '../../src/domain/owner.ts';
import type { OwnerRuleStore } from '../../src/ports/inventory.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readRow } from '../rows.ts';
import { ownerRef } from './key-shapes.ts';

const row: z.ZodType<OwnerRule> = z.object({
  id: z.string(),
  accountId: z.string().nullable(),
  pattern: z.string(),
  owners: json(z.array(ownerRef)),
  createdBy: z.string(),
  createdAt: z.number(),
});

export function ownerRuleStore(engine: Engine): OwnerRuleStore {
  const t = engine.tables.ownerRules;
  return {
    async list() {
      const rows = await engine.read((db) => db.select().from(t).orderBy(asc(t.pattern), asc(t.id)));
      return rows.map((found) => readRow('owner_rules', row, found));
    },
    insert(rule) {
      const values = { ...rule, owners: JSON.stringify(rule.owners) };
      return write(engine, 'ownerRules.insert', 1, (db) => db.insert(t).values(values));
    },
    /** A rule somebody removed already makes the batch a `conflict`. */
    remove(id) {
      return write(engine, 'ownerRules.remove', 1, (db) => db.delete(t).where(eq(t.id, id)));
    },
  };
}
