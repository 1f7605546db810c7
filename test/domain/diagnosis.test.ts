import { describe, expect, it } from 'vitest';
import { diagnose, wordsForDuration } from '../../src/domain/diagnosis.ts';
import type { DiagnosisContext } from '../../src/domain/diagnosis.ts';
import type { DiagnosisCode } from '../../src/domain/verification.ts';

const CODES: Record<DiagnosisCode, true> = {
  wrong_secret: true,
  key_not_active: true,
  expired_session: true,
  clock_off: true,
  region_not_enabled: true,
  region_wrong: true,
  denied_by_policy: true,
  denied_by_source_ip: true,
  denied_by_organization: true,
  no_route: true,
  proxy_trouble: true,
  tls_trouble: true,
  throttled: true,
  aws_down: true,
  root_key: true,
  wrong_account: true,
  quarantined: true,
  canary_key: true,
  not_a_user: true,
  changed_identity: true,
  host_identity_missing: true,
  role_not_assumable: true,
  role_open: true,
  unexpected: true,
};

const FULL: DiagnosisContext = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  accountId: '123456789012',
  expectedAccountId: '210987654321',
  region: 'ap-east-1',
  triedPartitions: ['aws', 'aws-us-gov', 'aws-cn'],
  action: 'iam:ListAccessKeys',
  arn: 'arn:aws:iam::123456789012:user/ann',
  formerArn: 'arn:aws:iam::123456789012:user/bob',
  roleArn: 'arn:aws:iam::123456789012:role/Rekey',
  externalId: 'ext-1',
  hostArn: 'arn:aws:iam::999988887777:role/host',
  policyName: 'AWSCompromisedKeyQuarantineV3',
  clockOffsetMs: -430_000,
  awsName: 'AccessDenied',
  requestId: 'req-1',
  networkCode: 'ENOTFOUND',
};

describe('diagnose', () => {
  it.each(Object.keys(CODES) as DiagnosisCode[])(
    '%s has what, why and mend, with and without context',
    (code) => {
      for (const context of [FULL, {}]) {
        const said = diagnose(code, context);
        for (const words of [said.what, said.why, said.mend]) {
          expect(words).toMatch(/^["A-Za-z].{10,}[.…]$/);
          expect(words).not.toMatch(/undefined|null|\[object|expire/i);
        }
      }
      expect(diagnose(code, FULL).reference).toBe('AccessDenied, request req-1');
      expect(diagnose(code).reference).toBeNull();
    },
  );

  it('names what it knows', () => {
    expect(diagnose('wrong_secret', FULL).what).toContain('AKIA…MPLE');
    expect(diagnose('wrong_secret', FULL).what).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(diagnose('wrong_account', FULL).what).toMatch(/1234-5678-9012.*2109-8765-4321/);
    expect(diagnose('key_not_active', FULL).why).toContain('aws, aws-us-gov, aws-cn');
    expect(diagnose('clock_off', FULL).what).toContain('7 minutes 10 seconds behind');
    expect(diagnose('clock_off', { clockOffsetMs: 3_600_000 }).what).toContain('1 hour ahead');
    expect(diagnose('role_open', FULL).mend).toContain('"sts:ExternalId": "ext-1"');
    expect(diagnose('role_not_assumable', FULL).mend).toMatch(/1: .*host.* 2: .*ext-1.* 3: .*sts:AssumeRole/);
    expect(diagnose('quarantined', FULL).why).toContain('QuarantineV3');
  });

  it('says for every failure on the way that the credentials are not judged', () => {
    for (const code of ['no_route', 'proxy_trouble', 'throttled', 'aws_down'] as const) {
      expect(diagnose(code, FULL).why).toContain('says nothing about the credentials');
    }
  });
});

describe('wordsForDuration', () => {
  it.each([
    [200, 'less than a second'],
    [1000, '1 second'],
    [-61_000, '1 minute 1 second'],
    [7_322_000, '2 hours 2 minutes'],
  ])('%d', (ms, words) => {
    expect(wordsForDuration(ms)).toBe(words);
  });
});
