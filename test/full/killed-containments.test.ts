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
      const card = await ada.waitForMessage(
        ({ words }) => words.includes(user.name) && words.includes('IAM confirms Inactive and the deny'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      expect(card.buttons).toContain('Undo');
      await killing.closeAll();
    },
    3 * LONG,
  );
});
