import { index, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { integer, text } from './postgres-columns.ts';

export const rotations = pgTable(
  'rotations',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    userId: text('user_id').notNull(),
    /** Account and user while it is open, else null: one open rotation a user. */
    openUser: text('open_user'),
    oldKeyId: text('old_key_id').notNull(),
    newKeyId: text('new_key_id'),
    ownConnectionId: text('own_connection_id'),
    state: text('state').notNull(),
    /** Everything that is not asked for. */
    facts: text('facts').notNull(),
    nextAt: integer('next_at'),
    createdAt: integer('created_at').notNull(),
    leaseOwner: text('lease_owner'),
    leaseUntil: integer('lease_until').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    uniqueIndex('rotations_open_user').on(t.openUser),
    index('rotations_due').on(t.nextAt),
    index('rotations_old_key').on(t.oldKeyId),
    index('rotations_new_key').on(t.newKeyId),
    index('rotations_own_connection').on(t.ownConnectionId),
    index('rotations_newest').on(t.createdAt, t.id),
  ],
);

export const rotationJournal = pgTable(
  'rotation_journal',
  {
    id: text('id').primaryKey(),
    rotationId: text('rotation_id').notNull(),
    at: integer('at').notNull(),
    state: text('state').notNull(),
    phase: text('phase').notNull(),
    step: text('step').notNull(),
    outcome: text('outcome'),
    detail: text('detail').notNull(),
  },
  (t) => [index('rotation_journal_rotation').on(t.rotationId, t.at, t.id)],
);

export const destinations = pgTable(
  'destinations',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    nameKey: text('name_key').notNull(),
    kind: text('kind').notNull(),
    connectionId: text('connection_id'),
    target: text('target').notNull(),
    redeployHook: text('redeploy_hook'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    changedBy: text('changed_by'),
    changedAt: integer('changed_at'),
    version: integer('version').notNull(),
  },
  (t) => [uniqueIndex('destinations_name_key').on(t.nameKey)],
);

export const bindings = pgTable(
  'bindings',
  {
    id: text('id').primaryKey(),
    destinationId: text('destination_id').notNull(),
    accountId: text('account_id').notNull(),
    userId: text('user_id').notNull(),
    userName: text('user_name').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    approvedBy: text('approved_by'),
    approvedAt: integer('approved_at'),
    destinationVersion: integer('destination_version').notNull(),
    /** Whether the user is like an administrator, as it was read last. */
    administrator: text('administrator')
      .notNull()
      .default('{"known":false,"why":"it was not asked","since":0}'),
    noticeId: text('notice_id'),
  },
  (t) => [
    uniqueIndex('bindings_user').on(t.accountId, t.userId, t.destinationId),
    index('bindings_destination').on(t.destinationId),
  ],
);

/** Who uses the keys of a rotation; read again and again while that matters. */
export const rotationUses = pgTable(
  'rotation_uses',
  {
    id: text('id').primaryKey(),
    facts: text('facts').notNull(),
    readAt: integer('read_at'),
    nextAt: integer('next_at'),
  },
  (t) => [index('rotation_uses_due').on(t.nextAt)],
);
