import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/slack/faults.ts';
import {
  addAdmins,
  chooseFor,
  connectKey,
  freshUser,
  kept,
  keptWhen,
  keyForm,
  outcome,
} from '../support/acting.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

/** Longer than an outcome waits for its window before it goes out as a message; and than a message's first retry. */
const GRACE_MS = 25_000;

describe('Slack fails', () => {
  const clock = new MovingClock();
  let scene: Scene;
  let keys = 0;

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    addAdmins(scene, 1);
    await scene.start({}, clock);
  });

  afterAll(async () => {
    await scene.strike();
  });

  afterEach(async () => {
    scene.slack.faults.clear();
    await scene.slack.as(PEOPLE.admin).modal()?.close('x');
  });

  const form = async () => {
    keys += 1;
    const name = `slack-${keys}`;
    const { key } = freshUser(scene, name);
    const ada = scene.slack.as(PEOPLE.admin);
    return { ada, name, key, form: await keyForm(ada, name, key) };
  };

  const connected = (name: string) =>
    keptWhen(scene, ({ connections }) => connections.some((connection) => connection.name === name));

  const notShown: readonly (readonly [string, Fault])[] = [
    ['fails', { kind: 'http', status: 500 }],
    ['is slowed down', { kind: 'http', status: 429, retryAfter: 30 }],
    ['is refused', { kind: 'error', error: 'internal_error' }],
  ];

  it.each(notShown)('when the window’s update %s, a direct message tells the outcome', async (_, fault) => {
    const { ada, name, form: filled } = await form();
    scene.slack.faults.add('views.update', fault);
    await filled.submit();
    await connected(name);
    expect(ada.messages().filter((message) => message.words.includes(name))).toEqual([]);
    clock.forward(GRACE_MS);
    const told = await ada.waitForMessage((message) => message.words.includes(name), { timeoutMs: 12_000 });
    expect(told.words).toContain('is connected');
  });

  it('when the person closes the window meanwhile, a direct message tells the outcome at once', async () => {
    const { ada, name, key, form: filled } = await form();
    scene.aws.faults.add({
      action: 'SimulatePrincipalPolicy',
      accessKeyId: key.accessKeyId,
      times: 1,
      effect: { kind: 'latency', ms: 500 },
    });
    await filled.submit();
    await ada.modal()?.close();
    const told = await ada.waitForMessage((message) => message.words.includes(name), { timeoutMs: 10_000 });
    expect(told.words).toContain('is connected');
  });

  it.each([
    ['429', { kind: 'http', status: 429, retryAfter: 1 }],
    ['500', { kind: 'http', status: 500 }],
  ] as const)('when the direct message meets %s, it is posted later', async (_, fault) => {
    const { ada, name, form: filled } = await form();
    scene.slack.faults.add('chat.postMessage', fault, { times: 2 });
    scene.slack.faults.add('views.update', { kind: 'error', error: 'not_found' });
    await filled.submit();
    await connected(name);
    const tries = () => scene.slack.received.filter(({ method }) => method === 'chat.postMessage').length;
    const before = tries();
    for (let round = 0; round < 3; round += 1) {
      clock.forward(GRACE_MS);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    }
    const told = await ada.waitForMessage((message) => message.words.includes(name), { timeoutMs: 15_000 });
    expect(told.words).toContain('is connected');
    expect(tries()).toBeGreaterThan(before);
  });

  it('when the answer to the update is lost, the outcome is in the window all the same', async () => {
    const { ada, name, form: filled } = await form();
    scene.slack.faults.add('views.update', { kind: 'answer_lost', how: 'reset' }, { times: 2 });
    await filled.submit();
    const view = await outcome(ada);
    expect(view.words).toContain(name);
    clock.forward(GRACE_MS);
    await ada.waitForMessage((message) => message.words.includes(name), { timeoutMs: 12_000 });
  });

  it('when no window can be opened, the person is told in words and nothing happens', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const before = await kept(scene);
    scene.slack.faults.add('views.open', { kind: 'http', status: 503 }, { times: 5 });
    await ada.slash('/aws-connect');
    const reply = await ada.waitForEphemeral((message) => message.words.includes('could not be opened'));
    expect(reply.words).toContain('try again');
    expect(await kept(scene)).toEqual(before);
  });

  it('when a click on Home opens no window, another one says so', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const home = await ada.openHome();
    scene.slack.faults.add('views.open', { kind: 'http', status: 503 });
    await home.click('Connect');
    const window = await ada.waitForModal((modal) => modal.title === 'Not done');
    expect(window.words).toContain('could not be opened');
  });

  it('and when Slack opens none at all, a direct message does', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const home = await ada.openHome({ wait: false });
    scene.slack.faults.add('views.open', { kind: 'http', status: 503 }, { times: 5 });
    await home.click('Connect');
    const told = await ada.waitForMessage((message) => message.words.includes('could not be opened'));
    expect(told.words).toContain('try again');
  });

  it('when Slack does not say who asks, it is refused in words and nothing happens', async () => {
    const second = scene.slack.as('U0ADMIN1');
    const before = await kept(scene);
    scene.slack.faults.add('users.info', { kind: 'http', status: 500 }, { times: 5 });
    await second.slash('/aws-connect');
    const reply = await second.waitForEphemeral((message) => message.words.includes('could not ask Slack'));
    expect(reply.words).toContain('try again');
    expect(second.modal()).toBeUndefined();
    expect(await kept(scene)).toEqual(before);
  });

  it('when the window of a test cannot be filled at first, the test is made all the same', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const { key } = freshUser(scene, 'tested');
    await (await connectKey(ada, 'Tested', key)).close();
    scene.slack.faults.add('views.update', { kind: 'http', status: 500 });
    await ada.slash('/aws-test Tested');
    const { attempts } = await keptWhen(scene, (now) => now.attempts.length === 0);
    expect(attempts).toEqual([]);
    const [tests] = [(await kept(scene)).audit.filter(({ verb }) => verb === 'connection.test')];
    expect(tests?.map(({ phase }) => phase).sort()).toEqual(['intent', 'outcome']);
  });

  it('when Home cannot be published, the work is not harmed', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await chooseFor(ada, 'Tested', 'Disconnect');
    const sure = await ada.waitForModal((modal) => modal.title === 'Disconnect');
    scene.slack.faults.add('views.publish', { kind: 'http', status: 500 }, { times: 3 });
    await sure.submit();
    expect((await outcome(ada)).title).toBe('Disconnected');
  });
});
