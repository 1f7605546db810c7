import { describe, expect, it } from 'vitest';
import type { Account } from '../../sandbox/aws/world.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import type { Capability } from '../../src/domain/verification.ts';
import { verifyAccessKey } from '../../src/verification/verify-access-key.ts';
import { candidateOf, openBench, patient } from './bench.ts';
import type { Bench } from './bench.ts';

const DAY = 24 * 3_600_000;

/** A user with exactly the policies we print for these capabilities. */
function userWith(account: Account, capabilities: readonly Capability[], name = 'rekey') {
  const target = {
    partition: account.partition,
    accountId: account.id,
    principal: { kind: 'user', arn: null },
  } as const;
  const attached = policiesFor(capabilities, target).map(
    (document, index) => account.addPolicy(`${name}-${index}`, document).arn,
  );
  return account.addUser(name, { attached });
}

async function check(bench: Bench, candidate: ReturnType<typeof candidateOf>) {
  return verifyAccessKey(bench, candidate, patient);
}

describe('a good key', () => {
  it('is verified under exactly the verify policy, with nothing it could not check', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount({ alias: 'acme' });
    const user = userWith(account, ['verify']);
    const createdAt = Math.floor((bench.clock.now() - 10 * DAY) / 1000) * 1000;
    const key = user.addKey({ createdAt });
    const verdict = await check(
      bench,
      candidateOf(key, { expectedAccountId: account.id, region: 'eu-central-1' }),
    );
    expect(verdict).toMatchObject({
      status: 'verified',
      report: {
        accountId: account.id,
        accountAlias: 'acme',
        partition: 'aws',
        region: 'eu-central-1',
        arn: user.arn,
        uniqueId: user.userId,
        userName: 'rekey',
        accessKeyId: key.accessKeyId,
        keyCreatedAt: createdAt,
        warnings: [],
        capabilities: {
          verify: { answer: 'yes' },
          inventory: { answer: 'no', missing: expect.arrayContaining(['iam:ListUsers']) },
          rotate_self: {
            answer: 'no',
            missing: expect.arrayContaining(['iam:CreateAccessKey', 'iam:TagUser']),
          },
          watch: { answer: 'no', missing: ['cloudtrail:LookupEvents', 'ec2:DescribeRegions'] },
        },
      },
    });
    const mutations = [...bench.standIn.requests].filter(
      ({ action }) => !/^(?:Get|List|Simulate)/.test(action ?? ''),
    );
    expect(mutations).toEqual([]);
    expect(bench.standIn.requests.length).toBeLessThanOrEqual(12);
  });

  it('has every capability under the policy for all of them, and no administrator rights', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const all = [
      'verify',
      'inventory',
      'rotate_self',
      'rotate_others',
      'contain',
      'watch',
      'deliver',
    ] as const;
    const verdict = await check(bench, candidateOf(userWith(account, all).addKey()));
    expect(verdict.status === 'verified' && verdict.report.warnings).toEqual([]);
    expect(verdict.status === 'verified' && Object.entries(verdict.report.capabilities)).toEqual(
      all.map((capability) => [capability, { answer: 'yes' }]),
    );
  });

  it.each(['inventory', 'rotate_self', 'rotate_others', 'contain', 'watch', 'deliver'] as const)(
    'has %s, and no more than it, under its policy',
    async (capability) => {
      await using bench = await openBench();
      const account = bench.standIn.world.addAccount();
      const verdict = await check(bench, candidateOf(userWith(account, ['verify', capability]).addKey()));
      const capabilities = verdict.status === 'verified' ? verdict.report.capabilities : null;
      const yes = Object.entries(capabilities ?? {}).filter(([, { answer }]) => answer === 'yes');
      expect(yes.map(([name]) => name).sort()).toEqual(['verify', capability].sort());
    },
  );

  it('of a user with a path, whose account the id does not hold, is verified', async () => {
    await using bench = await openBench({ pageSize: 1 });
    const account = bench.standIn.world.addAccount();
    const user = account.addUser('ann', {
      path: '/teams/a/',
      attached: ['AdministratorAccess'],
      consolePassword: true,
    });
    user.addKey();
    const verdict = await check(
      bench,
      candidateOf(user.addKey({ createdAt: bench.clock.now() - 120 * DAY - 60_000 })),
    );
    expect(verdict).toMatchObject({ status: 'verified', report: { arn: user.arn, userName: 'ann' } });
    const warnings = verdict.status === 'verified' ? verdict.report.warnings : [];
    expect(warnings.map(({ code }) => code)).toEqual([
      'administrator',
      'age_over_policy',
      'two_keys',
      'console_password',
    ]);
    expect(warnings.find(({ code }) => code === 'age_over_policy')?.text).toMatch(/120 days old.*at most 90/);
  });

  it('finds its partition when no region was given, and says which', async () => {
    await using bench = await openBench();
    for (const [partition, region] of [
      ['aws-us-gov', 'us-gov-west-1'],
      ['aws-cn', 'cn-north-1'],
    ] as const) {
      const account = bench.standIn.world.addAccount({ partition });
      const verdict = await check(bench, candidateOf(userWith(account, ['verify']).addKey()));
      expect(verdict).toMatchObject({ status: 'verified', report: { partition, region, warnings: [] } });
    }
  });

  it('that is new and flaps is verified in the end', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const user = userWith(account, ['verify']);
    bench.standIn.world.lag.newKeyMs = 8_000;
    const key = user.keys.create();
    const verdict = await check(bench, candidateOf(key));
    expect(verdict).toMatchObject({ status: 'verified', report: { accessKeyId: key.accessKeyId } });
    expect(bench.clock.slept.length).toBeGreaterThan(0);
  });

  it('is verified although a wrong secret was tried just before', async () => {
    await using bench = await openBench();
    const key = userWith(bench.standIn.world.addAccount(), ['verify']).addKey();
    bench.standIn.world.noteWrongSecret(key.accessKeyId);
    const verdict = await check(bench, candidateOf(key));
    expect(verdict.status).toBe('verified');
    expect(bench.clock.slept).toEqual([5_500]);
  });

  it('of an account without permissions is verified, with each thing it could not check', async () => {
    await using bench = await openBench();
    const verdict = await check(
      bench,
      candidateOf(bench.standIn.world.addAccount().addUser('nobody').addKey()),
    );
    const report = verdict.status === 'verified' ? verdict.report : null;
    expect(report?.warnings.map(({ code }) => code)).toEqual(
      Array.from({ length: 5 }, () => 'could_not_check'),
    );
    const text = report?.warnings.map((warning) => warning.text).join('\n');
    for (const action of [
      'SimulatePrincipalPolicy',
      'ListAccessKeys',
      'GetLoginProfile',
      'ListAttachedUserPolicies',
      'ListAccountAliases',
    ]) {
      expect(text).toContain(`The permission iam:${action} is missing.`);
    }
    expect(report?.keyCreatedAt).toBeNull();
    expect(report?.capabilities).toMatchObject({
      inventory: { answer: 'no', missing: ['iam:ListUsers'] },
      contain: { answer: 'unknown', why: expect.stringContaining('iam:SimulatePrincipalPolicy') },
    });
  });

  it('keeps unknown apart from no when AWS is too busy', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const key = userWith(account, ['verify', 'inventory']).addKey();
    bench.standIn.faults.add({ action: 'SimulatePrincipalPolicy', effect: { kind: 'throttle' } });
    bench.standIn.faults.add({ action: 'ListAccessKeys', effect: { kind: 'throttle' } });
    const verdict = await check(bench, candidateOf(key));
    const report = verdict.status === 'verified' ? verdict.report : null;
    expect(report?.warnings.map(({ text }) => text).join('\n')).toMatch(/too busy[^]*too busy/);
    expect(Object.values(report?.capabilities ?? {}).map(({ answer }) => answer)).not.toContain('no');
    expect(report?.capabilities.inventory).toMatchObject({ answer: 'unknown' });
  });
});

