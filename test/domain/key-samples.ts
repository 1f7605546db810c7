import type { KeyFacts } from '../../src/domain/assess-key.ts';
import type { IamUser, InventoryKey } from '../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';

export const NOW = Date.UTC(2026, 10, 28, 12, 0);
export const DAY = 86_400_000;
export const ACCOUNT = '123456789012';

/** A key of thirty days, used yesterday, about which there is nothing to say. */
export function sampleKey(changes: Partial<InventoryKey> = {}): InventoryKey {
  return {
    accessKeyId: 'AKIAEXAMPLE000000001',
    accountId: ACCOUNT,
    userId: 'AIDAEXAMPLE000000001',
    userName: 'svc-deploy',
    status: 'Active',
    createdAt: NOW - 30 * DAY,
    description: null,
    lastUse: { kind: 'used', at: NOW - DAY, service: 's3', region: 'us-east-1', asOf: NOW - 3_600_000 },
    firstSeenAt: NOW - 20 * DAY,
    statusSince: NOW - 20 * DAY,
    statusSeen: false,
    goneAt: null,
    ...changes,
  };
}

export function sampleUser(changes: Partial<IamUser> = {}): IamUser {
  return {
    accountId: ACCOUNT,
    userId: 'AIDAEXAMPLE000000001',
    userName: 'svc-deploy',
    arn: `arn:aws:iam::${ACCOUNT}:user/svc-deploy`,
    createdAt: NOW - 400 * DAY,
    tags: { known: true, value: {}, asOf: NOW - 3_600_000 },
    console: { known: true, value: false, asOf: NOW - 3_600_000 },
    quarantine: { known: true, value: [], asOf: NOW - 3_600_000 },
    reportRow: null,
    firstSeenAt: NOW - 20 * DAY,
    keysReadAt: NOW - 3_600_000,
    goneAt: null,
    ...changes,
  };
}

export function sampleFacts(changes: Partial<KeyFacts> = {}): KeyFacts {
  return {
    key: sampleKey(),
    user: sampleUser(),
    siblings: [],
    choices: null,
    snooze: null,
    policy: DEFAULT_KEY_POLICY,
    ownership: { known: true, owners: [{ kind: 'user', userId: 'U0OWNER' }], from: 'tag' },
    ...changes,
  };
}

export function tagged(tags: Readonly<Record<string, string>>, changes: Partial<IamUser> = {}): IamUser {
  return sampleUser({ tags: { known: true, value: tags, asOf: NOW }, ...changes });
}
