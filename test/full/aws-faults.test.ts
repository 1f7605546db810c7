import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import { describeAwsFaults } from '../app/faults/aws.ts';

const ACTIONS = [
  'GetCallerIdentity',
  'ListAccessKeys',
  'GetLoginProfile',
  'ListAttachedUserPolicies',
  'ListAccountAliases',
  'SimulatePrincipalPolicy',
];

const EFFECTS: readonly FaultEffect[] = [
  { kind: 'throttle' },
  { kind: 'service-failure' },
  { kind: 'hang' },
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'proxy-page' },
  { kind: 'latency', ms: 3_000 },
  { kind: 'error', code: 'RequestLimitExceeded', status: 503, message: 'Slow down.' },
];

const slow = (action: string, effect: FaultEffect): boolean =>
  action === 'GetCallerIdentity' && effect.kind === 'latency';

describeAwsFaults(
  'socket',
  'postgres',
  ACTIONS.flatMap((action) =>
    EFFECTS.filter((effect) => !slow(action, effect)).map((effect) => [action, effect] as const),
  ),
);
