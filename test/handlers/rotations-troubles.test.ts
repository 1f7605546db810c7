import { describe, expect, test } from 'vitest';
import type { User } from '../../sandbox/aws/world.ts';
import { ROTATE_TAG } from '../../src/domain/capability.ts';
import { undoRotation, reactivateRotation, decideRotation } from '../../src/handlers/rotations/act.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { Rotating } from '../support/rotating.ts';
import { FIELDS, REGION, heldBy, secretTarget, statuses } from '../support/rotated-places.ts';

const seen = ({ id, stateAt }: Rotation) => ({ rotationId: id, stateAt });

/** As somebody does it in the console. */
function remove(rekey: Rotating, user: User, accessKeyId: string): void {
  user.keys.get(accessKeyId).change('Deleted', rekey.clock.now());
}

async function scene(engine: 'sqlite' | 'postgres') {
  const rekey = await Rotating.set(engine);
  const { connection } = await rekey.connect('Shop');
  const { user, key } = await rekey.user('deploy');
  const place = await rekey.destination('secrets-manager', user, secretTarget('deploy'), {
    connectionId: connection.id,
  });
  return { rekey, connection, user, key, place };
}

describe.each(['sqlite', 'postgres'] as const)('what can come between, on %s', (engine) => {
  test('two keys: the other one is spared, and nothing starts without a free slot', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const other = user.addKey({ createdAt: rekey.clock.now() - 1_000, status: 'Inactive' });
    const plan = await rekey.plan(key.accessKeyId);
    expect(plan.problems.map(({ what }) => what).join()).toContain('The user has two keys');
    expect(plan.problems[0]?.what).toContain(`${other.accessKeyId} is Inactive`);
    expect(plan.spared).toEqual([
      { accessKeyId: other.accessKeyId, why: expect.stringContaining('with no use on record') },
    ]);
    expect(plan.keys).toHaveLength(2);
    const begun = await rekey.start(plan);
    const asks = await rekey.until(begun.id);
    expect([asks.state, asks.block?.code]).toEqual(['blocked', 'no_free_slot']);
    expect(statuses(user)).toHaveLength(2);
    // Somebody frees a slot; what the plan saw is no longer so, and a person says that it is right.
    remove(rekey, user, other.accessKeyId);
    await decideRotation(rekey.services, rekey.request(), { ...seen(asks), choice: 'retry' });
    const changed = await rekey.until(begun.id);
    expect([changed.block?.code, changed.block?.choices]).toEqual([
      'keys_changed',
      ['retry', 'stop', 'go_on'],
    ]);
    await decideRotation(rekey.services, rekey.request(), { ...seen(changed), choice: 'go_on' });
    expect((await rekey.until(begun.id, 'quiet')).state).toBe('quiet');
  }, 60_000);

  test('a user made anew by the same name is another: Rekey stops and asks', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    await rekey.until(begun.id, 'quiet');
    rekey.account.removeUser(user.name);
    rekey.account.addUser(user.name, { tags: { [ROTATE_TAG.key]: ROTATE_TAG.value } });
    const asks = await rekey.until(begun.id);
    expect(asks.block?.code).toBe('user_changed');
    expect(asks.block?.why).toContain(asks.newKeyId);
  }, 60_000);

  test('a quarantine in the middle stops it before the next change', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    await rekey.until(begun.id, 'quiet');
    user.policies.attach('AWSCompromisedKeyQuarantineV3');
    const asks = await rekey.until(begun.id);
    expect(asks.block?.code).toBe('quarantined');
    expect(statuses(user).map(([, status]) => status)).toEqual(['Active', 'Active']);
  }, 60_000);

  test('a look at the quarantine that AWS does not answer is no “none”: nothing is changed before it does', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    user.policies.attach('AWSCompromisedKeyQuarantineV3');
    rekey.aws.faults.add({ action: 'ListAttachedUserPolicies', effect: { kind: 'throttle' } });
    for (let turns = 0; turns < 5; turns += 1) {
      const { nextAt, state } = await rekey.rotation(begun.id);
      if (state !== 'planned') break;
      rekey.clock.forward(Math.max(0, (nextAt ?? 0) - rekey.clock.now()));
      await rekey.resume();
    }
    const waits = await rekey.rotation(begun.id);
    expect([waits.state, waits.trouble?.why]).toEqual(['planned', 'iam:ListAttachedUserPolicies: throttled']);
    expect(rekey.aws.requests.of('CreateAccessKey')).toEqual([]);
    rekey.aws.faults.clear();
    expect((await rekey.until(begun.id)).block?.code).toBe('quarantined');
    expect(statuses(user)).toEqual([[key.accessKeyId, 'Active']]);
  }, 60_000);

  test('a key that appears, and one that vanishes', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const plan = await rekey.plan(key.accessKeyId);
    const stranger = user.addKey({ createdAt: rekey.clock.now() });
    const begun = await rekey.start(plan);
    const asks = await rekey.until(begun.id);
    expect([asks.block?.code, asks.block?.keyIds]).toEqual(['keys_changed', [stranger.accessKeyId]]);
    remove(rekey, user, stranger.accessKeyId);
    await decideRotation(rekey.services, rekey.request(), { ...seen(asks), choice: 'retry' });
    const waits = await rekey.until(begun.id, 'quiet');
    expect(waits.state).toBe('quiet');
    remove(rekey, user, key.accessKeyId);
    const vanished = await rekey.until(begun.id);
    expect([vanished.block?.code, vanished.block?.keyIds]).toEqual(['keys_changed', [key.accessKeyId]]);
    expect(vanished.block?.choices).not.toContain('undo');
  }, 60_000);

  test('a right that is taken away in the middle stops it, and given back it goes on', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const waits = await rekey.until(begun.id, 'quiet');
    const signer = [...rekey.account.users.values()].find(({ name }) => name === 'Shop');
    const Statement = [{ Effect: 'Deny', Action: 'iam:UpdateAccessKey', Resource: '*' }];
    signer?.policies.putInline('TakenAway', JSON.stringify({ Version: '2012-10-17', Statement }));
    const asks = await rekey.until(begun.id);
    expect([asks.block?.code, asks.block?.choices]).toEqual(['denied', ['retry', 'reactivate']]);
    expect(asks.block?.why).toContain('iam:UpdateAccessKey');
    expect(statuses(user)).toEqual([
      [key.accessKeyId, 'Active'],
      [waits.newKeyId, 'Active'],
    ]);
    signer?.policies.deleteInline('TakenAway');
    await decideRotation(rekey.services, rekey.request(), { ...seen(asks), choice: 'retry' });
    expect((await rekey.until(begun.id, 'soaking')).state).toBe('soaking');
  }, 60_000);

  test('Undo after the delivery: the old key is put back, and the new one goes', async () => {
    const { rekey, user, key, connection } = await scene(engine);
    await using _ = rekey;
    // A place that held the old key before.
    const place = rekey.account.in(REGION).addSecret('rekey/kept', { suffix: 'AbCdEf', at: 1 });
    const old = {
      [FIELDS.accessKeyId]: key.accessKeyId,
      [FIELDS.secretAccessKey]: key.secretAccessKey,
      url: 'x',
    };
    place.put({ id: 'v1', value: JSON.stringify(old), stages: ['AWSCURRENT'], at: 1 });
    const merge = { ...secretTarget('kept'), mode: 'merge' };
    const kept = await rekey.destination('secrets-manager', user, merge, { connectionId: connection.id });
    const begun = await rekey.start(await rekey.plan(key.accessKeyId), [kept.id]);
    const waits = await rekey.until(begun.id, 'quiet');
    expect(heldBy(rekey, 'kept')).toMatchObject({ [FIELDS.accessKeyId]: waits.newKeyId, url: 'x' });
    await undoRotation(rekey.services, rekey.request(), seen(waits));
    const undone = await rekey.until(begun.id);
    expect([undone.state, undone.block]).toEqual(['undone', null]);
    expect(heldBy(rekey, 'kept')).toEqual(old);
    expect(statuses(user)).toEqual([[key.accessKeyId, 'Active']]);
    expect(undone.orphans).toMatchObject([{ accessKeyId: waits.newKeyId, knownBy: 'response' }]);
  }, 60_000);

  test('Undo comes to an end where Rekey made the place, once the new key is not in it any more', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const waits = await rekey.until(begun.id, 'quiet');
    await undoRotation(rekey.services, rekey.request(), seen(waits));
    const asks = await rekey.until(begun.id);
    expect([asks.block?.code, asks.block?.choices]).toEqual(['undo_failed', ['retry', 'go_on']]);
    expect(asks.block?.why).toContain('or take the new one away');
    const goOn = async (rotation: Rotation) => {
      await decideRotation(rekey.services, rekey.request(), { ...seen(rotation), choice: 'go_on' });
      return rekey.until(begun.id);
    };
    // As long as the new key is there, its readers would be left with a key that is deleted.
    const still = await goOn(asks);
    expect(still.block?.code).toBe('undo_failed');
    expect(statuses(user)).toHaveLength(2);
    const secret = rekey.account.in(REGION).secret('rekey/deploy');
    secret?.put({ id: 'emptied', value: '{}', stages: ['AWSCURRENT'], at: rekey.clock.now() });
    const undone = await goOn(still);
    expect([undone.state, undone.block]).toEqual(['undone', null]);
    expect(statuses(user)).toEqual([[key.accessKeyId, 'Active']]);
  }, 60_000);

  test('Reactivate within the soak gives the old key back, and it must fall silent again', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    const soaks = await rekey.until(begun.id, 'soaking');
    expect(statuses(user)).toContainEqual([key.accessKeyId, 'Inactive']);
    await reactivateRotation(rekey.services, rekey.request('U5', ['operator']), seen(soaks));
    await rekey.resume();
    const waits = await rekey.rotation(begun.id);
    expect(waits.state).toBe('quiet');
    expect(statuses(user)).toContainEqual([key.accessKeyId, 'Active']);
    expect(waits.cutoverAt).toBeGreaterThan(soaks.deactivatedAt ?? 0);
    const asks = await rekey.until(begun.id);
    expect(asks.block?.code).toBe('needs_approval');
    await expect(
      decideRotation(rekey.services, rekey.request('U1'), { ...seen(asks), choice: 'approve' }),
    ).rejects.toThrow('not the second person');
  }, 60_000);

  test('a containment keeps the old key off: Reactivate is refused, and one under way stops', async () => {
    const { rekey, user, key } = await scene(engine);
    await using _ = rekey;
    const { accessKeyId } = key;
    const begun = await rekey.start(await rekey.plan(accessKeyId));
    const soaks = await rekey.until(begun.id, 'soaking');
    await reactivateRotation(rekey.services, rekey.request('U5', ['operator']), seen(soaks));
    const reason = { incidentId: null, kind: 'stolen', reason: 'seen on a paste site' } as const;
    await beginContainment(rekey.services, rekey.request(), { accessKeyId, ...reason });
    const asks = await rekey.until(begun.id, 'blocked');
    expect(statuses(user)).toContainEqual([accessKeyId, 'Inactive']);
    expect(asks.block).toMatchObject({ code: 'quarantined', choices: ['retry', 'go_on'] });
    expect(asks.block?.why).toContain('is contained by <@U1> as stolen');
    await expect(
      reactivateRotation(rekey.services, rekey.request('U5', ['operator']), seen(asks)),
    ).rejects.toMatchObject({ code: 'conflict', next: expect.stringContaining('/aws-deactivate') as string });
    await decideRotation(rekey.services, rekey.request('U5', ['operator']), {
      ...seen(asks),
      choice: 'retry',
    });
    expect((await rekey.until(begun.id, 'blocked')).block?.code).toBe('quarantined');
    expect(statuses(user)).toContainEqual([accessKeyId, 'Inactive']);
  }, 60_000);
});
