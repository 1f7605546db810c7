import { sql } from 'drizzle-orm';
import { index, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { integer, text } from './postgres-columns.ts';

/** What was shut off, one row a user. */
export const containments = pgTable(
  'containments',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    accessKeyId: text('access_key_id').notNull(),
    state: text('state').notNull(),
    /** Account and user while it is open and the user is known, else null: one open containment a user. */
    openUser: text('open_user'),
    /** The key while its user is being found, else null. */
    findingKey: text('finding_key'),
    /** 1 while it is open. */
    open: integer('open').notNull(),
    /** Further keys that were shut off with it, between commas; null when there are none. */
    moreKeys: text('more_keys'),
    /** Everything that is not asked for. */
    facts: text('facts').notNull(),
    nextAt: integer('next_at'),
    proofAt: integer('proof_at'),
    leaseOwner: text('lease_owner'),
    leaseUntil: integer('lease_until').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    uniqueIndex('containments_open_user').on(t.openUser),
    uniqueIndex('containments_finding_key').on(t.findingKey),
    index('containments_key').on(t.accessKeyId),
    index('containments_more_keys')
      .on(t.accountId)
      .where(sql`more_keys is not null`),
    index('containments_open').on(t.open, t.createdAt, t.id),
    index('containments_due').on(t.nextAt),
    index('containments_proof').on(t.proofAt),
  ],
);
