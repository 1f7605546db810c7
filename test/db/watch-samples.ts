import type { Expectation } from '../../src/domain/expectation.ts';
import type { KeptIncident } from '../../src/domain/incident.ts';
import type { AccountWatch } from '../../src/domain/watch.ts';
import type { KeptSignal } from '../../src/ports/watch.ts';
import { newRegion } from '../../src/watch/plan.ts';
import { signal } from '../detections/signals.ts';

export const ACCOUNT = '111122223333';
const NOW = 1_790_000_000_000;

export function accountWatch(changes: Partial<AccountWatch> = {}): AccountWatch {
  return {
    accountId: ACCOUNT,
    partition: 'aws',
    since: NOW,
    regions: [newRegion('us-east-1', NOW)],
    listedAt: null,
    listTrouble: null,
    trouble: { why: 'not allowed', since: NOW, toldAt: null },
    basis: 'b1',
    heldBy: null,
    heldUntil: NOW,
    version: 1,
    ...changes,
  };
}

export function keptIncident(changes: Partial<KeptIncident> = {}): KeptIncident {
  return {
    id: 'i1',
    accountId: ACCOUNT,
    subject: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'alice',
    openedAt: NOW,
    lastAt: NOW,
    severity: 'medium',
    stages: ['stranger', 'looking around'],
    more: 0,
    count: 1,
    rules: ['network-new'],
    normal: {
      since: NOW,
      settled: true,
      networks: ['198.51.100.0/24'],
      operators: [],
      agents: ['aws-cli'],
      regions: ['eu-west-1'],
      services: ['s3'],
    },
    places: { '192.0.2.9': { operator: 'AS64500 Example', country: 'NL' } },
    noticeId: null,
    toldAs: null,
    closed: null,
    createdAt: NOW,
    updatedAt: NOW,
    version: 1,
    ...changes,
  };
}

export function keptSignal(id: string, changes: Partial<KeptSignal> = {}): KeptSignal {
  return {
    signal: signal({ id, at: NOW }),
    accountId: ACCOUNT,
    incidentId: 'i1',
    expectedBy: null,
    createdAt: NOW,
    ...changes,
  };
}

export function expectation(changes: Partial<Expectation> = {}): Expectation {
  return {
    id: 'e1',
    accountId: ACCOUNT,
    subject: 'AKIAIOSFODNN7EXAMPLE',
    network: '192.0.2.0/24',
    agent: null,
    action: null,
    reason: 'We moved',
    by: 'U1',
    at: NOW,
    until: NOW + 1_000,
    endedAt: null,
    endedBy: null,
    ...changes,
  };
}
