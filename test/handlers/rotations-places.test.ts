import { describe, expect, test } from 'vitest';
import { publishedWebhookKeys } from '../../src/handlers/webhook-keys.ts';
import { refreshUses } from '../../src/handlers/rotations/refresh-use.ts';
import { cardOf } from '../../src/handlers/rotations/card.ts';
import { Receiver } from '../destinations/receiver.ts';
import { heldBy, secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const PARTITIONS = [
  ['aws-cn', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-east-1'],
] as const;

describe.each(['sqlite', 'postgres'] as const)('where keys go, on %s', (engine) => {
  test.each(PARTITIONS)(
    'in %s',
    async (partition, region) => {
      await using rekey = await Rotating.set(engine, { partition });
      const { connection } = await rekey.connect('Shop');
      const { user, key } = await rekey.user('deploy');
      await rekey.destination('secrets-manager', user, secretTarget('deploy', region), {
        connectionId: connection.id,
      });
      const plan = await rekey.plan(key.accessKeyId);
      expect(plan.problems).toEqual([]);
      const begun = await rekey.start(plan);
      const asks = await rekey.until(begun.id);
      expect(asks.block?.code).toBe('needs_approval');
      expect(asks.snapshot.arn).toContain(`arn:${partition}:iam::`);
      expect(heldBy(rekey, 'deploy', region)).toMatchObject({ AWS_ACCESS_KEY_ID: asks.newKeyId });
      const trials = rekey.aws.requests.of('GetCallerIdentity').map((request) => request.region);
      expect(new Set(trials)).toEqual(new Set([region]));
      expect(statuses(user)).toEqual([
        [key.accessKeyId, 'Inactive'],
        [asks.newKeyId, 'Active'],
      ]);
    },
    60_000,
  );

  test('in more regions than there are trials: the new key is tried in each before any has it', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2'];
    for (const region of regions) {
      const target = secretTarget('deploy', region);
      await rekey.destination('secrets-manager', user, target, { connectionId: connection.id });
    }
    const { id } = await rekey.start(await rekey.plan(key.accessKeyId));
    const { state } = await rekey.until(id, 'delivering', 'quiet');
    expect(['delivering', 'quiet']).toContain(state);
    const trials = rekey.aws.requests.of('GetCallerIdentity');
    const [firstWrite] = rekey.aws.requests.of('CreateSecret');
    const before = trials.filter(({ at }) => at <= (firstWrite?.at ?? Infinity));
    expect(new Set(before.map(({ region }) => region))).toEqual(new Set(regions));
  }, 60_000);

  test('a webhook takes the key, and its redeploy hook says when it runs with it', async () => {
    await using rekey = await Rotating.set(engine, { privateHosts: ['127.0.0.1'] });
    await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const keys = (await publishedWebhookKeys(rekey.services)).map(({ publicKey }) => publicKey);
    await using receiver = await Receiver.start(
      () => keys,
      () => rekey.clock.now(),
    );
    let redeploys = 0;
    receiver.interfere = ({ type }) => {
      if (type !== 'access_key.redeploy') return null;
      redeploys += 1;
      return { status: 200, body: JSON.stringify({ status: redeploys < 3 ? 'pending' : 'healthy' }) };
    };
    await rekey.destination('webhook', user, { url: receiver.url }, { redeployHook: receiver.url });
    const plan = await rekey.plan(key.accessKeyId);
    expect(plan.problems).toEqual([]);
    expect(receiver.pair).toBeNull();
    const begun = await rekey.start(plan);
    const waits = await rekey.until(begun.id, 'quiet');
    expect(waits.state).toBe('quiet');
    expect([receiver.pair?.accessKeyId, receiver.refused, redeploys]).toEqual([waits.newKeyId, 0, 3]);
    const trace = JSON.stringify([rekey.log.lines, await rekey.rotation(begun.id)]);
    expect(trace).not.toContain(receiver.pair?.secretAccessKey);
    const ends = await rekey.until(begun.id);
    expect(ends.block?.code).toBe('needs_approval');
  }, 60_000);

  test('the card learns who still uses the old key, and that the new one was seen', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    await rekey.destination('secrets-manager', user, secretTarget('deploy'), {
      connectionId: connection.id,
    });
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const waits = await rekey.until(begun.id, 'quiet');
    const { services, clock } = rekey;
    expect(await refreshUses(services, new AbortController().signal)).toBe(0);
    // Somebody still uses the old one.
    const credentials = {
      kind: 'access_key',
      accessKeyId: key.accessKeyId,
      secret: rekey.secret(key.secretAccessKey),
    } as const;
    await services.aws.sts(credentials, 'eu-west-1').getCallerIdentity();
    clock.forward(21 * 60_000);
    expect(await refreshUses(services, new AbortController().signal)).toBe(1);
    const card = await cardOf(services, waits);
    expect(card.oldUse?.users.map(({ service, region, calls }) => [service, region, calls])).toEqual([
      ['sts', 'eu-west-1', 1],
    ]);
    expect(card.newUse?.users.every(({ ours }) => ours)).toBe(true);
    expect(await refreshUses(services, new AbortController().signal)).toBe(0);
  }, 60_000);
});
