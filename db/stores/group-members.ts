import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { GroupMembers } from '../../src/domain/records.ts';
import type { GroupMemberStore } from '../../src/ports/stores.ts';
import { write } from '../atomically.ts';
import type { Engine } from '../engine.ts';
import { json, readFirst } from '../rows.ts';

const row: z.ZodType<GroupMembers> = z.object({
  groupId: z.string(),
  members: json(z.array(z.string())),
  fetchedAt: z.number(),
});

export function groupMemberStore(engine: Engine): GroupMemberStore {
  const t = engine.tables.groupMembers;
  return {
    async byId(groupId) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.groupId, groupId)));
      return readFirst('group_members', row, rows);
    },
    set({ groupId, members, fetchedAt }) {
      const set = { members: JSON.stringify(members), fetchedAt };
      return write(engine, 'groupMembers.set', 1, (db) =>
        db
          .insert(t)
          .values({ groupId, ...set })
          .onConflictDoUpdate({ target: t.groupId, set }),
      );
    },
  };
}
