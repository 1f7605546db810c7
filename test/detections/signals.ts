import type { Signal } from '../../src/detections/signal.ts';

/** A signal for tests of what becomes of signals. */
export function signal(changes: Partial<Signal> = {}): Signal {
  return {
    id: `rule/${String(changes.at ?? 0)}/${changes.technique ?? ''}/${changes.severity ?? ''}`,
    rule: 'rule',
    title: 'A rule',
    severity: 'medium',
    technique: 'T1526',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    sessionKeyId: null,
    principalArn: 'arn:aws:iam::111122223333:user/alice',
    eventID: null,
    eventTime: null,
    at: 0,
    eventName: 'ListUsers',
    service: 'iam',
    region: 'us-east-1',
    address: '198.51.100.7',
    network: '198.51.100.0/24',
    agent: 'aws-cli',
    facts: {},
    ...changes,
  };
}
