import { and, asc, desc, eq, gt, inArray, lte, notExists, or, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { alias } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import type { ClaimedJob, JobLimits, JobsTable } from '../src/jobs/table.ts';
import type { DeadLetter, JobPayload } from '../src/ports/jobs.ts';
import { rekeyError } from './faults.ts';
import { CLOCK_STEP_MS } from './clock-step.ts';
import type { SqliteEngine } from './sqlite.ts';
import { patiently } from './patience.ts';
import { json, readRow } from './rows.ts';
import { jobs as t } from './schema/sqlite.ts';

const TABLE = 'jobs';

const payload: z.ZodType<JobPayload> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
);

const claimed: z.ZodType<ClaimedJob> = z.object({
  id: z.string(),
  name: z.string(),
  key: z.string(),
  payload: json(payload),
  attempt: z.number(),
  runAt: z.number(),
});

const dead: z.ZodType<DeadLetter> = z
  .object({
    name: z.string(),
    key: z.string(),
    payload: json(payload),
    error: z.string(),
    updatedAt: z.number(),
  })
  .transform(({ updatedAt, ...rest }) => ({ ...rest, at: updatedAt }));

const LEASE_ENDED = 'The process that ran it died, or its lease ended.';

/** The jobs table in the database file. Its transactions are synchronous: no other process can come between. */
export function jobsTable({
  client,
  commit,
  where,
  clock,
}: Pick<SqliteEngine, 'client' | 'commit' | 'where' | 'clock'>): JobsTable {
  const db = drizzle(client);

  async function transact<T>(body: () => T extends PromiseLike<unknown> ? never : T): Promise<T> {
    try {
      return await commit<T>(body);
    } catch (error) {
      throw rekeyError(error, where);
    }
  }

  async function read<T>(body: () => T): Promise<T> {
    try {
      return await patiently(clock, body);
    } catch (error) {
      throw rekeyError(error, where);
    }
  }

  const held = (job: ClaimedJob) => and(eq(t.id, job.id), eq(t.state, 'running'), eq(t.attempt, job.attempt));
  const waiting = (name: string, key: string) =>
    and(eq(t.name, name), eq(t.key, key), eq(t.state, 'waiting'));

  function toWaiting(job: ClaimedJob, set: { runAt: number; attempt: number; error?: string }, now: number) {
    const followUp = db.select().from(t).where(waiting(job.name, job.key)).get();
    if (followUp !== undefined) {
      const { changes } = db.delete(t).where(held(job)).run();
      // No later than this one would have been tried again.
      if (changes > 0 && set.runAt < followUp.runAt) {
        db.update(t).set({ runAt: set.runAt, updatedAt: now }).where(eq(t.id, followUp.id)).run();
      }
    } else {
      db.update(t)
        .set({ ...set, state: 'waiting', leaseUntil: null, updatedAt: now })
        .where(held(job))
        .run();
    }
  }

  function take(id: string, attempt: number, leaseUntil: number, now: number): ClaimedJob {
    db.update(t).set({ state: 'running', attempt, leaseUntil, updatedAt: now }).where(eq(t.id, id)).run();
    return readRow(TABLE, claimed, db.select().from(t).where(eq(t.id, id)).get() ?? {});
  }

  /** A job whose lease ended: taken over, or buried when it has had all its runs. */
  function takeOver(limits: ReadonlyMap<string, JobLimits>, now: number): ClaimedJob | null {
    const longest = Math.max(...[...limits.values()].map(({ leaseMs }) => leaseMs));
    const over = or(lte(t.leaseUntil, now), gt(t.leaseUntil, now + longest + CLOCK_STEP_MS));
    const ended = db
      .select()
      .from(t)
      .where(and(eq(t.state, 'running'), inArray(t.name, [...limits.keys()]), over))
      .orderBy(asc(t.leaseUntil), asc(t.id))
      .all();
    for (const job of ended) {
      const limit = limits.get(job.name);
      if (limit === undefined) continue;
      if (job.attempt < limit.runs) return take(job.id, job.attempt + 1, now + limit.leaseMs, now);
      db.update(t)
        .set({ state: 'dead', error: LEASE_ENDED, leaseUntil: null, updatedAt: now })
        .where(eq(t.id, job.id))
        .run();
    }
    return null;
  }

  function takeWaiting(limits: ReadonlyMap<string, JobLimits>, now: number): ClaimedJob | null {
    const other = alias(t, 'other');
    const running = db
      .select({ one: sql`1` })
      .from(other)
      .where(and(eq(other.name, t.name), eq(other.key, t.key), eq(other.state, 'running')));
    const job = db
      .select()
      .from(t)
      .where(
        and(
          eq(t.state, 'waiting'),
          inArray(t.name, [...limits.keys()]),
          lte(t.runAt, now),
          notExists(running),
        ),
      )
      .orderBy(asc(t.runAt), asc(t.id))
      .limit(1)
      .get();
    const limit = job === undefined ? undefined : limits.get(job.name);
    if (job === undefined || limit === undefined) return null;
    return take(job.id, job.attempt + 1, now + limit.leaseMs, now);
  }

  return {
    enqueue({ id, name, key, payload, runAt, now }) {
      return transact<void>(() => {
        const found = db.select().from(t).where(waiting(name, key)).get();
        if (found === undefined) {
          db.insert(t)
            .values({
              id,
              name,
              key,
              payload: JSON.stringify(payload),
              state: 'waiting',
              runAt,
              attempt: 0,
              updatedAt: now,
            })
            .run();
        } else if (runAt < found.runAt) {
          db.update(t).set({ runAt, updatedAt: now }).where(eq(t.id, found.id)).run();
        }
      });
    },
    hasten({ name, key, runAt, now }) {
      return transact<void>(() => {
        db.update(t)
          .set({ runAt, updatedAt: now })
          .where(and(waiting(name, key), gt(t.runAt, runAt)))
          .run();
      });
    },
    has(name, key) {
      return read<boolean>(() => {
        const active = and(eq(t.name, name), eq(t.key, key), inArray(t.state, ['waiting', 'running']));
        return db.select({ id: t.id }).from(t).where(active).limit(1).get() !== undefined;
      });
    },
    claim(limits, now) {
      return transact<ClaimedJob | null>(() =>
        limits.size === 0 ? null : (takeOver(limits, now) ?? takeWaiting(limits, now)),
      );
    },
    free(names, now) {
      return transact<void>(() => {
        db.update(t)
          .set({ leaseUntil: now, updatedAt: now })
          .where(and(eq(t.state, 'running'), inArray(t.name, [...names])))
          .run();
      });
    },
    nextAt(names) {
      return read<number | null>(() => {
        const next = sql<
          number | null
        >`min(case ${t.state} when 'waiting' then ${t.runAt} else ${t.leaseUntil} end)`;
        const open = and(inArray(t.name, [...names]), inArray(t.state, ['waiting', 'running']));
        return db.select({ next }).from(t).where(open).get()?.next ?? null;
      });
    },
    complete(job) {
      return transact<void>(() => {
        db.delete(t).where(held(job)).run();
      });
    },
    retry(job, runAt, error, now) {
      return transact<void>(() => toWaiting(job, { runAt, attempt: job.attempt, error }, now));
    },
    release(job, now) {
      return transact<void>(() => toWaiting(job, { runAt: now, attempt: job.attempt - 1 }, now));
    },
    bury(job, error, now) {
      return transact<void>(() => {
        db.update(t).set({ state: 'dead', error, leaseUntil: null, updatedAt: now }).where(held(job)).run();
      });
    },
    deadLetters(limit) {
      return read<DeadLetter[]>(() =>
        db
          .select()
          .from(t)
          .where(eq(t.state, 'dead'))
          .orderBy(desc(t.updatedAt), desc(t.id))
          .limit(limit)
          .all()
          .map((row) => readRow(TABLE, dead, row)),
      );
    },
  };
}
