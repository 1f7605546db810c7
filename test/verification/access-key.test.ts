import { describe, expect, it } from 'vitest';
import { candidateOf, check, openBench, userWith } from './bench.ts';

const DAY = 24 * 3_600_000;

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
    expect(bench.standIn.requests.of('SimulatePrincipalPolicy')).toHaveLength(1);
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
