import { describe, expect, test } from 'vitest';
import { signingKeys } from '../../src/handlers/instances.ts';
import { beginDisconnect } from '../../src/handlers/begin-work.ts';
import { decideRotation, undoRotation } from '../../src/handlers/rotations/act.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { createRotationWorld } from '../../src/handlers/rotations/world.ts';
import { Heartbeat } from '../../src/instances/heartbeat.ts';
import { resumeRotations } from '../../src/rotation/resume.ts';
import { statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const seen = ({ id, stateAt }: Rotation) => ({ rotationId: id, stateAt });
const OWN = ['verify', 'inventory', 'rotate_self', 'watch'] as const;

/** Which keys signed the calls of this action. */
function signers(rekey: Rotating, action: string): (string | null)[] {
  return rekey.aws.requests.of(action).map(({ accessKeyId }) => accessKeyId);
}

describe.each(['sqlite', 'postgres'] as const)('the own key of a connection, on %s', (engine) => {
  test('is handed over, signs the end of the old one, and the old secret goes last', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection, user, key } = await rekey.connect('Itself', OWN);
    const { stores } = rekey.services;
    const plan = await rekey.plan(key.accessKeyId);
    expect([plan.problems, plan.ownConnection?.name]).toEqual([[], 'Itself']);
    const begun = await rekey.start(plan);
    rekey.aws.requests.clear();
    const waits = await rekey.until(begun.id, 'quiet');
    expect(waits.deliveries).toMatchObject([{ destinationId: 'rekey', state: 'held' }]);
    expect((await stores.connections.byId(connection.id))?.accessKeyId).toBe(waits.newKeyId);
    expect(await stores.secrets.ofHolder('connection', connection.id)).toHaveLength(2);
    await expect(
      beginDisconnect(rekey.services, rekey.request(), connection.id, {
        named: waits.newKeyId ?? '',
        deactivateKey: false,
      }),
    ).rejects.toThrow('its own key is being rotated');
    const asks = await rekey.until(begun.id);
    await decideRotation(rekey.services, rekey.request('U2'), { ...seen(asks), choice: 'approve' });
    const done = await rekey.until(begun.id);
    expect(done.state).toBe('done');
    expect(statuses(user)).toEqual([[done.newKeyId, 'Active']]);
    expect(await stores.secrets.ofHolder('connection', connection.id)).toHaveLength(1);
    expect(signers(rekey, 'CreateAccessKey')).toEqual([key.accessKeyId]);
    expect(signers(rekey, 'UpdateAccessKey')).toEqual([done.newKeyId]);
    expect(signers(rekey, 'DeleteAccessKey')).toEqual([done.newKeyId]);
    const made = [...rekey.aws.requests].map(({ service, action }) => `${service ?? ''}:${action ?? ''}`);
    expect(made).toEqual(plan.calls.map(({ service, action }) => `${service}:${action}`));
  }, 60_000);

  test('waits for each instance that lives to open the new one', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection, key } = await rekey.connect('Itself', OWN);
    const { stores, clock, log } = rekey.services;
    const instances = new Heartbeat({ stores, clock, log, instanceId: 'this' });
    instances.signWith(() => signingKeys(rekey.services));
    const ground = { ...rekey.ground, world: createRotationWorld({ ...rekey.services, instances }) };
    const says = (told: object) =>
      stores.atomically([stores.settings.set('instance:other', JSON.stringify(told), clock.now())]);
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const goOn = async () => {
      const { nextAt } = await rekey.rotation(begun.id);
      rekey.clock.forward(Math.max(0, (nextAt ?? 0) - clock.now()));
      await resumeRotations(ground, new AbortController().signal);
      return rekey.rotation(begun.id);
    };
    // An earlier version, one that cannot sign yet, one that has not opened it, and one that signs with the old key.
    for (const signsWith of [undefined, null, {}, { [connection.id]: key.accessKeyId }]) {
      await says({ beat: 1, throttled: {}, signsWith });
      const waits = await goOn();
      expect([waits.state, waits.trouble?.why]).toEqual([
        'delivering',
        expect.stringContaining('1 of 2 instances have not taken it up yet'),
      ]);
    }
    const { newKeyId } = await rekey.rotation(begun.id);
    await says({ beat: 2, throttled: {}, signsWith: { [connection.id]: newKeyId } });
    expect((await goOn()).state).toBe('quiet');
  }, 60_000);

  test('taken back: the old key signs again, also when the new one is dead', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection, user, key } = await rekey.connect('Itself', OWN);
    const { stores } = rekey.services;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const waits = await rekey.until(begun.id, 'quiet');
    user.keys.get(waits.newKeyId ?? '').change('Inactive', rekey.clock.now());
    rekey.clock.forward(10 * 60_000);
    await undoRotation(rekey.services, rekey.request(), seen(waits));
    let undone = await rekey.until(begun.id);
    if (undone.block?.code === 'keys_changed') {
      await decideRotation(rekey.services, rekey.request(), { ...seen(undone), choice: 'go_on' });
      undone = await rekey.until(begun.id);
    }
    expect([undone.state, undone.block]).toEqual(['undone', null]);
    expect(statuses(user)).toEqual([[key.accessKeyId, 'Active']]);
    expect((await stores.connections.byId(connection.id))?.accessKeyId).toBe(key.accessKeyId);
    expect(await stores.secrets.ofHolder('connection', connection.id)).toHaveLength(1);
  }, 60_000);

  test('with a second connection: what signs is never the key that is ended', async () => {
    await using rekey = await Rotating.set(engine);
    const { user, key } = await rekey.connect('Itself', [...OWN, 'rotate_others']);
    const { key: second } = await rekey.connect('Second');
    user.tags.set('rekey', 'managed');
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const asks = await rekey.until(begun.id);
    await decideRotation(rekey.services, rekey.request('U2'), { ...seen(asks), choice: 'approve' });
    const done = await rekey.until(begun.id);
    expect(done.state).toBe('done');
    for (const action of ['UpdateAccessKey', 'DeleteAccessKey', 'CreateAccessKey']) {
      expect([
        done.newKeyId,
        second.accessKeyId,
        ...(action === 'CreateAccessKey' ? [key.accessKeyId] : []),
      ]).toContain(signers(rekey, action)[0]);
    }
  }, 60_000);
});
