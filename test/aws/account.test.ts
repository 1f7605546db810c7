import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Iam } from '../../src/ports/aws.ts';
import { openBench } from '../verification/bench.ts';
import type { Bench } from '../verification/bench.ts';

const HOUR_MS = 3_600_000;

/** An account with an administrator, and IAM as the background sees it. */
function accountOn(bench: Bench, name = 'admin') {
  const account = bench.standIn.world.addAccount();
  const admin = account.addUser(name, { attached: ['AdministratorAccess'] });
  const key = admin.addKey();
  const iam = bench.aws.iam(
    { kind: 'access_key', accessKeyId: key.accessKeyId, secret: new Secret(key.secretAccessKey) },
    'aws',
    { accountId: account.id, urgency: 'background' },
  );
  return { account, admin, key, iam };
}

async function gathered<T>(pages: AsyncIterable<readonly T[]>): Promise<T[][]> {
  const all: T[][] = [];
  for await (const page of pages) all.push([...page]);
  return all;
}

describe('reads of a whole account', () => {
  it('list users and their details page by page, whatever the size of a page', async () => {
    await using bench = await openBench({ pageSize: 2 });
    const { account, iam, admin } = accountOn(bench);
    const names = ['ann', 'bob', 'carol', 'dave'];
    for (const name of names) account.addUser(name, { path: '/x/', tags: { team: name }, createdAt: 1_000 });
    account.addUser('eve', { attached: ['AWSCompromisedKeyQuarantineV2'], createdAt: 5_000 });
    const users = await gathered(iam.listUsers());
    expect(users.map((page) => page.length)).toEqual([2, 2, 2]);
    const all = [...names, 'eve', admin.name].map((name) => account.user(name));
    expect(users.flat()).toEqual(
      expect.arrayContaining(
        all.map(({ userId, name, arn, createdAt }) => ({
          userId,
          userName: name,
          arn,
          createdAt: Math.floor(createdAt / 1_000) * 1_000,
        })),
      ),
    );
    const details = await gathered(iam.userDetails());
    expect(details.map((page) => page.length)).toEqual([2, 2, 2]);
    expect(details.flat().map(({ userName, tags, policies }) => [userName, tags, policies])).toEqual([
      ['admin', {}, [expect.objectContaining({ name: 'AdministratorAccess' })]],
      ...names.map((name) => [name, { team: name }, []]),
      ['eve', {}, [expect.objectContaining({ name: 'AWSCompromisedKeyQuarantineV2' })]],
    ]);
    expect(bench.standIn.requests.of('ListUsers')).toHaveLength(3);
    expect(bench.standIn.requests.of('GetAccountAuthorizationDetails')).toHaveLength(3);
  });

  it('list tags and keys over small pages, and tell whose key it is and when it was used', async () => {
    await using bench = await openBench({ pageSize: 1 });
    const { account, iam, key } = accountOn(bench);
    const bob = account.addUser('bob', { tags: { a: '1', b: '', __proto__x: '2' } });
    const used = bob.addKey({ lastUsed: { at: 1_000_000, service: 's3', region: 'N/A' } });
    const silent = bob.addKey({ status: 'Inactive' });
    expect(await iam.listUserTags('bob')).toEqual({ a: '1', b: '', __proto__x: '2' });
    expect(await iam.getUser('bob')).toMatchObject({ userId: bob.userId, tags: { a: '1' } });
    expect(await iam.listAccessKeys('bob')).toHaveLength(2);
    expect(await iam.accessKeyLastUsed(used.accessKeyId)).toEqual({
      userName: 'bob',
      use: { at: 1_000_000, service: 's3', region: null },
    });
    expect(await iam.accessKeyLastUsed(silent.accessKeyId)).toEqual({ userName: 'bob', use: null });
    expect((await iam.accessKeyLastUsed(key.accessKeyId)).use).toMatchObject({ service: 'iam' });
    expect(await iam.accountSummary()).toEqual({ rootKeys: 0 });
    account.addRootKey();
    expect(await iam.accountSummary()).toEqual({ rootKeys: 1 });
  });

  it('name what the credential report answers while there is none', async () => {
    await using bench = await openBench();
    const { iam } = accountOn(bench);
    bench.standIn.world.credentialReportMs = 5_000;
    expect(await iam.getCredentialReport()).toEqual({ state: 'not_present' });
    expect(await iam.generateCredentialReport()).toBe('started');
    expect(await iam.generateCredentialReport()).toBe('in_progress');
    expect(await iam.getCredentialReport()).toEqual({ state: 'not_ready' });
    await bench.clock.sleep(5_000);
    expect(await iam.generateCredentialReport()).toBe('complete');
    const report = await iam.getCredentialReport();
    expect(report.state === 'ready' && Buffer.from(report.content).toString()).toContain(
      '\nadmin,arn:aws:iam::',
    );
    const failed = bench.log.lines.filter((line) => line.includes('"unexpected"'));
    expect(failed).toEqual([]);
    bench.standIn.world.credentialReportMs = 0;
    const account = bench.standIn.world.accounts.at(-1);
    if (account?.report)
      account.report = { ...account.report, readyAt: account.report.readyAt - 4 * HOUR_MS };
    expect(await iam.getCredentialReport()).toEqual({ state: 'expired' });
  });

  it('end with a failure when a page fails: what came before is no whole list', async () => {
    await using bench = await openBench({ pageSize: 2 });
    const { account, iam } = accountOn(bench);
    for (let n = 0; n < 6; n += 1) account.addUser(`user-${n}`);
    const denied = { kind: 'error', code: 'AccessDenied', status: 403, message: 'not authorized' } as const;
    for (const list of [() => iam.listUsers(), () => iam.userDetails()]) {
      bench.standIn.faults.add({ skip: 2, times: 1, effect: denied });
      const seen: number[] = [];
      const read = async () => {
        for await (const page of list()) seen.push(page.length);
      };
      await expect(read()).rejects.toMatchObject({ code: 'denied_by_policy' });
      expect(seen).toEqual([2, 2]);
      bench.standIn.faults.clear();
    }
  });
});

