import type { Attempt, ConnectDraft } from '../../src/domain/attempt.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { completed, type Notice } from '../../src/domain/notice.ts';
import type { AuditEntry, Interaction, RoleGrant, SealedSecret } from '../../src/domain/records.ts';
import type { Verification } from '../../src/domain/verification.ts';

export const verified: Verification = {
  status: 'verified',
  report: {
    accountId: '123456789012',
    accountAlias: 'acme',
    partition: 'aws',
    region: 'us-east-1',
    arn: 'arn:aws:iam::123456789012:user/deploy',
    uniqueId: 'AIDAEXAMPLE',
    userName: 'deploy',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    keyCreatedAt: 1_700_000_000_000,
    capabilities: {
      verify: { answer: 'yes' },
      inventory: { answer: 'no', missing: ['iam:ListUsers'] },
      rotate_self: { answer: 'no', missing: [], why: 'a role has no key' },
      rotate_others: { answer: 'unknown', why: 'throttled' },
      contain: { answer: 'yes' },
      watch: { answer: 'yes' },
      deliver: { answer: 'yes' },
    },
    warnings: [{ code: 'administrator', text: 'It may do everything.' }],
    checkedAt: 1_700_000_000_001,
  },
};

export const rejected: Verification = {
  status: 'rejected',
  diagnosis: { code: 'wrong_secret', what: 'a', why: 'b', mend: 'c', reference: null },
  checkedAt: 5,
};

export function connection(over: Partial<Connection> & { readonly id: string }): Connection {
  return {
    name: `Name ${over.id}`,
    description: '',
    accountId: '123456789012',
    accountAlias: null,
    partition: 'aws',
    region: null,
    method: 'access_key',
    accessKeyId: null,
    roleArn: null,
    externalId: null,
    arn: 'arn:aws:iam::123456789012:user/deploy',
    uniqueId: 'AIDAEXAMPLE',
    userName: 'deploy',
    keyCreatedAt: null,
    alertChannel: null,
    owners: [],
    state: 'connected',
    lastCheck: null,
    createdBy: 'U1',
    createdAt: 1,
    updatedAt: 1,
    version: 1,
    ...over,
  };
}

export const draft: ConnectDraft = {
  name: 'Production',
  description: 'The shop',
  accountId: '123456789012',
  region: 'eu-west-1',
  method: 'role',
  accessKeyId: null,
  roleArn: 'arn:aws:iam::123456789012:role/rekey',
  externalId: 'x1',
  alertChannel: 'C1',
  owners: ['U1', 'U2'],
};

export function attempt(over: Partial<Attempt> & { readonly id: string }): Attempt {
  return {
    kind: 'connect',
    teamId: 'T1',
    userId: 'U1',
    viewId: 'V1',
    connectionId: null,
    draft: null,
    deactivateKey: false,
    correlationId: 'c1',
    leaseOwner: 'me',
    leaseUntil: 100,
    createdAt: 1,
    expiresAt: 1_000,
    ...over,
  };
}

export function secret(over: Partial<SealedSecret> & { readonly id: string }): SealedSecret {
  return {
    holderKind: 'attempt',
    holderId: 'a1',
    version: 1,
    box: { masterKeyId: 'k1', wrappedKey: `wrapped-${over.id}`, ciphertext: `cipher-${over.id}` },
    createdAt: 1,
    ...over,
  };
}

export function notice(over: Partial<Notice> & { readonly id: string }): Notice {
  return completed({
    target: { kind: 'channel', channelId: 'C1' },
    text: 'Hello',
    blocks: [{ type: 'divider' }],
    nextAt: 10,
    createdAt: 1,
    correlationId: 'c1',
    ...over,
  });
}

export function entry(over: Partial<AuditEntry> & { readonly id: string }): AuditEntry {
  return {
    at: 1,
    doer: { kind: 'person', teamId: 'T1', userId: 'U1' },
    verb: 'connection.connect',
    phase: 'outcome',
    outcome: 'done',
    entityKind: 'connection',
    entityId: 'x',
    why: '',
    detail: {},
    correlationId: 'c1',
    ...over,
  };
}

export function interaction(id: string, at = 1): Interaction {
  return {
    id,
    kind: 'decision',
    name: 'connect',
    viewId: null,
    teamId: 'T1',
    userId: 'U1',
    value: null,
    at,
  };
}

export function grant(over: Partial<RoleGrant> & { readonly id: string }): RoleGrant {
  return {
    subjectKind: 'user',
    subjectId: 'U1',
    role: 'admin',
    grantedBy: 'U0',
    grantedAt: 1,
    ...over,
  };
}
