import type { AccountInventory, IamUser, InventoryKey, KeyEvent } from '../../src/domain/inventory.ts';
import type { FindingCode } from '../../src/domain/finding.ts';
import type { KeyChoices, Snooze } from '../../src/domain/key-choices.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import type { OwnerRef, OwnerRule } from '../../src/domain/owner.ts';
import type { KeptKeyPolicy, Told } from '../../src/ports/inventory.ts';

const accountId = '123456789012';

/** Texts that a query, a pattern or a screen may trip over. */
export const HOSTILE = [
  '%',
  '_',
  '\\',
  '\\%',
  "'; drop table told; --",
  '"',
  '`',
  '🍏',
  'שלום',
  '\u202Egnp.\u202C',
  'e\u0301',
  'é',
  'É',
  '<!channel>',
  '$1 ? :a',
  'x'.repeat(10_000),
];

export function account(over: Partial<AccountInventory> = {}): AccountInventory {
  return {
    accountId,
    partition: 'aws',
    rootKeys: { known: true, value: 0, asOf: 1 },
    users: null,
    keys: null,
    fullAt: null,
    sweptAt: null,
    reportAt: null,
    gaps: [],
    running: null,
    trouble: null,
    version: 1,
    ...over,
  };
}

export function user(over: Partial<IamUser> & { readonly userId: string }): IamUser {
  return {
    accountId,
    userName: `name-${over.userId}`,
    arn: `arn:aws:iam::123456789012:user/${over.userId}`,
    createdAt: 1,
    tags: { known: true, value: {}, asOf: 2 },
    console: { known: true, value: false, asOf: 2 },
    quarantine: { known: true, value: [], asOf: 2 },
    reportRow: null,
    firstSeenAt: 2,
    keysReadAt: null,
    goneAt: null,
    ...over,
  };
}

export function key(over: Partial<InventoryKey> & { readonly accessKeyId: string }): InventoryKey {
  return {
    accountId,
    userId: 'AIDA1',
    userName: 'deploy',
    status: 'Active',
    createdAt: 1,
    description: null,
    lastUse: { kind: 'not_seen', asOf: 2 },
    firstSeenAt: 2,
    statusSince: 2,
    statusSeen: false,
    goneAt: null,
    ...over,
  };
}

/** A standing with these findings and known owners; of no owner, with the reason. */
export function standing(
  accessKeyId: string,
  urgency: number,
  codes: readonly FindingCode[] = [],
  owners: readonly OwnerRef[] = [],
  over: Partial<KeyStanding> = {},
): KeyStanding {
  return {
    accessKeyId,
    accountId,
    kind: { kind: 'ordinary', from: 'default', managedBy: null },
    ownership:
      owners.length === 0 ? { known: false, why: 'no tag' } : { known: true, owners, from: 'mapping' },
    findings: codes.map((code) => ({ code, severity: 'medium', at: 3, propose: null })),
    dueAt: null,
    snoozedUntil: null,
    urgency,
    assessedAt: 4,
    ...over,
  };
}

export function choices(over: Partial<KeyChoices> & { readonly accessKeyId: string }): KeyChoices {
  return {
    accountId,
    kind: null,
    owners: null,
    policy: null,
    updatedBy: 'U1',
    updatedAt: 1,
    version: 1,
    ...over,
  };
}

export function snooze(over: Partial<Snooze> & { readonly id: string }): Snooze {
  return {
    accessKeyId: 'AKIA1',
    accountId,
    reason: 'moving house',
    by: 'U1',
    at: 1,
    until: 100,
    endedAt: null,
    endedBy: null,
    ...over,
  };
}

export function keyEvent(over: Partial<KeyEvent> & { readonly id: string }): KeyEvent {
  return { accessKeyId: 'AKIA1', at: 1, what: 'first_seen', userId: null, detail: {}, ...over };
}

export function keptPolicy(over: Partial<KeptKeyPolicy> & { readonly connectionId: string }): KeptKeyPolicy {
  return { policy: DEFAULT_KEY_POLICY, updatedBy: 'U1', updatedAt: 1, version: 1, ...over };
}

export function ownerRule(over: Partial<OwnerRule> & { readonly id: string }): OwnerRule {
  return {
    accountId: null,
    pattern: 'ci-*',
    owners: [{ kind: 'user', userId: 'U1' }],
    createdBy: 'U1',
    createdAt: 1,
    ...over,
  };
}

export function toldOf(over: Partial<Told> = {}): Told {
  return {
    subject: 'AKIA1',
    accountId,
    finding: 'over_age',
    audience: 'channel:C1',
    stage: 'before:7',
    at: 1,
    ...over,
  };
}
