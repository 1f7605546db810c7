import { z } from 'zod';
import type { Method } from '../../src/domain/connection.ts';
import type { Partition } from '../../src/domain/partition.ts';
import type {
  Capability,
  CapabilityAnswer,
  Diagnosis,
  DiagnosisCode,
  Verification,
  VerificationReport,
  Warning,
} from '../../src/domain/verification.ts';
import { oneOf } from '../rows.ts';

// What several tables hold. The annotations make the compiler compare each shape with its domain type.

export const method = oneOf<Method>({ access_key: true, role: true });

export const partition = oneOf<Partition>({
  aws: true,
  'aws-cn': true,
  'aws-us-gov': true,
  'aws-iso': true,
  'aws-iso-b': true,
  'aws-eusc': true,
});

const diagnosisCode = oneOf<DiagnosisCode>({
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
});

const diagnosis: z.ZodType<Diagnosis> = z.object({
  code: diagnosisCode,
  what: z.string(),
  why: z.string(),
  mend: z.string(),
  reference: z.string().nullable(),
});

const warning: z.ZodType<Warning> = z.object({
  code: oneOf<Warning['code']>({
    administrator: true,
    console_password: true,
    age_over_policy: true,
    two_keys: true,
    could_not_check: true,
  }),
  text: z.string(),
});

const capabilityAnswer: z.ZodType<CapabilityAnswer> = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('yes') }),
  z.object({ answer: z.literal('no'), missing: z.array(z.string()), why: z.string().exactOptional() }),
  z.object({ answer: z.literal('unknown'), why: z.string() }),
]);

const capabilities: z.ZodType<Readonly<Record<Capability, CapabilityAnswer>>> = z.object({
  verify: capabilityAnswer,
  inventory: capabilityAnswer,
  rotate_self: capabilityAnswer,
  rotate_others: capabilityAnswer,
  contain: capabilityAnswer,
  watch: capabilityAnswer,
  deliver: capabilityAnswer,
});

const report: z.ZodType<VerificationReport> = z.object({
  accountId: z.string(),
  accountAlias: z.string().nullable(),
  partition,
  region: z.string(),
  arn: z.string(),
  uniqueId: z.string(),
  userName: z.string().nullable(),
  accessKeyId: z.string().nullable(),
  keyCreatedAt: z.number().nullable(),
  capabilities,
  warnings: z.array(warning),
  checkedAt: z.number(),
});

export const verification: z.ZodType<Verification> = z.discriminatedUnion('status', [
  z.object({ status: z.literal('verified'), report }),
  z.object({ status: z.literal('rejected'), diagnosis, checkedAt: z.number() }),
  z.object({ status: z.literal('unknown'), diagnosis, checkedAt: z.number() }),
]);
