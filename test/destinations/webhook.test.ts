import { describe, expect, it } from 'vitest';
import { newWebhookKey, openWebhookSigner } from '../../src/outward/webhook-keys.ts';
import { createDestinations } from '../../src/destinations/index.ts';
import { createRedeployHooks } from '../../src/destinations/redeploy-hook.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createOutward } from '../../src/outward/outward.ts';
import type { Aws } from '../../src/ports/aws.ts';
import type { WebhookSigner } from '../../src/ports/outward.ts';
import { systemClock } from '../support/system-world.ts';
import { keptDestination } from './aws-trial.ts';
import { destinationContract, NEW_KEY, OLD_KEY, SECRET } from './contract.ts';
import type { Trial } from './contract.ts';
import { Receiver } from './receiver.ts';
import type { Answer } from './receiver.ts';

const patient = new AbortController().signal;

const about = {
  rotationId: 'r1',
  accountId: '111122223333',
  partition: 'aws',
  userName: 'ci',
  userArn: 'arn:aws:iam::111122223333:user/ci',
  replacesKeyId: OLD_KEY,
} as const;

const key = { ...about, accessKeyId: NEW_KEY, secretAccessKey: new Secret(SECRET) };

function open(signer: WebhookSigner, privateHosts: readonly string[] = ['127.0.0.1']) {
  const aws = new Proxy({} as Aws, {
    get: () => {
      throw new Error('A webhook calls no AWS.');
    },
  });
  const outward = createOutward({ privateHosts, timeoutMs: 1_000 });
  return createDestinations({
    aws,
    clock: systemClock,
    outward,
    signer,
    writer: () => Promise.reject(new Error('A webhook has no connection.')),
  }).open(keptDestination('webhook', null));
}

const publicKeys = (signer: WebhookSigner) => signer.keys.map(({ publicKey }) => publicKey);

async function openTrial(): Promise<Trial & { receiver: Receiver; signer: WebhookSigner }> {
  const signer = openWebhookSigner([newWebhookKey()]);
  const receiver = await Receiver.start(() => publicKeys(signer));
  const writing = ({ type }: { type: string }) => type === 'access_key.rotated';
  return {
    receiver,
    signer,
    place: await open(signer),
    target: { url: receiver.url },
    about,
    state: () => [receiver.pair, receiver.messages.filter(writing)],
    neighbours: () => null,
    trouble: (kind) => {
      const answers: Record<string, Answer> = {
        throttled: { status: 429, headers: { 'retry-after': '7' } },
        down: { status: 503 },
        denied: { status: 403 },
      };
      receiver.interfere =
        kind === null
          ? null
          : (message) =>
              kind === 'lost' ? (writing(message) ? 'hang-up-after' : null) : (answers[kind] ?? null);
    },
    echo: () => {
      receiver.interfere = ({ data }) => ({ status: 400, body: JSON.stringify(data) });
    },
    foreign: null,
    forbid: () => {
      receiver.interfere = () => ({ status: 404 });
    },
    log: () => [],
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

destinationContract('a webhook', openTrial);

describe('a webhook', () => {
  it('gets what docs/webhook.md says, once', async () => {
    await using trial = await openTrial();
    await trial.place.write(trial.target, key, patient);
    await trial.place.write(trial.target, key, patient);
    expect(trial.receiver.messages).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        type: 'access_key.rotated',
        data: {
          rotationId: 'r1',
          accountId: '111122223333',
          partition: 'aws',
          userName: 'ci',
          replacesKeyId: OLD_KEY,
          accessKeyId: NEW_KEY,
          secretAccessKey: SECRET,
        },
      },
    ]);
    expect(trial.receiver.refused).toBe(0);
  });

  it('does not take a message under another key', async () => {
    await using trial = await openTrial();
    const stranger = await open(openWebhookSigner([newWebhookKey()]));
    expect(await stranger.write(trial.target, key, patient)).toMatchObject({ ok: false, final: true });
    expect(trial.receiver.refused).toBe(1);
    expect(trial.receiver.messages).toEqual([]);
  });

  it('is signed with both keys while ours changes', async () => {
    const [older, newer] = [newWebhookKey(), newWebhookKey()];
    for (const trusted of [older, newer]) {
      await using receiver = await Receiver.start(() => publicKeys(openWebhookSigner([trusted])));
      const place = await open(openWebhookSigner([newer, older]));
      expect(await place.write({ url: receiver.url }, key, patient)).toMatchObject({ ok: true });
    }
  });

  it.each([
    ['no body', { status: 204 }],
    ['another key', { status: 200, body: JSON.stringify({ accessKeyId: OLD_KEY }) }],
    ['no JSON', { status: 200, body: 'thanks' }],
    [
      'an endless answer',
      { status: 200, body: JSON.stringify({ accessKeyId: NEW_KEY, x: 'x'.repeat(20_000) }) },
    ],
  ])('has not confirmed with %s', async (_, answer) => {
    await using trial = await openTrial();
    trial.receiver.interfere = () => answer;
    expect(await trial.place.write(trial.target, key, patient)).toMatchObject({
      ok: false,
      final: false,
      why: expect.stringContaining('did not confirm') as string,
    });
  });

  it('is not followed elsewhere', async () => {
    await using trial = await openTrial();
    await using elsewhere = await Receiver.start(() => publicKeys(trial.signer));
    trial.receiver.interfere = () => ({ status: 307, headers: { location: elsewhere.url } });
    expect(await trial.place.write(trial.target, key, patient)).toMatchObject({ ok: false, final: true });
    expect(elsewhere.messages).toEqual([]);
  });

  it('is refused at a private address, in clear, and with a password, before anything is sent', async () => {
    const signer = openWebhookSigner([newWebhookKey()]);
    await using receiver = await Receiver.start(() => publicKeys(signer));
    const place = await open(signer, []);
    const port = new URL(receiver.url).port;
    for (const url of [
      receiver.url,
      `https://127.0.0.1:${port}/`,
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/',
      'https://user:word@example.com/',
    ]) {
      expect(await place.preflight({ url }, about, patient)).toMatchObject({ answer: 'no' });
      expect(await place.write({ url }, key, patient)).toMatchObject({ ok: false, final: true });
    }
    expect(receiver.messages).toEqual([]);
    expect(receiver.refused).toBe(0);
  });

  it('cannot be read, so nothing can be gone back to', async () => {
    await using trial = await openTrial();
    expect(trial.place.restore).toBeNull();
    expect(await trial.place.write(trial.target, key, patient)).toEqual({ ok: true, before: null });
  });

  it('needs a second person, and shows no path or query, which may hold a token', async () => {
    await using trial = await openTrial();
    expect(trial.place.needsSecondPerson).toBe(true);
    expect(trial.place.describe(trial.target)).not.toContain('token');
  });
});

