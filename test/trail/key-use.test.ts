import { describe, expect, it } from 'vitest';
import { keyUseOf } from '../../src/domain/key-use.ts';
import type { SeenCall } from '../../src/domain/key-use.ts';
import { known } from '../../src/domain/known.ts';
import { Secret } from '../../src/domain/secret.ts';
import { SETTLE_MS } from '../../src/domain/settle.ts';
import { readKeyUse } from '../../src/trail/key-use.ts';
import { stsClient } from '../sandbox/aws/clients.ts';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { openBench, patient, userWith } from '../verification/bench.ts';

const KEY = 'AKIAQNZGKIQY56JQ7WML';
let calls = 0;

function call(over: Record<string, unknown> = {}, eventTime = 1_000): SeenCall {
  calls += 1;
  const record = {
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2.0',
    eventSource: 's3.amazonaws.com',
    awsRegion: 'eu-west-1',
    ...over,
  };
  const eventName = typeof over['eventName'] === 'string' ? over['eventName'] : 'ListBuckets';
  return { eventId: `e${calls}`, eventTime, eventName, record };
}

const useOf = (seen: SeenCall[], ownKey = false) => keyUseOf(KEY, 500, known(9_000, 9_000), seen, ownKey);

describe('who uses a key', () => {
  it('is told by network, user agent, service and region, the latest first', () => {
    const use = useOf([
      call({}, 1_000),
      call({}, 3_000),
      call({ sourceIPAddress: 'lambda.amazonaws.com' }, 5_000),
      call({ awsRegion: 'us-east-1' }, 2_000),
    ]);
    expect(
      use.users.map(({ network, region, calls: count, lastAt }) => [network, region, count, lastAt]),
    ).toEqual([
      ['lambda.amazonaws.com', 'eu-west-1', 1, 5_000],
      ['198.51.100.7', 'eu-west-1', 2, 3_000],
      ['198.51.100.7', 'us-east-1', 1, 2_000],
    ]);
    expect(use.users[1]).toMatchObject({ userAgent: 'aws-cli/2.0', service: 's3', ours: false });
    expect(use.lastAt).toBe(5_000);
  });

  it('counts an event once, and nothing from before', () => {
    const once = call();
    expect(useOf([once, once, call({}, 499)]).users.map((user) => user.calls)).toEqual([1]);
  });

  it('leaves Rekey’s own calls out of the last use, and hides nobody behind our name', () => {
    const userAgent = 'aws-sdk-js/3 ua/2.1 rekey/0.1.0';
    const own = call({ userAgent, eventName: 'GetCallerIdentity' }, 7_000);
    const faked = call({ userAgent, eventName: 'ListUsers' }, 8_000);
    const near = call({ userAgent: 'prerekey/1', eventName: 'GetCallerIdentity' }, 6_000);
    expect(useOf([own]).lastAt).toBeNull();
    expect(useOf([own, faked]).lastAt).toBe(8_000);
    expect(useOf([near]).lastAt).toBe(6_000);
    expect(useOf([faked], true).lastAt).toBeNull();
  });

  it('says unknown where a record says nothing', () => {
    const bare: SeenCall = { eventId: 'bare', eventTime: 1_000, eventName: 'X', record: { userAgent: 7 } };
    expect(useOf([bare]).users[0]).toMatchObject({
      network: 'unknown',
      userAgent: 'unknown',
      service: 'unknown',
      region: 'unknown',
    });
  });
});

describe('reading it from CloudTrail', () => {
  async function open() {
    const bench = await openBench();
    const account = bench.standIn.world.addAccount();
    for (const region of account.regions) {
      if (region !== 'us-east-1' && region !== 'eu-west-1') account.regions.delete(region);
    }
    const watcher = userWith(account, ['watch']).addKey();
    const ci = account.addUser('ci').addKey();
    const trail = bench.aws.trail(
      { kind: 'access_key', accessKeyId: watcher.accessKeyId, secret: new Secret(watcher.secretAccessKey) },
      { accountId: account.id, partition: 'aws' },
    );
    const use = async (region: string) => {
      const client = stsClient({ endpoint: bench.standIn.url, region }, ci);
      await client.send(new GetCallerIdentityCommand({}));
    };
    const read = (mostPages?: number) => {
      const now = bench.clock.now();
      const question = { accessKeyId: ci.accessKeyId, since: now - 3_600_000, now };
      const more = mostPages === undefined ? {} : { mostPages };
      return readKeyUse(trail, { ...question, ...more, priority: 'people', ownKey: false }, patient);
    };
    return { bench, account, use, read };
  }

  it('is complete up to the settling time when every region was paged to its end', async () => {
    const { bench, use, read } = await open();
    await using _ = bench;
    await use('us-east-1');
    await use('eu-west-1');
    const found = await read();
    expect(found.users.map(({ region }) => region).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'eu-west-1',
      'us-east-1',
    ]);
    expect(found.completeTo).toMatchObject({ known: true });
    const { completeTo } = found;
    expect(completeTo.known && completeTo.asOf - completeTo.value).toBe(SETTLE_MS);
    expect(found.lastAt).not.toBeNull();
  });

  it('is unknown, not “nobody”, when a region or the regions cannot be read', async () => {
    const { bench, use, read } = await open();
    await using _ = bench;
    await use('us-east-1');
    const { faults } = bench.standIn;
    const effect = { kind: 'error', code: 'AccessDenied', status: 403, message: 'User: x' } as const;
    faults.add({ service: 'cloudtrail', effect, times: 1 });
    expect((await read()).completeTo).toMatchObject({
      known: false,
      why: expect.stringContaining('could not be read: denied by policy') as string,
    });
    faults.add({ service: 'ec2', effect });
    expect((await read()).completeTo).toMatchObject({ known: false });
  });

  it('says that there is more than it read', async () => {
    const { bench, use, read } = await open();
    await using _ = bench;
    for (let time = 0; time < 51; time += 1) await use('us-east-1');
    const found = await read(1);
    expect(found.completeTo).toMatchObject({
      known: false,
      why: expect.stringContaining('us-east-1') as string,
    });
    expect(found.users[0]?.calls).toBe(50);
    expect((await read()).users[0]?.calls).toBe(51);
  });
});
