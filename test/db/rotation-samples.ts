import type { Binding, KeptDestination } from '../../src/domain/destination.ts';
import type { JournalEntry, Rotation } from '../../src/domain/rotation.ts';

export function rotation(over: Partial<Rotation> & { readonly id: string }): Rotation {
  return {
    accountId: '123456789012',
    partition: 'aws',
    snapshot: {
      userId: `AIDA-${over.id}`,
      userName: 'deploy',
      arn: 'arn:aws:iam::123456789012:user/deploy',
      keys: [{ accessKeyId: `OLD-${over.id}`, status: 'Active', createdAt: 1 }],
      takenAt: 1,
    },
    oldKeyId: `OLD-${over.id}`,
    newKeyId: null,
    ownConnectionId: null,
    state: 'planned',
    stateAt: 1,
    block: null,
    intents: [],
    change: null,
    changedAt: 0,
    orphans: [],
    verify: { successes: 0, firstAt: null, lastAt: null, lastRefusal: null },
    deliveries: [],
    cutoverAt: null,
    quietMs: 86_400_000,
    wait: null,
    deactivatedAt: null,
    soakMs: 604_800_000,
    approvals: [],
    trigger: 'person',
    requestedBy: 'U1',
    scheduledBy: [],
    reason: '',
    trouble: null,
    noticeId: null,
    nextAt: 1,
    createdAt: 1,
    endedAt: null,
    correlationId: 'x1',
    leaseOwner: null,
    leaseUntil: 0,
    version: 1,
    ...over,
  };
}

/** Everything a rotation can hold at once. */
export function fullRotation(id: string): Rotation {
  const seen = [
    { accessKeyId: 'AKIA1', status: 'Inactive', createdAt: null },
    { accessKeyId: 'AKIA2', status: 'Expired', createdAt: 5 },
  ] as const;
  return rotation({
    id,
    partition: 'aws-cn',
    newKeyId: 'AKIANEW',
    ownConnectionId: 'c1',
    state: 'blocked',
    block: {
      from: 'creating',
      code: 'not_attributed',
      why: 'שלום 🍏 %',
      choices: [
        'retry',
        'orphan_is_ours',
        'orphan_is_not_ours',
        'go_on',
        'undo',
        'stop',
        'approve',
        'reactivate',
        'leave_place',
        'keep_new',
      ],
      keyIds: ['AKIA2'],
      seen,
      destinationId: 'd1',
      since: 9,
    },
    intents: [
      { nonce: 'n', openedAt: 1, closesAt: 2, signer: 'arn', keysBefore: ['AKIA1'], outcome: 'unknown' },
    ],
    change: { accessKeyId: 'AKIA1', change: 'deactivate', at: 3 },
    changedAt: 3,
    orphans: [{ accessKeyId: 'AKIA3', knownBy: 'cloudtrail', inactiveAt: 4, deletedAt: null }],
    verify: { successes: 3, firstAt: 1, lastAt: 2, lastRefusal: 'no' },
    deliveries: [
      {
        destinationId: 'd1',
        state: 'restored',
        attempts: 2,
        before: 'v1',
        lastError: 'x',
        at: 4,
        hook: 'done',
        hookAttempts: 1,
      },
    ],
    cutoverAt: 5,
    wait: { by: 'U2', reason: 'a release', at: 6, until: 7 },
    deactivatedAt: 8,
    approvals: [
      { what: 'delete', by: 'U3', at: 9 },
      { what: 'deactivate', by: 'U2', at: 8 },
    ],
    trigger: 'policy',
    requestedBy: null,
    trouble: { why: 'throttled', since: 2, times: 3 },
    noticeId: 'n1',
    nextAt: null,
    leaseOwner: 'me',
    leaseUntil: 50,
  });
}

export function journalEntry(over: Partial<JournalEntry> & { readonly id: string }): JournalEntry {
  return {
    rotationId: 'r1',
    at: 1,
    state: 'creating',
    phase: 'before',
    step: 'key.create',
    outcome: null,
    detail: { nonce: 'n', tries: 1, none: null },
    ...over,
  };
}

export function destination(over: Partial<KeptDestination> & { readonly id: string }): KeptDestination {
  return {
    name: `Name ${over.id}`,
    kind: 'secrets-manager',
    connectionId: 'c1',
    target: { name: 'rekey/app', fields: { id: 'AWS_ACCESS_KEY_ID' }, mode: 'merge' },
    redeployHook: null,
    createdBy: 'U1',
    createdAt: 1,
    changedBy: null,
    changedAt: null,
    version: 1,
    ...over,
  };
}

export function binding(over: Partial<Binding> & { readonly id: string }): Binding {
  return {
    destinationId: 'd1',
    accountId: '123456789012',
    userId: `AIDA-${over.id}`,
    userName: 'deploy',
    createdBy: 'U1',
    createdAt: 1,
    approvedBy: null,
    approvedAt: null,
    destinationVersion: 1,
    administrator: { known: true, value: false, asOf: 1 },
    noticeId: null,
    ...over,
  };
}
