import { index, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';
import { integer, text } from './sqlite-columns.ts';

/** How far each watched account was read. */
export const watchedAccounts = sqliteTable('watched_accounts', {
  accountId: text('account_id').primaryKey(),
  partition: text('partition').notNull(),
  since: integer('since').notNull(),
  regions: text('regions').notNull(),
  listedAt: integer('listed_at'),
  listTrouble: text('list_trouble'),
  trouble: text('trouble'),
  basis: text('basis').notNull(),
  heldBy: text('held_by'),
  heldUntil: integer('held_until').notNull(),
  version: integer('version').notNull(),
});

/** Marks of the events that were taken in, by ten minutes. */
export const seenEvents = sqliteTable(
  'seen_events',
  {
    accountId: text('account_id').notNull(),
    region: text('region').notNull(),
    bucket: integer('bucket').notNull(),
    marks: text('marks').notNull(),
  },
  (t) => [
    primaryKey({ name: 'seen_events_pkey', columns: [t.accountId, t.region, t.bucket] }),
    index('seen_events_bucket').on(t.bucket),
  ],
);

/** What is normal for each key or principal. */
export const keyProfiles = sqliteTable(
  'key_profiles',
  {
    accountId: text('account_id').notNull(),
    subject: text('subject').notNull(),
    profile: text('profile').notNull(),
    lastSeen: integer('last_seen').notNull(),
  },
  (t) => [
    primaryKey({ name: 'key_profiles_pkey', columns: [t.accountId, t.subject] }),
    index('key_profiles_last_seen').on(t.lastSeen),
  ],
);

/** What the detector remembers beside profiles: sessions and who made them, keys that were made. */
export const watchMemory = sqliteTable(
  'watch_memory',
  {
    accountId: text('account_id').notNull(),
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    value: text('value').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'watch_memory_pkey', columns: [t.accountId, t.kind, t.id] }),
    index('watch_memory_newest').on(t.accountId, t.at),
    index('watch_memory_at').on(t.kind, t.at),
  ],
);

export const incidents = sqliteTable(
  'incidents',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    subject: text('subject').notNull(),
    userName: text('user_name'),
    openedAt: integer('opened_at').notNull(),
    lastAt: integer('last_at').notNull(),
    /** The severity as a number, 0 for info. */
    rank: integer('rank').notNull(),
    /** 1 while nobody closed it. */
    open: integer('open').notNull(),
    /** Everything that is not asked for. */
    facts: text('facts').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    index('incidents_subject').on(t.accountId, t.subject, t.lastAt),
    index('incidents_latest').on(t.lastAt, t.id),
    index('incidents_open').on(t.open, t.lastAt, t.id),
  ],
);

export const signals = sqliteTable(
  'signals',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    incidentId: text('incident_id'),
    expectedBy: text('expected_by'),
    /** When it happened; when it was written where that is not known. */
    at: integer('at').notNull(),
    /** 1 while no key is known for the session that acted. */
    keyless: integer('keyless').notNull(),
    signal: text('signal').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('signals_incident').on(t.incidentId, t.at, t.id),
    index('signals_expected').on(t.expectedBy),
    index('signals_keyless').on(t.accountId, t.keyless, t.createdAt),
    index('signals_created').on(t.createdAt),
  ],
);

export const expectations = sqliteTable(
  'expectations',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    subject: text('subject').notNull(),
    network: text('network'),
    agent: text('agent'),
    action: text('action'),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    at: integer('at').notNull(),
    until: integer('until').notNull(),
    endedAt: integer('ended_at'),
    endedBy: text('ended_by'),
  },
  (t) => [index('expectations_until').on(t.until)],
);

/** Queues that announce the files of trails. */
export const trailQueues = sqliteTable('trail_queues', {
  id: text('id').primaryKey(),
  connectionId: text('connection_id').notNull(),
  partition: text('partition').notNull(),
  region: text('region').notNull(),
  accountId: text('account_id').notNull(),
  name: text('name').notNull(),
  bucket: text('bucket').notNull(),
  setBy: text('set_by').notNull(),
  setAt: integer('set_at').notNull(),
  readAt: integer('read_at'),
  state: text('state').notNull(),
  version: integer('version').notNull(),
});

/** Files that were announced and are not taken in yet, and what was set aside. */
export const trailFiles = sqliteTable(
  'trail_files',
  {
    queueId: text('queue_id').notNull(),
    bucket: text('bucket').notNull(),
    key: text('key').notNull(),
    accountId: text('account_id').notNull(),
    region: text('region').notNull(),
    bucketRegion: text('bucket_region'),
    arrivedAt: integer('arrived_at').notNull(),
    state: text('state').notNull(),
    tries: integer('tries').notNull(),
    failedAt: integer('failed_at'),
    reason: text('reason'),
    nextAt: integer('next_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'trail_files_pkey', columns: [t.queueId, t.bucket, t.key, t.accountId] }),
    index('trail_files_due').on(t.state, t.accountId, t.arrivedAt),
    index('trail_files_queue').on(t.queueId, t.state, t.arrivedAt),
  ],
);
