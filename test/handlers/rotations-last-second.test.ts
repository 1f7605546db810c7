import { describe, expect, test } from 'vitest';
import type { Rotation } from '../../src/domain/rotation.ts';
import { decideRotation, reactivateRotation } from '../../src/handlers/rotations/act.ts';
import { secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const seen = ({ id, stateAt }: Rotation) => ({ rotationId: id, stateAt });

/** A rotation whose soak is over; its deletion is confirmed, and comes with the next turn. */
async function lastSecond(engine: 'sqlite' | 'postgres') {
  const rekey = await Rotating.set(engine);
  const { connection } = await rekey.connect('Shop');
  const { user, key } = await rekey.user('deploy');
  await rekey.destination('secrets-manager', user, secretTarget('deploy'), { connectionId: connection.id });
  const begun = await rekey.start(await rekey.plan(key.accessKeyId));
  const asks = await rekey.until(begun.id);
  const confirmed = await decideRotation(rekey.services, rekey.request('U2'), {
    ...seen(asks),
    choice: 'approve',
  });
  rekey.aws.requests.clear();
  /** Presses Reactivate while the machine waits for this answer of AWS. */
  const pressedAt = async (action: string): Promise<unknown> => {
    const slow = rekey.aws.faults.add({ action, times: 1, effect: { kind: 'latency', ms: 400 } });
    const turn = rekey.resume();
    await expect.poll(() => slow.fired, { timeout: 10_000 }).toBe(1);
    const pressed = await reactivateRotation(
      rekey.services,
      rekey.request('U5', ['operator']),
      seen(confirmed),
    ).catch((error: unknown) => error);
    await turn;
    return pressed;
  };
  return { rekey, user, key, id: begun.id, pressedAt };
}

describe.each(['sqlite', 'postgres'] as const)('Reactivate in the last second of a soak, on %s', (engine) => {
  test('pressed when the deletion was sent, it is refused, and the key is gone', async () => {
    const { rekey, user, id, pressedAt } = await lastSecond(engine);
    await using _ = rekey;
    expect(await pressedAt('DeleteAccessKey')).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('too late') as string,
    });
    const done = await rekey.until(id);
    expect([done.state, statuses(user)]).toEqual(['done', [[done.newKeyId, 'Active']]]);
  }, 60_000);

  test('pressed while Rekey still looks, it is done, and no deletion goes out', async () => {
    const { rekey, user, key, id, pressedAt } = await lastSecond(engine);
    await using _ = rekey;
    expect(await pressedAt('ListAccessKeys')).toMatchObject({ state: 'quiet' });
    await rekey.resume();
    const { state, change, approvals } = await rekey.rotation(id);
    expect({ state, change, approvals }).toEqual({ state: 'quiet', change: null, approvals: [] });
    expect(statuses(user)).toContainEqual([key.accessKeyId, 'Active']);
    expect(rekey.aws.requests.of('DeleteAccessKey')).toEqual([]);
    // It is another deletion then, which takes another word.
    expect((await rekey.until(id)).block?.code).toBe('needs_approval');
  }, 60_000);
});
