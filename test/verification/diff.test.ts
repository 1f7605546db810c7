import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/domain/diagnosis.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import type {
  Capability,
  CapabilityAnswer,
  Verification,
  VerificationReport,
} from '../../src/domain/verification.ts';
import { diffVerification } from '../../src/verification/diff.ts';

const REPORT: VerificationReport = {
  accountId: '123456789012',
  accountAlias: 'acme',
  partition: 'aws',
  region: 'us-east-1',
  arn: 'arn:aws:iam::123456789012:user/ann',
  uniqueId: 'AIDAANN',
  userName: 'ann',
  accessKeyId: 'AKIARZPUZDIKDUIDT77F',
  keyCreatedAt: 0,
  capabilities: Object.fromEntries(
    CAPABILITIES.map((capability) => [capability, { answer: 'yes' }]),
  ) as Record<Capability, CapabilityAnswer>,
  warnings: [{ code: 'age_over_policy', text: '91 days' }],
  checkedAt: 1,
};

const verified = (more: Partial<VerificationReport> = {}): Verification => ({
  status: 'verified',
  report: { ...REPORT, ...more },
});
const failed = (
  status: 'rejected' | 'unknown',
  code: 'throttled' | 'key_not_active' | 'no_route',
): Verification => ({
  status,
  diagnosis: diagnose(code),
  checkedAt: 2,
});
const withAnswer = (capability: Capability, answer: CapabilityAnswer) =>
  verified({ capabilities: { ...REPORT.capabilities, [capability]: answer } });

describe('diffVerification', () => {
  it('says nothing when nothing changed but time', () => {
    expect(
      diffVerification(
        verified(),
        verified({
          checkedAt: 9,
          region: 'eu-west-1',
          warnings: [{ code: 'age_over_policy', text: '92 days' }],
        }),
      ),
    ).toEqual([]);
    expect(diffVerification(failed('unknown', 'throttled'), failed('unknown', 'throttled'))).toEqual([]);
  });

  it('tells a changed status with its reason', () => {
    expect(diffVerification(verified(), failed('rejected', 'key_not_active'))).toEqual([
      'The last check passed, and this one failed: AWS does not accept the access key.',
    ]);
    expect(diffVerification(failed('unknown', 'throttled'), verified())).toEqual([
      'The last check could not decide, and this one passed.',
    ]);
    expect(diffVerification(failed('unknown', 'throttled'), failed('unknown', 'no_route'))).toEqual([
      expect.stringMatching(/^The reason changed: .*reach AWS/),
    ]);
  });

  it('tells a changed identity, key and alias', () => {
    expect(
      diffVerification(
        verified(),
        verified({
          arn: 'arn:aws:iam::123456789012:user/bob',
          accessKeyId: 'AKIASP2TPHJSQH3FJRUX',
          accountAlias: null,
        }),
      ),
    ).toEqual([
      'The identity was renamed from arn:aws:iam::123456789012:user/ann to arn:aws:iam::123456789012:user/bob.',
      'The access key was AKIA…T77F and is now AKIA…JRUX.',
      'The account alias was acme and is now none.',
    ]);
    expect(
      diffVerification(verified(), verified({ accountId: '210987654321', uniqueId: 'AIDABOB' })),
    ).toHaveLength(2);
  });

  it('tells what was lost and gained of a capability', () => {
    const lacks = (...missing: string[]) => withAnswer('inventory', { answer: 'no', missing });
    expect(diffVerification(verified(), lacks('iam:ListUsers'))).toEqual([
      'Inventory was yes and is now no: iam:ListUsers missing.',
    ]);
    expect(diffVerification(lacks('iam:ListUsers'), lacks('iam:GetUser'))).toEqual([
      'Inventory now also lacks iam:GetUser and no longer lacks iam:ListUsers.',
    ]);
    expect(diffVerification(lacks('iam:ListUsers'), lacks('iam:ListUsers'))).toEqual([]);
    expect(
      diffVerification(
        verified(),
        withAnswer('watch', { answer: 'unknown', why: 'AWS was too busy to answer.' }),
      ),
    ).toEqual(['Watch was yes and is now unknown: AWS was too busy to answer.']);
  });

  it('tells new and settled warnings', () => {
    const now = verified({ warnings: [{ code: 'two_keys', text: 'Two keys.' }] });
    expect(diffVerification(verified(), now)).toEqual(['New: Two keys.', 'No longer: 91 days']);
  });
});
