import { describe, expect, test } from 'vitest';
import type { Rotation, RotationState } from '../../src/domain/rotation.ts';
import { pause, resume } from '../../src/handlers/pause.ts';
import { decideRotation, undoRotation } from '../../src/handlers/rotations/act.ts';
import { publishedWebhookKeys } from '../../src/handlers/webhook-keys.ts';
import { resumeRotations } from '../../src/rotation/resume.ts';
import { Receiver } from '../destinations/receiver.ts';
import { secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const MINUTE = 60_000;
const SAID = { text: 'x', blocks: [] };
const CHANGES = /^(Create|Update|Delete|Put|Tag|Untag|Attach|Detach)/;
const seen = ({ id, stateAt }: Rotation) => ({ rotationId: id, stateAt });

/** States in which the next thing that a rotation does changes something in AWS or calls a consumer. */
const STOPS = ['planned', 'creating', 'delivering', 'cutover', 'quiet', 'soaking', 'deleted'] as const;

/** A rotation that is paused at the very moment it reaches a state, whatever its turn would have done next. */
async function scene() {
  const rekey = await Rotating.set('sqlite', { privateHosts: ['127.0.0.1'] });
  const { services, ground } = rekey;
  const keys = await publishedWebhookKeys(services);
  const receiver = await Receiver.start(
    () => keys.map(({ publicKey }) => publicKey),
    () => rekey.clock.now(),
  );
  receiver.interfere = ({ type }) =>
    type === 'access_key.redeploy' ? { status: 200, body: '{"status":"healthy"}' } : null;
  const { connection } = await rekey.connect('Shop');
  const { user, key } = await rekey.user('deploy');
  await rekey.destination('secrets-manager', user, secretTarget('deploy'), {
    connectionId: connection.id,
    redeployHook: receiver.url,
  });
  let pauseAt: RotationState | null = null;
  const world: typeof ground.world = {
    ...ground.world,
    written: async (before, after) => {
      await ground.world.written(before, after);
      if (after.state !== pauseAt || before.state === pauseAt) return;
      pauseAt = null;
      await pause(services, rekey.request(), 'a freeze', SAID);
    },
  };
  const made = (): string[] => [
    ...[...rekey.aws.requests].map(({ action }) => action ?? '').filter((action) => CHANGES.test(action)),
    ...receiver.messages.map(({ type }) => type),
  ];
  return {
    rekey,
    receiver,
    user,
    key,
    made,
    pauseWhen: (state: RotationState) => {
      pauseAt = state;
    },
    /** The machine, with time, until it stands in this state or asks. */
    until: async (id: string, there: (rotation: Rotation) => boolean): Promise<Rotation> => {
      for (let turns = 0; turns < 100; turns += 1) {
        const now = await rekey.rotation(id);
        if (there(now) || now.nextAt === null) return now;
        rekey.clock.forward(Math.max(0, now.nextAt - rekey.clock.now()));
        await resumeRotations({ ...ground, world }, new AbortController().signal);
      }
      throw new Error(`It comes to no end: ${JSON.stringify(await rekey.rotation(id))}`);
    },
  };
}

describe('Rekey paused in the middle of a rotation', () => {
  test('stops before whatever comes next, says so on the card, and goes on when it is resumed', async () => {
    const { rekey, receiver, user, key, made, pauseWhen, until } = await scene();
    await using _ = rekey;
    await using __ = receiver;
    const { services } = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    /** How the card was drawn last. */
    const card = async (): Promise<string> => {
      const edits = await services.stores.notices.editsOf(begun.noticeId ?? '', rekey.clock.now());
      return JSON.stringify(edits.at(-1)?.blocks ?? []);
    };
    await pause(services, rekey.request(), 'a freeze', SAID);
    for (const state of STOPS) {
      const held = ({ state: now, trouble, block }: Rotation) =>
        block !== null || (now === state && trouble?.times === 0);
      let stopped = await until(begun.id, held);
      if (stopped.block?.code === 'needs_approval') {
        await decideRotation(services, rekey.request('U2'), { ...seen(stopped), choice: 'approve' });
        stopped = await until(begun.id, held);
      }
      expect([state, stopped.state, stopped.trouble?.why]).toEqual([state, state, 'a freeze']);
      expect(await card()).toContain('Rekey is paused');
      const before = made();
      for (let minutes = 0; minutes < 20; minutes += 1) {
        rekey.clock.forward(MINUTE);
        await rekey.resume();
      }
      expect([state, made()]).toEqual([state, before]);
      // It was no trouble, however long: what goes wrong afterwards is counted from then.
      expect((await rekey.rotation(begun.id)).trouble?.times).toBe(0);
      await resume(services, rekey.request(), SAID);
      const next = STOPS[STOPS.indexOf(state) + 1];
      if (next !== undefined) pauseWhen(next);
      rekey.clock.forward(MINUTE);
    }
    const done = await until(begun.id, ({ state }) => state === 'done');
    expect([done.state, done.block]).toEqual(['done', null]);
    expect(await card()).not.toContain('Rekey is paused');
    expect(statuses(user)).toEqual([[done.newKeyId, 'Active']]);
  }, 60_000);

  test('takes nothing back either, until it is resumed', async () => {
    const { rekey, receiver, user, key, made, until } = await scene();
    await using _ = rekey;
    await using __ = receiver;
    const { services } = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const waits = await until(begun.id, ({ state }) => state === 'quiet');
    await pause(services, rekey.request(), 'a freeze', SAID);
    await undoRotation(services, rekey.request(), seen(waits));
    const before = made();
    const stopped = await until(begun.id, ({ trouble }) => trouble !== null);
    expect([stopped.state, stopped.trouble?.why]).toEqual(['undoing', 'a freeze']);
    expect(made()).toEqual(before);
    expect(statuses(user).map(([, status]) => status)).toEqual(['Active', 'Active']);
    await resume(services, rekey.request(), SAID);
    // Rekey made that secret: a person takes the new key out of it.
    const asks = await until(begun.id, ({ block }) => block !== null);
    expect(asks.block?.code).toBe('undo_failed');
  }, 60_000);
});
