import { describeAwsFaults } from './faults/aws.ts';

// Every fault at every call: test/full.
describeAwsFaults('http', 'sqlite', [
  ['GetCallerIdentity', { kind: 'throttle' }],
  ['GetCallerIdentity', { kind: 'service-failure' }],
  ['GetCallerIdentity', { kind: 'drop-before' }],
  ['GetCallerIdentity', { kind: 'proxy-page' }],
  ['ListAccessKeys', { kind: 'service-failure' }],
  ['ListAttachedUserPolicies', { kind: 'drop-after' }],
  ['SimulatePrincipalPolicy', { kind: 'throttle' }],
]);
