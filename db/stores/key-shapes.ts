import { z } from 'zod';
import type { Finding, FindingCode } from '../../src/domain/finding.ts';
import type {
  AccountInventory,
  Gap,
  InventoryKey,
  KeyEvent,
  KeyStatus,
  RunningSweep,
} from '../../src/domain/inventory.ts';
import type { KeyKind, KindOfKey } from '../../src/domain/key-kind.ts';
import type { KeyPolicy, KeyPolicyOverride } from '../../src/domain/key-policy.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import type { Known } from '../../src/domain/known.ts';
import type { LastUse } from '../../src/domain/last-use.ts';
import { SEVERITIES } from '../../src/domain/notice.ts';
import type { OwnerRef, Ownership } from '../../src/domain/owner.ts';
import type { ReminderTopic } from '../../src/domain/reminder.ts';
import { flag, json, oneOf } from '../rows.ts';

// What the tables of keys hold. The annotations make the compiler compare each shape with its domain type.

export function known<Value>(value: z.ZodType<Value>): z.ZodType<Known<Value>> {
  return z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), value, asOf: z.number() }),
    z.object({ known: z.literal(false), why: z.string(), since: z.number() }),
  ]);
}

export const gap: z.ZodType<Gap> = z.object({
  what: oneOf<Gap['what']>({
    users: true,
    keys: true,
    last_use: true,
    tags: true,
    policies: true,
    report: true,
    root_keys: true,
  }),
  subject: z.string().nullable(),
  why: z.string(),
  since: z.number(),
});

export const runningSweep: z.ZodType<RunningSweep> = z.object({
  id: z.string(),
  kind: oneOf<RunningSweep['kind']>({ full: true, changes: true }),
  startedAt: z.number(),
  listedAt: z.number().nullable(),
  cursor: z.string().nullable(),
  planned: z.number(),
  done: z.number(),
  gaps: z.array(gap),
  heldBy: z.string().nullable(),
  heldUntil: z.number(),
});

export const trouble: z.ZodType<NonNullable<AccountInventory['trouble']>> = z.object({
  why: z.string(),
  since: z.number(),
});

const use = { at: z.number(), service: z.string().nullable(), region: z.string().nullable() };

const lastUse: z.ZodType<LastUse> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('used'), asOf: z.number(), ...use }),
  z.object({ kind: z.literal('not_seen'), asOf: z.number() }),
  z.object({
    kind: z.literal('unknown'),
    why: z.string(),
    since: z.number(),
    last: z.object(use).nullable(),
  }),
]);

export const inventoryKey: z.ZodType<InventoryKey> = z.object({
  accessKeyId: z.string(),
  accountId: z.string(),
  userId: z.string(),
  userName: z.string(),
  status: oneOf<KeyStatus>({ Active: true, Inactive: true, Expired: true }),
  createdAt: z.number().nullable(),
  description: z.string().nullable(),
  lastUse: json(lastUse),
  firstSeenAt: z.number(),
  statusSince: z.number(),
  statusSeen: flag,
  goneAt: z.number().nullable(),
});

const findingCodes: Record<FindingCode, true> = {
  quarantined: true,
  unexpected_use: true,
  root_key: true,
  over_age: true,
  due_soon: true,
  unused: true,
  never_used: true,
  inactive_long: true,
  two_active_keys: true,
  console_user: true,
  owner_missing: true,
  tag_missing: true,
  age_unknown: true,
  use_unknown: true,
};

export const findingCode = oneOf<FindingCode>(findingCodes);

export const reminderTopic = oneOf<ReminderTopic>({
  ...findingCodes,
  snooze_ended: true,
  sweep_gaps: true,
  sweep_failing: true,
});

const finding: z.ZodType<Finding> = z.object({
  code: findingCode,
  severity: z.enum(SEVERITIES),
  at: z.number().nullable(),
  propose: oneOf<NonNullable<Finding['propose']>>({
    rotate: true,
    deactivate: true,
    delete: true,
  }).nullable(),
});

export const keyKind = oneOf<KeyKind>({
  ordinary: true,
  break_glass: true,
  decoy: true,
  managed_elsewhere: true,
});

const kindOfKey: z.ZodType<KindOfKey> = z.object({
  kind: keyKind,
  from: oneOf<KindOfKey['from']>({ slack: true, tag: true, guess: true, default: true }),
  managedBy: z.string().nullable(),
});

export const ownerRef: z.ZodType<OwnerRef> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: z.string() }),
  z.object({ kind: z.literal('group'), groupId: z.string() }),
]);

const change = z.object({ at: z.number(), before: z.array(ownerRef) });
const changed = change.extend({ earlier: z.array(change).exactOptional() }).exactOptional();

const ownership: z.ZodType<Ownership> = z.discriminatedUnion('known', [
  z.object({
    changed,
    known: z.literal(true),
    owners: z.array(ownerRef),
    from: oneOf<Extract<Ownership, { known: true }>['from']>({
      key: true,
      tag: true,
      mapping: true,
      name: true,
      email: true,
    }),
  }),
  z.object({ changed, known: z.literal(false), why: z.string(), failed: z.literal(true).exactOptional() }),
]);

export const keyStanding: z.ZodType<KeyStanding> = z.object({
  accessKeyId: z.string(),
  accountId: z.string(),
  kind: json(kindOfKey),
  ownership: json(ownership),
  findings: json(z.array(finding)),
  dueAt: z.number().nullable(),
  snoozedUntil: z.number().nullable(),
  urgency: z.number(),
  assessedAt: z.number(),
});

export const keyPolicy: z.ZodType<KeyPolicy> = z.object({
  maxAgeDays: z.number(),
  warnDays: z.array(z.number()),
  repeatDays: z.number(),
  unusedDays: z.number(),
  inactiveDays: z.number(),
  channelDays: z.number(),
  onCallDays: z.number(),
  onCallGroup: z.string().nullable(),
  snoozeDays: z.number(),
  requiredTags: z.array(z.string()),
  // Policies kept before there were rotations say nothing of it.
  ownersRotate: z.boolean().default(false),
});

export const keyPolicyOverride: z.ZodType<KeyPolicyOverride> = z.object({
  maxAgeDays: z.number().exactOptional(),
  unusedDays: z.number().exactOptional(),
  inactiveDays: z.number().exactOptional(),
});

export const keyEvent: z.ZodType<KeyEvent> = z.object({
  id: z.string(),
  accessKeyId: z.string(),
  at: z.number(),
  what: oneOf<KeyEvent['what']>({
    first_seen: true,
    status: true,
    used: true,
    gone: true,
    deleted: true,
    kind: true,
    owners: true,
    policy: true,
    snoozed: true,
    snooze_ended: true,
    reminded: true,
  }),
  userId: z.string().nullable(),
  detail: json(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
});
