import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../sandbox/aws/accounts/account.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { call } from '../../src/detections/example.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { accountOf, connectKey } from '../support/acting.ts';
import { closeAll, windowOf } from '../support/places.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const BUCKET = 'acme-trail';

describe.each([
  ['socket', 'postgres'],
  ['http', 'sqlite'],
] as const)('trail queues over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;
  let account: Account;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    ada = scene.slack.as(PEOPLE.admin);
    account = accountOf(scene);
    account.regions.clear();
    account.regions.add('us-east-1');
    scene.aws.world.addQueue(account, 'us-east-1', 'trail-events');
    scene.aws.world.addBucket(account, BUCKET);
    const key = account.addUser('reader', { attached: policies({}) }).addKey();
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  afterEach(async () => {
    await closeAll(ada);
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  const url = (): string => `https://sqs.us-east-1.amazonaws.com/${account.id}/trail-events`;

  function policies(places: Parameters<typeof policiesFor>[1]['places'] & object): string[] {
    const target = {
      partition: 'aws',
      accountId: account.id,
      principal: { kind: 'user', arn: null },
    } as const;
    return policiesFor(['verify', 'inventory', 'watch'], { ...target, places }).map(
      (document, at) => account.addPolicy(`watch-${Object.keys(places).length}-${at}`, document).arn,
    );
  }

  /** Puts a file into the bucket, and its message into the queue. */
  function announce(): void {
    const record = {
      ...call('cloudtrail:StopLogging', { asked: { name: '<!channel>' }, from: '192.0.2.44' }),
      eventTime: new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000)
        .toISOString()
        .replace('.000Z', 'Z'),
      eventID: 'e-1',
      recipientAccountId: account.id,
    };
    const key = `AWSLogs/${account.id}/CloudTrail/us-east-1/2026/01/01/a.json.gz`;
    scene.aws.world.buckets.get(BUCKET)?.put(key, gzipSync(JSON.stringify({ Records: [record] })));
    const queue = account.in('us-east-1').queues.get('trail-events');
    queue?.send(JSON.stringify({ s3Bucket: BUCKET, s3ObjectKey: [key] }), Date.now());
  }

  async function list() {
    await ada.slash('/aws-settings');
    await (await windowOf(ada, 'Rekey settings')).click('Trail queues');
    return windowOf(ada, 'Trail queues');
  }

  async function form(fields: Record<string, string>) {
    await (await list()).click('Add a queue');
    const window = await windowOf(ada, 'Add a trail queue');
    await window.fill({ Connection: 'main', Bucket: BUCKET, ...fields });
    return window.submit();
  }

  it.each([
    ['nonsense', 'That is no queue'],
    ['https://sqs.xx-nowhere-1.amazonaws.com/123456789012/a', 'no region'],
    ['https://sqs.us-east-1.amazonaws.com/999999999999/a', '999999999999'],
    ['https://sqs.us-east-1.amazonaws.com/123456789012/a.fifo', 'FIFO'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/123456789012/a', 'partition'],
  ])('says at once what is wrong with %s', async (typed, words) => {
    const sent = await form({ 'Queue URL': typed });
    expect(sent.result === 'errors' && Object.values(sent.errors).join()).toContain(words);
  });

  it('asks AWS, says what is missing with the policy to give, keeps what passes, and reads it', async () => {
    await form({ 'Queue URL': `https://sqs.us-east-1.amazonaws.com/${account.id}/other` });
    const denied = await windowOf(ada, 'Not saved', 'sqs:GetQueueAttributes');
    expect(denied.words).toContain('Give it the policy below');
    expect(denied.words).toContain(`arn:aws:s3:::${BUCKET}`);
    const reader = account.user('reader');
    for (const arn of policies({
      eventQueueArn: `arn:aws:sqs:us-east-1:${account.id}:*`,
      eventBucket: BUCKET,
    })) {
      reader.policies.attach(arn);
    }
    // What was typed is there still.
    await denied.click('Back to the form');
    const again = await windowOf(ada, 'Add a trail queue');
    await again.submit();
    const none = await windowOf(ada, 'Not saved', 'There is no queue');
    await none.click('Back to the form');
    const right = await windowOf(ada, 'Add a trail queue');
    await right.fill({ 'Queue URL': url() });
    announce();
    await right.submit();
    await windowOf(ada, 'Saved', 'is read from now on');
    await closeAll(ada);
    expect((await form({ 'Queue URL': url() })).result).toBe('errors');
    await closeAll(ada);

    await ada.waitForMessage((each) => each.words.includes('CloudTrail stopped or deleted'), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });
    await (await list()).click('Open');
    const one = await windowOf(ada, 'Trail queue', '1 announced');
    await one.click('Check');
    await windowOf(ada, 'Trail queue', 'may read the queue and its files');
    await (await windowOf(ada, 'Trail queue')).click('Remove', { confirm: true });
    await windowOf(ada, 'Trail queues', 'was removed');
    const stores = await scene.stores();
    expect(await stores.watch.queues.list()).toEqual([]);
    const verbs = (await stores.audit.newest(100)).map(({ verb, outcome }) => `${verb} ${outcome ?? ''}`);
    expect(verbs.filter((verb) => verb.startsWith('trail_queue'))).toEqual([
      'trail_queue.remove done',
      'trail_queue.check done',
      'trail_queue.add done',
      'trail_queue.add ',
      'trail_queue.add failed',
      'trail_queue.add ',
      'trail_queue.add failed',
      'trail_queue.add ',
    ]);
    await stores.close();
  }, 120_000);
});
