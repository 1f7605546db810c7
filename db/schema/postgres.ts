import { sql } from 'drizzle-orm';
import { index, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { integer, text } from './postgres-columns.ts';

export * from './postgres-keys.ts';
export * from './postgres-rotations.ts';
export * from './postgres-containments.ts';
export * from './postgres-watch.ts';

export const connections = pgTable(
  'connections',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    nameKey: text('name_key').notNull(),
    description: text('description').notNull(),
    accountId: text('account_id').notNull(),
    accountAlias: text('account_alias'),
    partition: text('partition').notNull(),
    region: text('region'),
    method: text('method').notNull(),
    accessKeyId: text('access_key_id'),
    roleArn: text('role_arn'),
    externalId: text('external_id'),
    arn: text('arn').notNull(),
    uniqueId: text('unique_id').notNull(),
    userName: text('user_name'),
    keyCreatedAt: integer('key_created_at'),
    alertChannel: text('alert_channel'),
    owners: text('owners').notNull(),
    state: text('state').notNull(),
    lastCheck: text('last_check'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    uniqueIndex('connections_name_key').on(t.nameKey),
    uniqueIndex('connections_access_key_id').on(t.accessKeyId),
    uniqueIndex('connections_role_arn').on(t.roleArn),
    uniqueIndex('connections_external_id').on(t.externalId),
  ],
);

export const attempts = pgTable(
  'attempts',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    viewId: text('view_id'),
    connectionId: text('connection_id'),
    draft: text('draft'),
    deactivateKey: integer('deactivate_key').notNull(),
    correlationId: text('correlation_id').notNull(),
    leaseOwner: text('lease_owner').notNull(),
    leaseUntil: integer('lease_until').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('attempts_connection_id').on(t.connectionId)],
);

export const externalIdDrafts = pgTable(
  'external_id_drafts',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    accountId: text('account_id').notNull(),
    externalId: text('external_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('external_id_drafts_asker').on(t.teamId, t.userId, t.accountId)],
);

export const sealedSecrets = pgTable(
  'sealed_secrets',
  {
    id: text('id').primaryKey(),
    holderKind: text('holder_kind').notNull(),
    holderId: text('holder_id').notNull(),
    version: integer('version').notNull(),
    masterKeyId: text('master_key_id').notNull(),
    wrappedKey: text('wrapped_key').notNull(),
    ciphertext: text('ciphertext').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('sealed_secrets_holder_version').on(t.holderKind, t.holderId, t.version),
    index('sealed_secrets_master_key_id').on(t.masterKeyId),
  ],
);

export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const roleGrants = pgTable(
  'role_grants',
  {
    id: text('id').primaryKey(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    role: text('role').notNull(),
    grantedBy: text('granted_by').notNull(),
    grantedAt: integer('granted_at').notNull(),
  },
  (t) => [uniqueIndex('role_grants_subject_role').on(t.subjectKind, t.subjectId, t.role)],
);

export const groupMembers = pgTable('group_members', {
  groupId: text('group_id').primaryKey(),
  members: text('members').notNull(),
  fetchedAt: integer('fetched_at').notNull(),
});

export const interactions = pgTable(
  'interactions',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    name: text('name').notNull(),
    viewId: text('view_id'),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    value: text('value'),
    at: integer('at').notNull(),
  },
  (t) => [index('interactions_at').on(t.at)],
);

/** `seq` and `hmac` are filled in later, by the one that chains the entries. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    doer: text('doer').notNull(),
    verb: text('verb').notNull(),
    phase: text('phase').notNull(),
    outcome: text('outcome'),
    entityKind: text('entity_kind').notNull(),
    entityId: text('entity_id').notNull(),
    why: text('why').notNull(),
    detail: text('detail').notNull(),
    correlationId: text('correlation_id').notNull(),
    seq: integer('seq'),
    hmac: text('hmac'),
    /** The master key whose derived key made `hmac`. */
    keyId: text('key_id'),
  },
  (t) => [
    uniqueIndex('audit_entries_seq').on(t.seq),
    index('audit_entries_at').on(t.at, t.id),
    index('audit_entries_unchained')
      .on(t.at, t.id)
      .where(sql`seq is null`),
  ],
);

/** Where the audit chain ends: one row, moved by compare-and-swap on its version. */
export const auditHead = pgTable('audit_head', {
  id: text('id').primaryKey(),
  seq: integer('seq').notNull(),
  hmac: text('hmac').notNull(),
  version: integer('version').notNull(),
  at: integer('at').notNull(),
  keyId: text('key_id').notNull(),
  mac: text('mac').notNull(),
});

/** Where the audit log was cut by retention: the last entry removed each time, signed. */
export const auditCheckpoints = pgTable('audit_checkpoints', {
  seq: integer('seq').primaryKey(),
  hmac: text('hmac').notNull(),
  removed: integer('removed').notNull(),
  at: integer('at').notNull(),
  doer: text('doer').notNull(),
  keyId: text('key_id').notNull(),
  mac: text('mac').notNull(),
});

export const notices = pgTable(
  'notices',
  {
    id: text('id').primaryKey(),
    target: text('target').notNull(),
    redirect: text('redirect'),
    text: text('text').notNull(),
    blocks: text('blocks').notNull(),
    severity: text('severity'),
    incidentKey: text('incident_key'),
    edits: text('edits'),
    threadOf: text('thread_of'),
    copyOf: text('copy_of'),
    state: text('state').notNull(),
    /** What is delivered in order; made of the columns above. */
    lane: text('lane').notNull().default(''),
    /** What its pace is counted for; made of the columns above. */
    outlet: text('outlet').notNull().default(''),
    /** The order of writing: clocks step back, and several are written in one millisecond. */
    seq: integer('seq').notNull().default(0),
    attempts: integer('attempts').notNull(),
    nextAt: integer('next_at').notNull(),
    lastError: text('last_error'),
    triedSince: integer('tried_since'),
    unsureSince: integer('unsure_since'),
    postedTo: text('posted_to'),
    postedTs: text('posted_ts'),
    createdAt: integer('created_at').notNull(),
    doneAt: integer('done_at'),
    correlationId: text('correlation_id').notNull(),
  },
  (t) => [
    index('notices_due').on(t.state, t.nextAt),
    index('notices_lane').on(t.state, t.lane, t.seq, t.id),
    index('notices_seq').on(t.seq),
    index('notices_copy_of').on(t.copyOf),
    index('notices_incident_key').on(t.incidentKey),
  ],
);

/** When each way out may be used next, and what is wrong with it. */
export const outlets = pgTable('outlets', {
  id: text('id').primaryKey(),
  nextAt: integer('next_at').notNull(),
  limitedUntil: integer('limited_until').notNull(),
  channelId: text('channel_id'),
  trouble: text('trouble'),
  troubleSince: integer('trouble_since'),
  troubleAt: integer('trouble_at'),
});