describe('a key that is refused', () => {
  it.each(['AWSCompromisedKeyQuarantine', 'AWSCompromisedKeyQuarantineV2', 'AWSCompromisedKeyQuarantineV3'])(
    'under %s',
    async (policy) => {
      await using bench = await openBench();
      const account = bench.standIn.world.addAccount();
      const key = account.addUser('leaked', { attached: [policy, 'AdministratorAccess'] }).addKey();
      const verdict = await check(bench, candidateOf(key));
      expect(verdict).toMatchObject({
        status: 'rejected',
        diagnosis: {
          code: 'quarantined',
          why: expect.stringContaining(policy),
          mend: expect.stringMatching(/not to remove/),
        },
      });
    },
  );

  it('of root, of another account than typed, of another than the connection', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const root = await check(bench, candidateOf(account.addRootKey()));
    expect(root).toMatchObject({ status: 'rejected', diagnosis: { code: 'root_key' } });

    const calls = bench.standIn.requests.length;
    const user = userWith(account, ['verify']);
    const foreign = await check(bench, candidateOf(user.addKey(), { expectedAccountId: '999999999999' }));
    expect(foreign).toMatchObject({ status: 'rejected', diagnosis: { code: 'wrong_account' } });
    expect(bench.standIn.requests.length).toBe(calls);

    const other = userWith(account, ['verify'], 'other');
    const pinned = { accountId: account.id, uniqueId: user.userId, arn: user.arn };
    const key = other.addKey();
    expect(
      await check(bench, candidateOf(key, { pinned: { ...pinned, sameAccountIsEnough: false } })),
    ).toMatchObject({
      status: 'rejected',
      diagnosis: {
        code: 'changed_identity',
        what: expect.stringContaining(other.arn),
        why: expect.stringContaining(user.arn),
      },
    });
    expect(
      await check(bench, candidateOf(key, { pinned: { ...pinned, sameAccountIsEnough: true } })),
    ).toMatchObject({ status: 'verified' });
    const elsewhere = { ...pinned, accountId: '999999999999', sameAccountIsEnough: true };
    expect(await check(bench, candidateOf(key, { pinned: elsewhere }))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'wrong_account' },
    });
  });

  it('of a canary account, before any call', async () => {
    await using bench = await openBench();
    const key = { accessKeyId: 'AKIASP2TPHJSQH3FJRUX', secretAccessKey: 'x'.repeat(40) };
    expect(await check(bench, candidateOf(key))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'canary_key', what: expect.stringContaining('Thinkst') },
    });
    expect(bench.standIn.requests.length).toBe(0);
  });

  it('that is Inactive, deleted or unknown, after patience and after all partitions', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const inactive = account.addUser('off').addKey({ status: 'Inactive' });
    const verdict = await check(bench, candidateOf(inactive));
    expect(verdict).toMatchObject({
      status: 'rejected',
      diagnosis: {
        code: 'key_not_active',
        why: expect.stringContaining('aws, aws-us-gov, aws-cn'),
        reference: expect.stringMatching(/^InvalidClientTokenId, request /),
      },
    });
    expect(bench.clock.slept).toEqual([2_000, 3_000, 4_000]);
    expect(bench.standIn.requests.of('GetCallerIdentity').map(({ region }) => region)).toEqual([
      'us-east-1',
      'us-east-1',
      'us-east-1',
      'us-east-1',
      'us-gov-west-1',
      'cn-north-1',
    ]);
    const unknown = {
      accessKeyId: bench.standIn.world.ids.accessKeyId('AKIA', account.id),
      secretAccessKey: 'x'.repeat(40),
    };
    expect(await check(bench, candidateOf(unknown, { region: 'us-east-1' }))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'key_not_active' },
    });
  });

  it('with a wrong secret, after one more try', async () => {
    await using bench = await openBench();
    const key = userWith(bench.standIn.world.addAccount(), ['verify']).addKey();
    const verdict = await check(bench, candidateOf({ ...key, secretAccessKey: 'y'.repeat(40) }));
    expect(verdict).toMatchObject({ status: 'rejected', diagnosis: { code: 'wrong_secret' } });
    expect(bench.standIn.requests.of('GetCallerIdentity')).toHaveLength(2);
    expect(bench.clock.slept).toEqual([5_500]);
  });

  it('where the region is not enabled, said by AWS or found out', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    account.stsDisabledRegions.add('ap-east-1');
    const key = userWith(account, ['verify']).addKey();
    expect(await check(bench, candidateOf(key, { region: 'ap-east-1' }))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'region_not_enabled', what: expect.stringContaining('ap-east-1') },
    });
    bench.standIn.faults.add({
      action: 'GetCallerIdentity',
      times: 4,
      effect: {
        kind: 'error',
        code: 'InvalidClientTokenId',
        status: 403,
        message: 'The security token included in the request is invalid.',
      },
    });
    expect(await check(bench, candidateOf(key, { region: 'me-south-1' }))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'region_not_enabled', what: expect.stringContaining('me-south-1') },
    });
  });

  it('where a policy denies all by source address, or the organization denies all', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const key = userWith(account, ['verify']).addKey();
    account.allowedNetworks = ['203.0.113.0/24'];
    expect(await check(bench, candidateOf(key))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'denied_by_source_ip' },
    });
    account.allowedNetworks = null;
    account.serviceControlPolicy = {
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action: 'iam:*', Resource: '*' },
    };
    expect(await check(bench, candidateOf(key))).toMatchObject({
      status: 'rejected',
      diagnosis: { code: 'denied_by_organization' },
    });
  });
});
