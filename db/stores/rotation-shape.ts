import { z } from 'zod';
import type {
  Approval,
  Block,
  BlockChoice,
  BlockCode,
  CreateIntent,
  Delivery,
  JournalEntry,
  KeyChange,
  Orphan,
  Rotation,
  RotationState,
  SeenKey,
  UserSnapshot,
  VerifyProgress,
  Wait,
} from '../../src/domain/rotation.ts';
import { json, oneOf } from '../rows.ts';
import { partition } from './shapes.ts';

export const rotationState = oneOf<RotationState>({
  planned: true,
  creating: true,
  verifying: true,
  delivering: true,
  cutover: true,
  quiet: true,
  deactivated: true,
  soaking: true,
  deleted: true,
  done: true,
  blocked: true,
  undoing: true,
  undone: true,
});

const seenKey: z.ZodType<SeenKey> = z.object({
  accessKeyId: z.string(),
  status: oneOf<SeenKey['status']>({ Active: true, Inactive: true, Expired: true }),
  createdAt: z.number().nullable(),
});

const snapshot: z.ZodType<UserSnapshot> = z.object({
  userId: z.string(),
  userName: z.string(),
  arn: z.string(),
  keys: z.array(seenKey),
  takenAt: z.number(),
});

const block: z.ZodType<Block> = z.object({
  from: rotationState,
  code: oneOf<BlockCode>({
    no_free_slot: true,
    no_destination: true,
    keys_changed: true,
    user_changed: true,
    quarantined: true,
    not_attributed: true,
    create_refused: true,
    not_working: true,
    preflight_failed: true,
    delivery_failed: true,
    hook_failed: true,
    denied: true,
    secret_lost: true,
    undo_failed: true,
    needs_approval: true,
    signer_is_target: true,
    too_long: true,
  }),
  why: z.string(),
  choices: z.array(
    oneOf<BlockChoice>({
      retry: true,
      undo: true,
      go_on: true,
      orphan_is_ours: true,
      orphan_is_not_ours: true,
      leave_place: true,
      keep_new: true,
      reactivate: true,
      approve: true,
      stop: true,
    }),
  ),
  keyIds: z.array(z.string()),
  seen: z.array(seenKey).nullable(),
  // Rows of before this was kept have none.
  destinationId: z.string().nullable().default(null),
  since: z.number(),
});

const intent: z.ZodType<CreateIntent> = z.object({
  nonce: z.string(),
  openedAt: z.number(),
  closesAt: z.number(),
  signer: z.string(),
  keysBefore: z.array(z.string()),
  outcome: oneOf<CreateIntent['outcome']>({ open: true, created: true, refused: true, unknown: true }),
});

const change: z.ZodType<KeyChange> = z.object({
  accessKeyId: z.string(),
  change: oneOf<KeyChange['change']>({ activate: true, deactivate: true, delete: true }),
  at: z.number(),
});

const orphan: z.ZodType<Orphan> = z.object({
  accessKeyId: z.string(),
  knownBy: oneOf<Orphan['knownBy']>({ response: true, cloudtrail: true, person: true }),
  inactiveAt: z.number().nullable(),
  deletedAt: z.number().nullable(),
});

const verify: z.ZodType<VerifyProgress> = z.object({
  successes: z.number(),
  firstAt: z.number().nullable(),
  lastAt: z.number().nullable(),
  lastRefusal: z.string().nullable(),
});

const delivery: z.ZodType<Delivery> = z.object({
  destinationId: z.string(),
  state: oneOf<Delivery['state']>({
    waiting: true,
    written: true,
    held: true,
    failed: true,
    restored: true,
    left: true,
  }),
  attempts: z.number(),
  before: z.string().nullable(),
  lastError: z.string().nullable(),
  at: z.number().nullable(),
  hook: oneOf<Delivery['hook']>({ none: true, waiting: true, done: true }),
  hookAttempts: z.number(),
});

const wait: z.ZodType<Wait> = z.object({
  by: z.string(),
  reason: z.string(),
  at: z.number(),
  until: z.number(),
});

const approval: z.ZodType<Approval> = z.object({
  what: oneOf<Approval['what']>({ deactivate: true, delete: true }),
  by: z.string(),
  at: z.number(),
});

/** The columns queries ask for; the rest is the column `facts`. */
export type RotationFacts = Omit<
  Rotation,
  | 'id'
  | 'accountId'
  | 'oldKeyId'
  | 'newKeyId'
  | 'ownConnectionId'
  | 'state'
  | 'nextAt'
  | 'createdAt'
  | 'leaseOwner'
  | 'leaseUntil'
  | 'version'
>;

const facts: z.ZodType<RotationFacts> = z.object({
  partition,
  snapshot,
  stateAt: z.number(),
  block: block.nullable(),
  intents: z.array(intent),
  change: change.nullable(),
  changedAt: z.number(),
  orphans: z.array(orphan),
  verify,
  deliveries: z.array(delivery),
  cutoverAt: z.number().nullable(),
  quietMs: z.number(),
  wait: wait.nullable(),
  deactivatedAt: z.number().nullable(),
  soakMs: z.number(),
  approvals: z.array(approval),
  trigger: oneOf<Rotation['trigger']>({ person: true, policy: true }),
  requestedBy: z.string().nullable(),
  // Rows of before this was kept have none.
  scheduledBy: z.array(z.string()).default([]),
  reason: z.string(),
  trouble: z.object({ why: z.string(), since: z.number(), times: z.number() }).nullable(),
  noticeId: z.string().nullable(),
  endedAt: z.number().nullable(),
  correlationId: z.string(),
});

export const rotationRow: z.ZodType<Rotation> = z
  .object({
    id: z.string(),
    accountId: z.string(),
    oldKeyId: z.string(),
    newKeyId: z.string().nullable(),
    ownConnectionId: z.string().nullable(),
    state: rotationState,
    facts: json(facts),
    nextAt: z.number().nullable(),
    createdAt: z.number(),
    leaseOwner: z.string().nullable(),
    leaseUntil: z.number(),
    version: z.number(),
  })
  .transform(({ facts: rest, ...columns }) => ({ ...rest, ...columns }));

export const journalRow: z.ZodType<JournalEntry> = z.object({
  id: z.string(),
  rotationId: z.string(),
  at: z.number(),
  state: rotationState,
  phase: oneOf<JournalEntry['phase']>({ before: true, after: true }),
  step: z.string(),
  outcome: oneOf<NonNullable<JournalEntry['outcome']>>({
    done: true,
    refused: true,
    failed: true,
    unknown: true,
  }).nullable(),
  detail: json(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
});
