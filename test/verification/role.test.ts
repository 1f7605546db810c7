import { describe, expect, it } from 'vitest';
import type { Account, Role, User } from '../../sandbox/aws/world.ts';
import type { PolicyDocument } from '../../sandbox/aws/policy/document.ts';
import { createAws } from '../../src/aws/aws.ts';
import { rolePolicies, trustPolicy } from '../../src/domain/role-templates.ts';
import type { Capability } from '../../src/domain/verification.ts';
import type { HostIdentity } from '../../src/ports/aws.ts';
import type { RoleCandidate } from '../../src/verification/candidate.ts';
import { verifyRole } from '../../src/verification/verify-role.ts';
import { openBench, patient } from './bench.ts';
import type { Bench } from './bench.ts';

const EXTERNAL_ID = 'rekey-7f3b9c2e4d5a4b0f9e1d2c3b';

const MAY_ASSUME: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
};

interface Stage extends Bench {
  readonly hostUser: User;
  readonly host: HostIdentity;
  readonly customer: Account;
}

/** A bench whose environment holds the host identity's key, as an instance's would. */
async function openStage(mayAssume = true): Promise<Stage> {
  const bench = await openBench();
  const home = bench.standIn.world.addAccount();
  const hostUser = home.addUser('host', mayAssume ? { inline: { assume: MAY_ASSUME } } : {});
  const key = hostUser.addKey();
  return {
    ...bench,
    aws: createAws({
      env: {
        AWS_ENDPOINT_URL: bench.standIn.url,
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      },
      version: '0.0.0',
      log: bench.log,
      clock: bench.clock,
    }),
    hostUser,
    host: { available: true, arn: hostUser.arn, accountId: home.id, partition: 'aws' },
    customer: bench.standIn.world.addAccount({ alias: 'globex' }),
  };
}

function addRole(stage: Stage, trust: unknown, capabilities: readonly Capability[] = ['verify']): Role {
  const documents = rolePolicies({
    target: { partition: 'aws', accountId: stage.customer.id },
    roleName: 'Rekey',
    hostArn: stage.hostUser.arn,
    externalId: EXTERNAL_ID,
    capabilities,
  });
  const attached = documents.map(
    (document, index) => stage.customer.addPolicy(`Rekey-${index}`, document).arn,
  );
  return stage.customer.addRole('Rekey', { trust: trust as PolicyDocument, attached });
}

const candidate = (role: { arn: string }, more: Partial<RoleCandidate> = {}): RoleCandidate => ({
  roleArn: role.arn,
  externalId: EXTERNAL_ID,
  expectedAccountId: null,
  region: null,
  pinned: null,
  ...more,
});

