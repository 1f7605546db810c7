// A person in the console does much by hand, and most of it is no news; but not what lets strangers in, and not from where
// the person never was.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import type { CloudTrailEvent } from '../../src/detections/event.ts';
import { call, FOREIGN, history, OWN, roleSession, type ExampleCall } from '../../src/detections/example.ts';
import type { LookUp } from '../../src/detections/place.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

const HOME = '81.187.40.90';
const SAME_OPERATOR = '81.187.77.3';
const ELSEWHERE = '146.70.99.12';
/** One operator for all addresses that begin alike. */
const lookUp: LookUp = ({ text }) => ({ operator: `Operator ${text.split('.', 1)[0] ?? ''}`, country: 'DE' });
const CONSOLE: ExampleCall = {
  by: roleSession('AWSReservedSSO_AdministratorAccess_0123456789abcdef', 'ann'),
  agent: 'Mozilla/5.0 (X11)',
};
const DAILY = Array.from(
  { length: 12 },
  (_, place) => ['ec2:DescribeVpcs', 'iam:ListRoles'][place % 2] ?? '',
);

function severities(learned: readonly RawRecord[], records: readonly RawRecord[]): string[] {
  const reader = new RecordReader(isWanted);
  const detector = new Detector({ lookUp });
  const events = (all: readonly RawRecord[]): CloudTrailEvent[] =>
    all.flatMap((each) => reader.read(each) ?? []);
  for (const event of events(learned)) detector.learn(event);
  detector.accept();
  return events(records).flatMap((event) =>
    detector.judge(event).map(({ rule, severity }) => `${rule} ${severity}`),
  );
}

const known = history(9, DAILY, { ...CONSOLE, from: HOME });
const provider = (from: string): RawRecord =>
  call('iam:UpdateSAMLProvider', {
    ...CONSOLE,
    from,
    asked: { sAMLProviderArn: `arn:aws:iam::${OWN}:saml-provider/okta` },
  });
const shared = (account: string): RawRecord =>
  call('ec2:ModifySnapshotAttribute', {
    ...CONSOLE,
    from: HOME,
    asked: { snapshotId: 'snap-1', createVolumePermission: { add: { items: [{ userId: account }] } } },
  });

describe('a person in the console', () => {
  it('is low at home, also in another network of the operator', () => {
    expect(severities(known, [provider(HOME)])).toEqual(['identity-provider-changed low']);
    expect(severities(known, [provider(SAME_OPERATOR)])).toEqual(['identity-provider-changed low']);
  });

  it('is more than low where the person never was, after the first call too', () => {
    const first = call('ec2:DescribeVpcs', { ...CONSOLE, from: ELSEWHERE, minute: -2 });
    expect(severities(known, [first, provider(ELSEWHERE)])).toContain('identity-provider-changed medium');
  });

  it('is low where nothing is known of the person', () => {
    expect(severities([], [provider(ELSEWHERE)])).toEqual(['identity-provider-changed low']);
  });

  it('is low for somebody who comes from new operators all the time', () => {
    const places = ['8.8.8.8', '1.1.1.1', '9.9.9.9', '81.187.40.90', '92.206.17.45', '185.220.101.7'];
    const travels = places.flatMap((from, day) =>
      history(1, DAILY, { ...CONSOLE, from, minute: (day - places.length) * 1_440 }),
    );
    expect(severities(travels, [provider(ELSEWHERE)])).toEqual(['identity-provider-changed low']);
  });

  it('is heard when one harm follows the other, and not for one kind of it', () => {
    const harms = [
      call('kms:ScheduleKeyDeletion', { ...CONSOLE, from: HOME, asked: { keyId: 'k' } }),
      call('rds:DeleteDBInstance', {
        ...CONSOLE,
        from: HOME,
        asked: { dBInstanceIdentifier: 'd', skipFinalSnapshot: true },
        minute: 1,
      }),
      call('backup:DeleteRecoveryPoint', {
        ...CONSOLE,
        from: HOME,
        asked: { backupVaultName: 'v' },
        minute: 2,
      }),
    ];
    expect(severities([], harms)).toEqual([
      'encryption-keys-destroyed low',
      'resources-destroyed low',
      'backups-destroyed medium',
    ]);
    const keys = ['a', 'b', 'c'].map((keyId, minute) =>
      call('kms:ScheduleKeyDeletion', { ...CONSOLE, from: HOME, asked: { keyId }, minute }),
    );
    expect(severities([], keys)).not.toContain('encryption-keys-destroyed medium');
  });

  it('is heard when a stranger is let in', () => {
    expect(severities(known, [shared(FOREIGN)])).toEqual(['snapshot-or-image-shared medium']);
    expect(severities(known, [shared(OWN)])).toEqual([]);
  });
});
