import { afterEach, expect, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { createAws } from '../../src/aws/aws.ts';
import { openInstances } from '../../src/instances/open.ts';
import { Secret } from '../../src/domain/secret.ts';
import { FastClock } from '../support/fast-clock.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

test('two instances on PostgreSQL call an account no more often than one would', async () => {
  const standIn = await AwsStandIn.start({ clock: () => Date.now(), seed: 5 });
  closing.push(() => standIn.stop());
  const account = standIn.world.addAccount();
  const key = account.addUser('rekey', { attached: ['AdministratorAccess'] }).addKey();
  const credentials = {
    kind: 'access_key',
    accessKeyId: key.accessKeyId,
    secret: new Secret(key.secretAccessKey),
  } as const;
  const url = await freshDatabase();

  async function instance(instanceId: string) {
    const world = { clock: systemClock, log: recordingLog() };
    const stores = await openStores({ url, exclusive: true, ...world });
    closing.push(() => stores.close());
    const share = openInstances({ stores, instanceId, ...world }, stores.engine === 'sqlite');
    await share.start();
    closing.push(() => share.stop());
    const env = { AWS_ENDPOINT_URL: standIn.url };
    const aws = createAws({ env, version: '0', share, ...world });
    closing.push(() => aws.close());
    return aws.iam(credentials, 'aws', { accountId: account.id, urgency: 'background' });
  }

  const first = await instance('first');
  const iams = [first, await instance('second')];
  // What the first may have saved up before it knew of the second.
  await Promise.all(Array.from({ length: 5 }, () => first.accountSummary()));
  await systemClock.sleep(10_500);
  const before = standIn.requests.length;
  const stop = new AbortController();
  const calls = iams.map(async (iam) => {
    while (!stop.signal.aborted) await iam.accountSummary(stop.signal);
  });
  await systemClock.sleep(6_000);
  stop.abort(new Error('enough'));
  await Promise.allSettled(calls);
  // Six seconds at five a second, and what was saved up; alone each, they would make seventy.
  expect(standIn.requests.length - before).toBeLessThanOrEqual(30 + 5 + 2);
  expect(standIn.requests.length - before).toBeGreaterThan(10);
}, 60_000);

test('a region is read at the whole pace, and a person’s look-ups on another instance count', async () => {
  // Five times as fast: beats, paces and the limit of AWS alike.
  const clock = new FastClock(5);
  const standIn = await AwsStandIn.start({ clock: () => clock.now(), wireClock: () => Date.now(), seed: 6 });
  closing.push(() => standIn.stop());
  const account = standIn.world.addAccount();
  const key = account.addUser('rekey', { attached: ['AdministratorAccess'] }).addKey();
  const credentials = {
    kind: 'access_key',
    accessKeyId: key.accessKeyId,
    secret: new Secret(key.secretAccessKey),
  } as const;
  const place = { accountId: account.id, partition: 'aws' } as const;
  const url = await freshDatabase();
  const window = { from: clock.now() - 60_000, to: clock.now() };
  const stop = new AbortController();
  const running: Promise<unknown>[] = [];
  // Also when the test fails early: first of all, since what they use is closed after it.
  const stopAll = async (): Promise<void> => {
    stop.abort(new Error('enough'));
    await Promise.allSettled(running);
  };

  async function instance(instanceId: string) {
    const world = { clock, log: recordingLog() };
    const stores = await openStores({ url, exclusive: true, ...world });
    closing.push(() => stores.close());
    const share = openInstances({ stores, instanceId, ...world }, stores.engine === 'sqlite');
    await share.start();
    closing.push(() => share.stop());
    const aws = createAws({ env: { AWS_ENDPOINT_URL: standIn.url }, version: '0', share, ...world });
    closing.push(() => aws.close());
    return { aws, share };
  }

  async function again(ask: () => AsyncIterable<unknown>): Promise<void> {
    try {
      while (!stop.signal.aborted) for await (const page of ask()) expect(page).toBeDefined();
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  /** Begins a loop that ends with the test, whose failure fails the test and nothing else. */
  function begin(ask: () => AsyncIterable<unknown>): void {
    const loop = again(ask);
    loop.catch(() => undefined);
    running.push(loop);
  }

  /** Calls a second of the stand-in's clock, while so much of it passes. */
  async function rate(ms: number): Promise<number> {
    const from = clock.now();
    const before = standIn.requests.of('LookupEvents').length;
    await clock.sleep(ms);
    return (standIn.requests.of('LookupEvents').length - before) / ((clock.now() - from) / 1_000);
  }

  const [one, two] = [await instance('one'), await instance('two')];
  closing.push(stopAll);
  const history = one.aws.eventHistory(credentials, place);
  begin(() => history.pages('us-east-1', null, window, stop.signal));
  // Until its use is known to be its alone, it takes its half, and what it had saved up before it knew of the other.
  expect(await rate(15_000)).toBeLessThan(0.95);
  await clock.sleep(25_000);
  expect(one.share.instances).toBe(2);
  const alone = await rate(30_000);
  expect(alone).toBeGreaterThan(0.75);
  expect(alone).toBeLessThan(1.1);

  const trail = two.aws.trail(credentials, place);
  begin(() => trail.lookUp('us-east-1', null, window, 'people', stop.signal));
  // Until everybody knows: less than what AWS allows.
  expect(await rate(25_000)).toBeLessThan(1.7);
  await clock.sleep(10_000);
  const both = await rate(30_000);
  expect(both).toBeGreaterThan(0.75);
  expect(both).toBeLessThan(1.1);
  await stopAll();
  // None of them ended before.
  await Promise.all(running);
  // A busy machine lets calls bunch; AWS says so, and the pace bears with it.
  const asked = standIn.requests.of('LookupEvents');
  expect(asked.filter(({ errorCode }) => errorCode !== null).length).toBeLessThan(asked.length / 20);
}, 60_000);