describe('verifyRole', () => {
  it('verifies the role our templates make, with nothing it could not check', async () => {
    await using stage = await openStage();
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, EXTERNAL_ID));
    const verdict = await verifyRole(
      stage,
      candidate(role, { expectedAccountId: stage.customer.id }),
      patient,
    );
    expect(verdict).toMatchObject({
      status: 'verified',
      report: {
        accountId: stage.customer.id,
        accountAlias: 'globex',
        arn: role.arn,
        uniqueId: role.roleId,
        userName: null,
        accessKeyId: null,
        warnings: [],
        capabilities: {
          verify: { answer: 'yes' },
          rotate_self: { answer: 'no', missing: [], why: expect.any(String) },
        },
      },
    });
    const said = [...stage.log.lines, JSON.stringify(verdict)].join('\n');
    const sessions = [...stage.standIn.requests].flatMap(({ accessKeyId }) => {
      const session = stage.standIn.world.findSession(accessKeyId ?? '');
      return session === null ? [] : [session];
    });
    expect(sessions.length).toBeGreaterThan(0);
    for (const { secretAccessKey, sessionToken } of sessions) {
      expect(said).not.toContain(secretAccessKey);
      expect(said).not.toContain(sessionToken);
    }
    expect(stage.standIn.requests.of('AssumeRole').map(({ errorCode }) => errorCode)).toEqual([
      null,
      'AccessDenied',
      'AccessDenied',
    ]);
  });

  it('finds every capability a role can have', async () => {
    await using stage = await openStage();
    const all = ['verify', 'inventory', 'rotate_others', 'contain', 'watch', 'deliver'] as const;
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, EXTERNAL_ID), all);
    const verdict = await verifyRole(stage, candidate(role), patient);
    const report = verdict.status === 'verified' ? verdict.report : null;
    expect(all.map((capability) => report?.capabilities[capability].answer)).toEqual(all.map(() => 'yes'));
    expect(report?.warnings).toEqual([]);
  });

  it('refuses a role open to all, and one open to every external ID that begins alike', async () => {
    const open = trustPolicy('PLACE', EXTERNAL_ID);
    for (const condition of [
      null,
      { StringLike: { 'sts:ExternalId': 'rekey-*' } },
      { StringLike: { 'sts:ExternalId': '*' } },
    ]) {
      await using stage = await openStage();
      const { Statement } = structuredClone(open) as { Statement: Record<string, unknown>[] };
      const statement = { ...Statement[0], Principal: { AWS: stage.hostUser.arn } };
      const { Condition: _, ...bare } = statement as { Condition?: unknown };
      const role = addRole(stage, {
        Version: '2012-10-17',
        Statement: condition === null ? bare : { ...bare, Condition: condition },
      });
      expect(await verifyRole(stage, candidate(role), patient)).toMatchObject({
        status: 'rejected',
        diagnosis: { code: 'role_open', mend: expect.stringContaining(EXTERNAL_ID) },
      });
    }
  });

  it('refuses after patience: another external ID, no trust, a host that may not', async () => {
    for (const [mayAssume, trust] of [
      [true, (arn: string) => trustPolicy(arn, 'some-other-id')],
      [true, () => trustPolicy('arn:aws:iam::111122223333:root', EXTERNAL_ID)],
      [false, (arn: string) => trustPolicy(arn, EXTERNAL_ID)],
    ] as const) {
      await using stage = await openStage(mayAssume);
      const role = addRole(stage, trust(stage.hostUser.arn));
      expect(await verifyRole(stage, candidate(role), patient)).toMatchObject({
        status: 'rejected',
        diagnosis: { code: 'role_not_assumable', mend: expect.stringMatching(/1: .*2: .*3: /) },
      });
      expect(stage.clock.slept).toEqual([3_000, 5_000]);
    }
  });

  it('waits for a trust policy that was mended a moment ago', async () => {
    await using stage = await openStage();
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, 'old'));
    stage.standIn.world.lag.policyMs = 6_000;
    role.setTrust(JSON.stringify(trustPolicy(stage.hostUser.arn, EXTERNAL_ID)));
    expect((await verifyRole(stage, candidate(role), patient)).status).toBe('verified');
  });

  it('keeps a probe that failed otherwise from proving anything', async () => {
    await using stage = await openStage();
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, EXTERNAL_ID));
    stage.standIn.faults.add({ action: 'AssumeRole', skip: 1, effect: { kind: 'service-failure' } });
    expect(await verifyRole(stage, candidate(role), patient)).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'aws_down' },
    });
  });

  it('says before any call what the ARN and the host tell', async () => {
    await using stage = await openStage();
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, EXTERNAL_ID));
    const none: HostIdentity = { available: false, why: 'No identity.', mend: 'Give one.' };
    expect(await verifyRole({ ...stage, host: none }, candidate(role), patient)).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'host_identity_missing', why: 'No identity.', mend: 'Give one.' },
    });
    expect(
      await verifyRole(stage, candidate({ arn: 'arn:aws-cn:iam::123456789012:role/R' }), patient),
    ).toMatchObject({ diagnosis: { code: 'host_identity_missing', why: expect.stringContaining('aws-cn') } });
    expect(
      await verifyRole(stage, candidate(role, { expectedAccountId: '999999999999' }), patient),
    ).toMatchObject({
      diagnosis: { code: 'wrong_account', why: expect.stringContaining('in the role’s ARN') },
    });
    expect(stage.standIn.requests.length).toBe(0);
  });

  it('tells a namesake by its unique ID, and a broken host from a bad role', async () => {
    await using stage = await openStage();
    const role = addRole(stage, trustPolicy(stage.hostUser.arn, EXTERNAL_ID));
    const pinned = { accountId: stage.customer.id, uniqueId: 'AROAOLDROLE', sameAccountIsEnough: false };
    expect(await verifyRole(stage, candidate(role, { pinned }), patient)).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'changed_identity' },
    });
    const [key] = stage.hostUser.keys.existing();
    key?.change('Inactive', stage.clock.now());
    expect(await verifyRole(stage, candidate(role), patient)).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'key_not_active', mend: expect.stringContaining('doctor') },
    });
  });
});
