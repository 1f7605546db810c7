import { describe, expect, it } from 'vitest';
import { candidateOf, check, openBench, userWith } from './bench.ts';

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
    expect(foreign).toMatchObject({
      status: 'rejected',
      diagnosis: {
        code: 'wrong_account',
        what: expect.stringContaining('not to the account given, 9999-9999-9999'),
        why: expect.stringContaining('made no call'),
        mend: expect.stringContaining('correct Account ID'),
      },
    });
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
      diagnosis: {
        code: 'wrong_account',
        what: expect.stringContaining('not to the account of this connection, 9999-9999-9999'),
        mend: expect.not.stringContaining('Account ID'),
      },
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

  it('is undecided while a partition that could know the key cannot be asked', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const inactive = account.addUser('off-too').addKey({ status: 'Inactive' });
    bench.standIn.faults.add({
      action: 'GetCallerIdentity',
      accessKeyId: inactive.accessKeyId,
      skip: 5,
      effect: { kind: 'drop-before' },
    });
    expect(await check(bench, candidateOf(inactive))).toMatchObject({
      status: 'unknown',
      diagnosis: { code: 'key_not_active', why: expect.stringContaining('aws, aws-us-gov') },
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
