import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../sandbox/aws/world.ts';
import { dieAtEffects } from '../handlers/containment-crashes.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { Killing } from '../support/killing.ts';
import { CHANNELS } from '../support/rekey.ts';

const LONG = 90_000;

it.each([
  ['sqlite', 1, 25],
  ['postgres', 2, 12],
] as const)(
  'a containment survives the death of its process at every effect, on %s',
  async (engine, stride, least) => {
    expect(await dieAtEffects(engine, stride)).toBeGreaterThan(least);
  },
  600_000,
);

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('SIGKILL over %s on %s', (transport, engine) => {
  let killing: Killing;

  beforeAll(async () => {
    killing = await Killing.set(transport, engine, { REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    // History may be read: what is told is told once.
    killing.scene.slack.changeBotToken({
      scopes: ['commands', 'chat:write', 'users:read', 'channels:history'],
    });
    const { key } = freshUser(killing.scene, 'guard', ['verify', 'contain']);
    await (await connectKey(killing.ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await killing.strike();
  });

  const isContained = (user: User): boolean =>
    user.keys.existing().every((key) => key.currentStatus === 'Inactive') &&
    user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll'));

  it.each([
    ['while its user is read', 'ListAccessKeys', 'hang'],
    ['while the key is switched off', 'UpdateAccessKey', 'hang'],
    ['after AWS took the deny, and nobody heard of it', 'AttachUserPolicy', 'drop-after'],
  ] as const)(
    '%s: the next process completes it, and tells',
    async (_, action, kind) => {
      const { scene, ada } = killing;
      const user = accountOf(scene).addUser(`victim-${action}`);
      const { accessKeyId } = user.addKey();
      scene.aws.faults.add({ action, effect: { kind } });
      await ada.slash(`/aws-deactivate ${accessKeyId} stolen`);
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG);
      const before = scene.aws.requests.length;
      await form.submit();
      const seen = () => [...scene.aws.requests].slice(before).some((each) => each.action === action);
      await eventually(seen, action);
      await killing.again();
      scene.aws.faults.clear();
      await eventually(() => isContained(user), 'the containment', LONG);
      await toldOnce(user);
      await killing.closeAll();
    },
    3 * LONG,
  );

  it(
    'between the click and its acknowledgement: nothing was done, Slack says so, and the next click does it',
    async () => {
      const { ada } = killing;
      const { user, form } = await asked('unheard');
      const notices = ada.notices().length;
      await killing.beforeWriting(() => form.submit(), 'stolen');
      expect(isContained(user)).toBe(false);
      expect(user.keys.existing().map((key) => key.currentStatus)).toEqual(['Active']);
      expect(ada.notices().length).toBeGreaterThan(notices);
      await killing.closeAll();
      const { form: again } = await asked('unheard', user);
      await again.submit();
      await toldOnce(user);
      await killing.closeAll();
    },
    3 * LONG,
  );

  it(
    'after both effects, while they are verified: the next process reads on, and tells',
    async () => {
      const { scene } = killing;
      const { user, form } = await asked('verified');
      await form.submit();
      await eventually(() => isContained(user), 'both effects', LONG);
      const hang = scene.aws.faults.add({ action: 'ListAttachedUserPolicies', effect: { kind: 'hang' } });
      await eventually(() => hang.fired > 0, 'a read that verifies');
      await killing.again();
      scene.aws.faults.clear();
      await toldOnce(user);
      await killing.closeAll();
    },
    3 * LONG,
  );

  it.each([
    ['its first message', 'chat.postMessage', 'hang'],
    ['its first message, which stands', 'chat.postMessage', 'answer_lost'],
    ['what IAM confirms', 'chat.update', 'hang'],
    ['what IAM confirms, which stands', 'chat.update', 'answer_lost'],
  ] as const)(
    'while it reports %s: the next process does, once',
    async (name, method, kind) => {
      const { scene } = killing;
      const { user, accessKeyId, form } = await asked(`told-${method}-${kind}`);
      // Whose key it is the first message does not know yet.
      const isIt = (args: unknown): boolean => {
        const text = JSON.stringify(args);
        const isSo = method === 'chat.postMessage' || text.includes('IAM confirms Inactive and the deny');
        return text.includes(accessKeyId) && isSo;
      };
      const fault = kind === 'hang' ? { kind } : ({ kind, how: 'hang' } as const);
      scene.slack.faults.add(method, fault, { when: isIt });
      await form.submit();
      const calls = () => scene.slack.received.filter((each) => each.method === method && isIt(each.args));
      await eventually(() => calls().length > 0, name, LONG);
      await killing.again({ later: true });
      scene.slack.faults.clear();
      await toldOnce(user);
      await killing.closeAll();
    },
    3 * LONG,
  );

  /** The window that asks, filled in. */
  async function asked(name: string, known?: User) {
    const { scene, ada } = killing;
    const user = known ?? accountOf(scene).addUser(`victim-${name}`);
    const { accessKeyId } = user.keys.existing()[0] ?? user.addKey();
    await ada.slash(`/aws-deactivate ${accessKeyId} stolen`);
    const form = await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG);
    // The facts in it are read from AWS, too.
    await ada.waitForModal(({ words }) => !words.includes('You need not wait for it'), LONG);
    return { user, accessKeyId, form };
  }

  /** Its one message says in the end what IAM confirms. */
  async function toldOnce(user: User): Promise<void> {
    const { ada } = killing;
    const isCard = ({ words, threadTs }: { words: string; threadTs: string | undefined }): boolean =>
      threadTs === undefined && words.includes(user.name);
    const card = await ada.waitForMessage(
      (each) => isCard(each) && each.words.includes('IAM confirms Inactive and the deny'),
      { channel: CHANNELS.alerts, timeoutMs: LONG },
    );
    expect(card.buttons).toContain('Undo');
    expect(isContained(user)).toBe(true);
    expect(ada.messages(CHANNELS.alerts).filter(isCard)).toHaveLength(1);
  }
});