describe('reads in the background', () => {
  const effects = [
    [{ kind: 'drop-before' }, 2, 'timeout'],
    [{ kind: 'drop-after' }, 2, 'timeout'],
    [{ kind: 'service-failure' }, 2, 'aws_down'],
    [{ kind: 'throttle' }, 6, 'throttled'],
  ] as const;

  it.each(effects)('after %o are sent %i times in all, then fail', async (effect, times, code) => {
    await using bench = await openBench();
    const { iam } = accountOn(bench);
    bench.standIn.faults.add({ effect });
    const calls: ((iam: Iam) => Promise<unknown>)[] = [
      (on) => on.listAccessKeys('admin'),
      (on) => on.accessKeyLastUsed('AKIAIOSFODNN7EXAMPLE'),
      (on) => on.accountSummary(),
    ];
    for (const call of calls) {
      bench.standIn.requests.clear();
      await expect(call(iam)).rejects.toMatchObject({ code });
      expect(bench.standIn.requests.length).toBe(times);
    }
  });

  it('come through when it was only for a moment', async () => {
    await using bench = await openBench();
    const { iam } = accountOn(bench);
    for (const effect of [
      { kind: 'drop-after' },
      { kind: 'throttle' },
      { kind: 'throttle' },
      { kind: 'service-failure' },
    ] as const) {
      bench.standIn.faults.clear();
      bench.standIn.faults.add({ times: 1, effect });
      expect(await iam.listAccessKeys('admin')).toHaveLength(1);
    }
  });

  it('are called off while they wait', async () => {
    await using bench = await openBench();
    const { iam } = accountOn(bench);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(iam.accountSummary(signal)).rejects.toThrow('enough');
    expect(bench.standIn.requests).toHaveLength(0);
  });
});
