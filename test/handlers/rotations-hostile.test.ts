import { describe, expect, test } from 'vitest';
import {
  decideRotation,
  hurryRotation,
  reactivateRotation,
  waitRotation,
} from '../../src/handlers/rotations/act.ts';
import { startByItself, startRotation } from '../../src/handlers/rotations/start.ts';
import { parameterTarget } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const HOUR = 3_600_000;

describe.each(['sqlite', 'postgres'] as const)('who hurries a rotation on %s', (engine) => {
  /** A rotation that waits for the old key to fall silent. */
  async function quiet(rekey: Rotating) {
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    await rekey.destination('ssm-parameter', user, parameterTarget('deploy'), {
      connectionId: connection.id,
    });
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const found = await rekey.until(begun.id, 'quiet');
    expect(found.state).toBe('quiet');
    return found;
  }

  test('while an owner holds it is told so, and nothing is kept for later', async () => {
    await using rekey = await Rotating.set(engine);
    const { id: rotationId, stateAt } = await quiet(rekey);
    const wait = { reason: 'Release on Friday', until: rekey.clock.now() + 3 * HOUR };
    await waitRotation(rekey.services, rekey.request('U7'), { rotationId, stateAt, wait });
    await expect(
      hurryRotation(rekey.services, rekey.request('U2'), { rotationId, stateAt }),
    ).rejects.toMatchObject({ code: 'conflict', message: '<@U7> holds it up: “Release on Friday”.' });
    expect((await rekey.rotation(rotationId)).approvals).toEqual([]);
    rekey.clock.forward(4 * HOUR);
    await rekey.resume();
    expect((await rekey.rotation(rotationId)).state).toBe('quiet');
    await hurryRotation(rekey.services, rekey.request('U2'), { rotationId, stateAt });
    expect((await rekey.until(rotationId, 'deactivated')).state).toBe('deactivated');
  }, 60_000);

  test('or approves the deletion while somebody holds it, is told so', async () => {
    await using rekey = await Rotating.set(engine);
    const { id: rotationId } = await quiet(rekey);
    const { stateAt, block } = await rekey.until(rotationId);
    expect(block?.code).toBe('needs_approval');
    const wait = { reason: 'Year end', until: rekey.clock.now() + 3 * HOUR };
    await waitRotation(rekey.services, rekey.request('U7'), { rotationId, stateAt, wait });
    const approve = () =>
      decideRotation(rekey.services, rekey.request('U2'), { rotationId, stateAt, choice: 'approve' });
    await expect(approve()).rejects.toMatchObject({ message: '<@U7> holds it up: “Year end”.' });
    await waitRotation(rekey.services, rekey.request('U7'), { rotationId, stateAt, wait: null });
    await approve();
    expect((await rekey.until(rotationId)).state).toBe('done');
  }, 60_000);

  test('in a window from before it was reactivated is told that it has moved on', async () => {
    await using rekey = await Rotating.set(engine);
    const seen = await quiet(rekey);
    const about = { rotationId: seen.id, stateAt: seen.stateAt };
    await hurryRotation(rekey.services, rekey.request('U2'), about);
    await rekey.until(seen.id, 'deactivated');
    await reactivateRotation(rekey.services, rekey.request('U3'), about);
    await rekey.resume();
    expect((await rekey.until(seen.id, 'quiet')).state).toBe('quiet');
    await expect(hurryRotation(rekey.services, rekey.request('U2'), about)).rejects.toMatchObject({
      message: 'This rotation has moved on since you saw it.',
    });
    expect((await rekey.rotation(seen.id)).approvals).toEqual([]);
  }, 60_000);
});

describe('the window that starts a rotation', () => {
  test('cannot say whose key it is, nor cut the quiet window short', async () => {
    await using rekey = await Rotating.set('sqlite');
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const place = await rekey.destination('ssm-parameter', user, parameterTarget('deploy'), {
      connectionId: connection.id,
    });
    const { snapshot } = await rekey.plan(key.accessKeyId);
    const start = (forged: Partial<typeof snapshot>) =>
      startRotation(rekey.services, rekey.request(), {
        accessKeyId: key.accessKeyId,
        destinationIds: [place.id],
        reason: 'a test',
        planned: { snapshot: { ...snapshot, ...forged }, quietMs: 1 },
        card: { kind: 'channel', channelId: 'C1' },
      });
    const another = { code: 'conflict', message: expect.stringContaining('another user') as string };
    await expect(start({ arn: `arn:aws:iam::${rekey.account.id}:user/harmless` })).rejects.toMatchObject(
      another,
    );
    await expect(start({ userName: 'harmless' })).rejects.toMatchObject(another);
    expect((await start({})).quietMs).toBe(24 * HOUR);
  }, 60_000);
});

describe('a rotation by schedule of a key without an owner', () => {
  test('says in its thread what to take up, and asks there whether anything broke', async () => {
    await using rekey = await Rotating.set('sqlite');
    const { services } = rekey;
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const place = await rekey.destination('ssm-parameter', user, parameterTarget('deploy'), {
      connectionId: connection.id,
    });
    const { standings } = services.stores.inventory;
    const standing = await standings.byKey(key.accessKeyId);
    if (standing === null) throw new Error('The key is not known.');
    const nobody = { known: false, why: 'nobody was found' } as const;
    await services.stores.atomically([standings.put([{ ...standing, ownership: nobody }])]);
    const plan = await rekey.plan(key.accessKeyId);
    const begun = await startByItself(services, 'slot', {
      accessKeyId: key.accessKeyId,
      destinationIds: [place.id],
      reason: 'by schedule',
      planned: plan,
      card: { kind: 'channel', channelId: 'C1' },
      scheduledBy: ['U3'],
    });
    expect((await rekey.until(begun.id, 'soaking')).state).toBe('soaking');
    const said: string[] = [];
    for (let left = true; left;) {
      const ready = await services.stores.notices.ready(rekey.clock.now() + HOUR, 50);
      left = ready.length > 0;
      said.push(...ready.filter(({ threadOf }) => threadOf === begun.noticeId).map(({ text }) => text));
      for (const { id } of ready) await services.stores.atomically([services.stores.notices.sent(id)]);
    }
    expect(said.join('\n')).toMatch(/Take up the new access key of deploy[^]*Anything broken\?/);
  }, 60_000);
});
