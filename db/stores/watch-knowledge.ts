import { and, asc, desc, eq, gte, inArray, lt, lte } from 'drizzle-orm';
import { z } from 'zod';
import type {
  KeptMemory,
  KeptProfile,
  MemoryStore,
  ProfileStore,
  SeenBucket,
  SeenStore,
} from '../../src/ports/watch.ts';
import { write } from '../atomically.ts';
import { onePerId, readFor, upsert } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, readRow } from '../rows.ts';

const bucketRow: z.ZodType<SeenBucket> = z.object({ bucket: z.number(), marks: json(z.array(z.string())) });

export function seenStore(engine: Engine): SeenStore {
  const t = engine.tables.seenEvents;
  return {
    async read(accountId, region, from, to) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(
            and(eq(t.accountId, accountId), eq(t.region, region), gte(t.bucket, from), lte(t.bucket, to)),
          )
          .orderBy(asc(t.bucket)),
      );
      return rows.map((found) => readRow('seen_events', bucketRow, found));
    },
    put(accountId, region, buckets) {
      const rows = onePerId(buckets, ({ bucket }) => String(bucket)).map(({ bucket, marks }) => ({
        accountId,
        region,
        bucket,
        marks: JSON.stringify(marks),
      }));
      return upsert(engine, 'seen.put', t, [t.accountId, t.region, t.bucket], rows);
    },
    removeBefore(at) {
      return write(engine, 'seen.removeBefore', 'any', (db) => db.delete(t).where(lt(t.bucket, at)));
    },
  };
}

const profileRow: z.ZodType<KeptProfile> = z.object({
  subject: z.string(),
  profile: z.string(),
  lastSeen: z.number(),
});

export function profileStore(engine: Engine): ProfileStore {
  const t = engine.tables.keyProfiles;
  return {
    ofSubjects(accountId, subjects) {
      return readFor(subjects, async (some) => {
        const rows = await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(eq(t.accountId, accountId), inArray(t.subject, some)))
            .orderBy(asc(t.subject)),
        );
        return rows.map((found) => readRow('key_profiles', profileRow, found));
      });
    },
    put(accountId, profiles) {
      const rows = onePerId(profiles, ({ subject }) => subject).map((each) => ({ accountId, ...each }));
      return upsert(engine, 'profiles.put', t, [t.accountId, t.subject], rows);
    },
    removeBefore(lastSeen) {
      return write(engine, 'profiles.removeBefore', 'any', (db) =>
        db.delete(t).where(lt(t.lastSeen, lastSeen)),
      );
    },
  };
}

const memoryRow: z.ZodType<KeptMemory> = z.object({
  kind: z.string(),
  id: z.string(),
  value: z.string(),
  at: z.number(),
});

export function memoryStore(engine: Engine): MemoryStore {
  const t = engine.tables.watchMemory;
  return {
    async ofAccount(accountId, limit) {
      const rows = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(eq(t.accountId, accountId))
          .orderBy(desc(t.at), asc(t.kind), asc(t.id))
          .limit(limit),
      );
      return rows.map((found) => readRow('watch_memory', memoryRow, found)).toReversed();
    },
    put(accountId, entries) {
      const rows = onePerId(entries, ({ kind, id }) => `${kind} ${id}`).map((each) => ({
        accountId,
        ...each,
      }));
      return upsert(engine, 'memory.put', t, [t.accountId, t.kind, t.id], rows);
    },
    removeBefore(kind, at) {
      return write(engine, 'memory.removeBefore', 'any', (db) =>
        db.delete(t).where(and(eq(t.kind, kind), lt(t.at, at))),
      );
    },
  };
}
