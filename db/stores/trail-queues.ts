import { and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { UNTRIED, type QueueState, type TrailFile, type TrailQueue } from '../../src/domain/trail-queue.ts';
import type { TrailFileStore, TrailQueueStore } from '../../src/ports/trail-queue.ts';
import { together, write } from '../atomically.ts';
import { chunks, onePerId } from '../bulk.ts';
import type { Engine } from '../engine.ts';
import { json, oneOf, readFirst, readRow } from '../rows.ts';
import { partition } from './shapes.ts';
import { watchTrouble } from './watch-shapes.ts';

const state: z.ZodType<QueueState> = z.object({
  heardAt: z.number().nullable(),
  drainedAt: z.number().nullable(),
  depth: z.number().nullable(),
  oldestSentAt: z.number().nullable(),
  redriveAfter: z.number().nullable(),
  odd: z.array(z.object({ id: z.string(), at: z.number() })),
  files: z.number(),
  strangers: z.number(),
  ignored: z.number(),
  aside: z.number(),
  asideAt: z.number().nullable(),
  asideWhy: z.string().nullable(),
  lostAt: z.number().nullable().default(null),
  trouble: watchTrouble.nullable(),
  behind: watchTrouble.nullable(),
  gaps: watchTrouble.nullable(),
  asideTrouble: watchTrouble.nullable(),
});

const queueRow: z.ZodType<TrailQueue> = z.object({
  id: z.string(),
  connectionId: z.string(),
  partition,
  region: z.string(),
  accountId: z.string(),
  name: z.string(),
  bucket: z.string(),
  setBy: z.string(),
  setAt: z.number(),
  readAt: z.number().nullable(),
  state: json(state),
  version: z.number(),
});

export function trailQueueStore(engine: Engine): TrailQueueStore {
  const { trailQueues: t, trailFiles } = engine.tables;
  return {
    async list() {
      const rows = await engine.read((db) => db.select().from(t).orderBy(asc(t.setAt), asc(t.id)));
      return rows.map((found) => readRow('trail_queues', queueRow, found));
    },
    async byId(id) {
      const rows = await engine.read((db) => db.select().from(t).where(eq(t.id, id)));
      return readFirst('trail_queues', queueRow, rows);
    },
    insert(queue) {
      return write(engine, 'trailQueues.insert', 1, (db) =>
        db.insert(t).values({ ...queue, state: JSON.stringify(queue.state) }),
      );
    },
    update({ id, connectionId, region, accountId, name, bucket, setBy, setAt, version, ...queue }) {
      const asRead = and(eq(t.id, id), eq(t.version, version - 1));
      const place = { connectionId, partition: queue.partition, region, accountId, name, bucket };
      const set = { ...place, setBy, setAt, state: JSON.stringify(queue.state), version };
      return write(engine, 'trailQueues.update', 1, (db) => db.update(t).set(set).where(asRead));
    },
    noteRead(id, at) {
      return write(engine, 'trailQueues.noteRead', 'any', (db) =>
        db.update(t).set({ readAt: at }).where(eq(t.id, id)),
      );
    },
    remove(id, version) {
      const asRead = and(eq(t.id, id), eq(t.version, version));
      return [
        write(engine, 'trailQueues.remove', 1, (db) => db.delete(t).where(asRead)),
        write(engine, 'trailQueues.files', 'any', (db) =>
          db.delete(trailFiles).where(eq(trailFiles.queueId, id)),
        ),
      ];
    },
  };
}

/** No file waits longer for its next try; ms. */
const LONGEST_WAIT = 3_600_000;

const fileRow: z.ZodType<TrailFile> = z.object({
  queueId: z.string(),
  bucket: z.string(),
  key: z.string(),
  accountId: z.string(),
  region: z.string(),
  bucketRegion: z.string().nullable(),
  arrivedAt: z.number(),
  state: oneOf<TrailFile['state']>({ waiting: true, aside: true }),
  tries: z.number(),
  failedAt: z.number().nullable(),
  reason: z.string().nullable(),
  nextAt: z.number(),
});

export function trailFileStore(engine: Engine): TrailFileStore {
  const t = engine.tables.trailFiles;
  const all = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map((found) => readRow('trail_files', fileRow, found));
  const one = ({ queueId, bucket, key, accountId }: TrailFile) =>
    and(eq(t.queueId, queueId), eq(t.bucket, bucket), eq(t.key, key), eq(t.accountId, accountId));
  const waiting = eq(t.state, 'waiting');
  // Nobody lets a file wait for longer: the clock was set back.
  const due = (now: number) => and(waiting, or(lte(t.nextAt, now), gt(t.nextAt, now + LONGEST_WAIT)));
  return {
    put(files) {
      const rows = onePerId(files, (file) =>
        JSON.stringify([file.queueId, file.bucket, file.key, file.accountId]),
      );
      const writes = chunks(rows, Object.keys(fileColumns).length).map((some) =>
        write(engine, 'trailFiles.put', 'any', (db) => db.insert(t).values(some).onConflictDoNothing()),
      );
      return together(engine, writes);
    },
    async due(accountId, now, limit, queueId) {
      const of = queueId === undefined ? undefined : eq(t.queueId, queueId);
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(due(now), eq(t.accountId, accountId), of))
            .orderBy(asc(t.arrivedAt), asc(t.key), asc(t.bucket), asc(t.queueId))
            .limit(limit),
        ),
      );
    },
    async accountsDue(now) {
      const rows = await engine.read((db) =>
        db.selectDistinct({ accountId: t.accountId }).from(t).where(due(now)).orderBy(asc(t.accountId)),
      );
      return rows.map(({ accountId }) => accountId);
    },
    async oldest(queueId, accountId, region, from) {
      const [row] = await engine.read((db) =>
        db
          .select({ arrivedAt: t.arrivedAt })
          .from(t)
          .where(
            and(
              eq(t.queueId, queueId),
              waiting,
              inArray(t.accountId, [accountId, '']),
              inArray(t.region, [region, '']),
              gte(t.arrivedAt, from),
            ),
          )
          .orderBy(asc(t.arrivedAt))
          .limit(1),
      );
      return row?.arrivedAt ?? null;
    },
    async left(queueId, now) {
      const ours = eq(t.queueId, queueId);
      const counts = await engine.read((db) =>
        db
          .select({ state: t.state, count: sql<number>`count(*)`.mapWith(Number) })
          .from(t)
          .where(ours)
          .groupBy(t.state),
      );
      const [oldest] = await engine.read((db) =>
        db
          .select({ arrivedAt: t.arrivedAt })
          .from(t)
          .where(and(ours, due(now)))
          .orderBy(asc(t.arrivedAt))
          .limit(1),
      );
      const failing = await engine.read((db) =>
        db
          .select()
          .from(t)
          .where(and(ours, waiting, isNotNull(t.failedAt), eq(t.tries, 0)))
          .orderBy(asc(t.failedAt), asc(t.key))
          .limit(1),
      );
      const of = (name: string): number => counts.find((row) => row.state === name)?.count ?? 0;
      return {
        waiting: of('waiting'),
        oldestDueAt: oldest?.arrivedAt ?? null,
        aside: of('aside'),
        failing: all(failing)[0] ?? null,
      };
    },
    async aside(queueId, limit) {
      return all(
        await engine.read((db) =>
          db
            .select()
            .from(t)
            .where(and(eq(t.queueId, queueId), eq(t.state, 'aside')))
            .orderBy(desc(t.arrivedAt), asc(t.key))
            .limit(limit),
        ),
      );
    },
    update(from, file) {
      const asRead = and(one(from), eq(t.tries, from.tries));
      return write(engine, 'trailFiles.update', 1, (db) => db.update(t).set(file).where(asRead));
    },
    remove(file) {
      return write(engine, 'trailFiles.remove', 1, (db) => db.delete(t).where(one(file)));
    },
    again(queueId, now) {
      const aside = and(eq(t.queueId, queueId), eq(t.state, 'aside'));
      const fresh = { ...UNTRIED, nextAt: now };
      return together(engine, [
        write(engine, 'trailFiles.noFiles', 'any', (db) => db.delete(t).where(and(aside, eq(t.bucket, '')))),
        write(engine, 'trailFiles.again', 'any', (db) =>
          db
            .update(t)
            .set(fresh)
            .where(and(aside, ne(t.bucket, ''))),
        ),
      ]);
    },
    removeAsideBefore(at) {
      return write(engine, 'trailFiles.removeAsideBefore', 'any', (db) =>
        db.delete(t).where(and(eq(t.state, 'aside'), lt(t.arrivedAt, at))),
      );
    },
  };
}

/** Every column: so many parameters a row takes. */
const fileColumns: Readonly<Record<keyof TrailFile, true>> = {
  queueId: true,
  bucket: true,
  key: true,
  accountId: true,
  region: true,
  bucketRegion: true,
  arrivedAt: true,
  state: true,
  tries: true,
  failedAt: true,
  reason: true,
  nextAt: true,
};
