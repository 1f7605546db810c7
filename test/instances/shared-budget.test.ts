import { afterEach, expect, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { createAws } from '../../src/aws/aws.ts';
import { openInstances } from '../../src/instances/open.ts';
import { Secret } from '../../src/domain/secret.ts';
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
