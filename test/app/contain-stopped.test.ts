import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { connectKey, freshUser, standingInIam, victimOf } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
/** Far below what a window is followed for, and what a stopping process waits for work. */
const SOON_MS = 8_000;
const RESTARTS = 'Rekey is being stopped or restarted';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('Rekey stops while somebody watches a containment, over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    ada = scene.slack.as(PEOPLE.admin);
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const { key } = freshUser(scene, 'guard', ['verify', 'contain']);
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  const asked = async (accessKeyId: string): Promise<ModalDriver> => {
    await ada.slash(`/aws-deactivate ${accessKeyId} stolen`);
    const form = await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG);
    await ada.waitForModal(({ words }) => !words.includes('You need not wait for it'), LONG);
    return form;
  };

  const stopped = async (): Promise<number> => {
    const from = Date.now();
    await scene.stop();
    return Date.now() - from;
  };

  const completes = async (name: string): Promise<void> => {
    scene.aws.faults.clear();
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const card = await ada.waitForMessage(
      ({ words, threadTs }) =>
        threadTs === undefined &&
        words.includes(name) &&
        words.includes('IAM confirms Inactive and the deny (3 reads in a row)'),
      { channel: CHANNELS.alerts, timeoutMs: LONG },
    );
    expect(card.buttons).toContain('Undo');
  };

  it.each([
    ['throttled', { kind: 'throttle' }],
    ['unanswered', { kind: 'hang' }],
  ] as const)(
    'at once when the reads that verify it are %s, says so in the window, and the next process tells',
    async (name, effect) => {
      const { user, key } = victimOf(scene, `watched-${name}`);
      const form = await asked(key.accessKeyId);
      await form.submit();
      await expect
        .poll(() => standingInIam(user), { timeout: LONG, interval: 10 })
        .toEqual({ keys: ['Inactive'], denied: true });
      const fault = scene.aws.faults.add({ action: 'ListAttachedUserPolicies', effect });
      await expect.poll(() => fault.fired, { timeout: LONG }).toBeGreaterThan(0);
      expect(await stopped()).toBeLessThan(SOON_MS);
      const window = ada.modal();
      expect(window?.words).toContain(RESTARTS);
      expect(window?.words).not.toContain('cannot be read');
      await window?.close();
      await completes(user.name);
    },
    3 * LONG,
  );

  it(
    'and soon where Slack does not answer either',
    async () => {
      const { user, key } = victimOf(scene, 'unheard');
      const form = await asked(key.accessKeyId);
      await form.submit();
      await expect
        .poll(() => standingInIam(user), { timeout: LONG, interval: 10 })
        .toEqual({ keys: ['Inactive'], denied: true });
      scene.aws.faults.add({ action: 'ListAttachedUserPolicies', effect: { kind: 'throttle' } });
      const from = scene.slack.received.length;
      scene.slack.faults.add('views.update', { kind: 'hang' }, { times: 100 });
      const hangs = () => scene.slack.received.slice(from).some(({ method }) => method === 'views.update');
      await expect.poll(hangs, { timeout: LONG }).toBe(true);
      expect(await stopped()).toBeLessThan(SOON_MS);
      scene.slack.faults.clear();
      await ada.modal()?.close();
      await completes(user.name);
    },
    3 * LONG,
  );

  it(
    'and has sent what shuts the key off before, though AWS is slow',
    async () => {
      const { user, key } = victimOf(scene, 'slowly');
      const form = await asked(key.accessKeyId);
      const slow = { kind: 'latency', ms: 700 } as const;
      for (const action of [
        'ListAccessKeys',
        'ListAttachedUserPolicies',
        'UpdateAccessKey',
        'AttachUserPolicy',
      ])
        scene.aws.faults.add({ action, effect: slow });
      await form.submit();
      expect(await stopped()).toBeLessThan(SOON_MS);
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });
      await ada.modal()?.close();
      await completes(user.name);
    },
    3 * LONG,
  );

  it.each([
    ['UpdateAccessKey', { kind: 'throttle' }],
    ['UpdateAccessKey', { kind: 'service-failure' }],
    ['ListAccessKeys', { kind: 'service-failure' }],
  ] as const)(
    'and does not leave the key working because %s fails at that moment: %o',
    async (action, effect) => {
      const { user, key } = victimOf(scene, `failing-${action}-${effect.kind}`);
      const form = await asked(key.accessKeyId);
      const fault = scene.aws.faults.add({ action, effect });
      await form.submit();
      await expect.poll(() => fault.fired, { timeout: LONG, interval: 10 }).toBeGreaterThan(0);
      const mended = setTimeout(() => scene.aws.faults.clear(), 3_000);
      await scene.stop();
      clearTimeout(mended);
      scene.aws.faults.clear();
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });
      await ada.modal()?.close();
      await completes(user.name);
    },
    3 * LONG,
  );
});