it('does not wait for a name server that does not answer', { timeout: 4_000 }, async () => {
  const outward = createOutward({ privateHosts: [], resolve: () => new Promise(() => null) });
  const url = 'https://hooks.example.com/in';
  const sent = outward.post({ url, headers: {}, body: '' }, patient);
  expect(await outward.addressProblem(url)).toContain('its name cannot be found');
  expect(await sent).toMatchObject({ kind: 'unreachable' });
});

describe('a redeploy hook', () => {
  const asked = { ...about, accessKeyId: NEW_KEY, destination: 'place' };

  async function ask(answer: Answer | 'hang-up') {
    const signer = openWebhookSigner([newWebhookKey()]);
    await using receiver = await Receiver.start(() => publicKeys(signer));
    const ids: string[] = [];
    const seen: unknown[] = [];
    receiver.interfere = (message) => {
      ids.push(message.id);
      seen.push(message.data);
      return answer;
    };
    const outward = createOutward({ privateHosts: ['127.0.0.1'] });
    const hooks = createRedeployHooks({ outward, signer, clock: systemClock });
    const first = await hooks.call(receiver.url, asked, patient);
    const second = await hooks.call(receiver.url, asked, patient);
    expect(new Set(ids).size).toBe(1);
    expect(second.answer).toBe(first.answer);
    expect(JSON.stringify(seen)).not.toContain('secretAccessKey');
    return first;
  }

  it('is healthy when it says so, and asked again while it is not', async () => {
    expect(await ask({ status: 200, body: '{"status":"healthy"}' })).toEqual({ answer: 'healthy' });
    expect(await ask({ status: 202, body: '{"status":"pending"}' })).toMatchObject({ answer: 'waiting' });
    expect(await ask({ status: 503 })).toMatchObject({ answer: 'waiting' });
    expect(await ask('hang-up')).toMatchObject({ answer: 'waiting' });
  });

  it('has failed when it says so, or says nothing that can be understood', async () => {
    for (const answer of [
      { status: 200, body: '{"status":"failed"}' },
      { status: 200, body: 'ok' },
      { status: 404 },
    ]) {
      expect(await ask(answer)).toMatchObject({ answer: 'failed', mend: expect.any(String) as string });
    }
  });

  it('is not called at a private address', async () => {
    const outward = createOutward({ privateHosts: [] });
    const hooks = createRedeployHooks({ outward, signer: openWebhookSigner([]), clock: systemClock });
    expect(await hooks.call('https://10.0.0.1/', asked, patient)).toMatchObject({ answer: 'failed' });
  });
});
