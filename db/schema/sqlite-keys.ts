import { index, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';
import { integer, text } from './sqlite-columns.ts';

/** What is known of each account as a whole. */
export const accountInventories = sqliteTable('account_inventories', {
  accountId: text('account_id').primaryKey(),
  partition: text('partition').notNull(),
  rootKeys: text('root_keys').notNull(),
  users: integer('users'),
  keys: integer('keys'),
  fullAt: integer('full_at'),
  sweptAt: integer('swept_at'),
  reportAt: integer('report_at'),
  gaps: text('gaps').notNull(),
  running: text('running'),
  trouble: text('trouble'),
  version: integer('version').notNull(),
});

export const iamUsers = sqliteTable(
  'iam_users',
  {
    accountId: text('account_id').notNull(),
    userId: text('user_id').notNull(),
    userName: text('user_name').notNull(),
    arn: text('arn').notNull(),
    createdAt: integer('created_at'),
    tags: text('tags').notNull(),
    console: text('console').notNull(),
    quarantine: text('quarantine').notNull(),
    reportRow: text('report_row'),
    firstSeenAt: integer('first_seen_at').notNull(),
    keysReadAt: integer('keys_read_at'),
    goneAt: integer('gone_at'),
  },
  (t) => [
    primaryKey({ name: 'iam_users_pkey', columns: [t.accountId, t.userId] }),
    index('iam_users_name').on(t.accountId, t.userName),
  ],
);

/** Facts of AWS about each key. What people choose and what follows from both are in tables of their own. */
export const inventoryKeys = sqliteTable(
  'inventory_keys',
  {
    accessKeyId: text('access_key_id').primaryKey(),
    accountId: text('account_id').notNull(),
    userId: text('user_id').notNull(),
    userName: text('user_name').notNull(),
    status: text('status').notNull(),
    createdAt: integer('created_at'),
    description: text('description'),
    lastUse: text('last_use').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    statusSince: integer('status_since').notNull(),
    statusSeen: integer('status_seen').notNull(),
    goneAt: integer('gone_at'),
    /** The order of lists: the negative urgency of the standing, or 1 where there is none. */
    rank: integer('rank').notNull().default(1),
  },
  (t) => [
    index('inventory_keys_user').on(t.accountId, t.userId),
    index('inventory_keys_account').on(t.accountId, t.accessKeyId),
    index('inventory_keys_rank').on(t.rank, t.accessKeyId),
    index('inventory_keys_account_rank').on(t.accountId, t.rank, t.accessKeyId),
  ],
);

export const keyStandings = sqliteTable('key_standings', {
  accessKeyId: text('access_key_id').primaryKey(),
  accountId: text('account_id').notNull(),
  kind: text('kind').notNull(),
  ownership: text('ownership').notNull(),
  findings: text('findings').notNull(),
  dueAt: integer('due_at'),
  snoozedUntil: integer('snoozed_until'),
  urgency: integer('urgency').notNull(),
  assessedAt: integer('assessed_at').notNull(),
});

/** What lists are filtered by: the findings and owners of each standing, written with it. */
export const keyMarks = sqliteTable(
  'key_marks',
  {
    accessKeyId: text('access_key_id').notNull(),
    /** `finding`, `user` or `group`. */
    kind: text('kind').notNull(),
    value: text('value').notNull(),
  },
  (t) => [
    primaryKey({ name: 'key_marks_pkey', columns: [t.accessKeyId, t.kind, t.value] }),
    index('key_marks_value').on(t.kind, t.value, t.accessKeyId),
  ],
);

export const keyChoices = sqliteTable('key_choices', {
  accessKeyId: text('access_key_id').primaryKey(),
  accountId: text('account_id').notNull(),
  kind: text('kind'),
  owners: text('owners'),
  policy: text('policy'),
  updatedBy: text('updated_by').notNull(),
  updatedAt: integer('updated_at').notNull(),
  version: integer('version').notNull(),
});

export const snoozes = sqliteTable(
  'snoozes',
  {
    id: text('id').primaryKey(),
    accessKeyId: text('access_key_id').notNull(),
    accountId: text('account_id').notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    at: integer('at').notNull(),
    until: integer('until').notNull(),
    endedAt: integer('ended_at'),
    endedBy: text('ended_by'),
  },
  (t) => [index('snoozes_key').on(t.accessKeyId, t.until)],
);

export const keyEvents = sqliteTable(
  'key_events',
  {
    id: text('id').primaryKey(),
    accessKeyId: text('access_key_id').notNull(),
    accountId: text('account_id').notNull(),
    at: integer('at').notNull(),
    what: text('what').notNull(),
    userId: text('user_id'),
    detail: text('detail').notNull(),
  },
  (t) => [index('key_events_key').on(t.accessKeyId, t.at, t.id), index('key_events_at').on(t.at)],
);

export const keyPolicies = sqliteTable('key_policies', {
  connectionId: text('connection_id').primaryKey(),
  policy: text('policy').notNull(),
  updatedBy: text('updated_by').notNull(),
  updatedAt: integer('updated_at').notNull(),
  version: integer('version').notNull(),
});

export const ownerRules = sqliteTable('owner_rules', {
  id: text('id').primaryKey(),
  accountId: text('account_id'),
  pattern: text('pattern').notNull(),
  owners: text('owners').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** What each audience was told last of each subject. */
export const told = sqliteTable(
  'told',
  {
    subject: text('subject').notNull(),
    accountId: text('account_id').notNull(),
    finding: text('finding').notNull(),
    audience: text('audience').notNull(),
    stage: text('stage').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ name: 'told_pkey', columns: [t.subject, t.finding, t.audience] })],
);
