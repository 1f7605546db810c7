import { describe, expect, test } from 'vitest';
import { closedAsItIs } from '../../src/domain/containment-acts.ts';
import { SESSIONS_LIVE_MS, type Containment } from '../../src/domain/containment.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { pursue } from '../../src/handlers/containments/pursue.ts';
import { recoverContainment, undoContainment } from '../../src/handlers/containments/take-back.ts';
import { decideRotation, reactivateRotation, undoRotation } from '../../src/handlers/rotations/act.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { FIELDS, REGION, heldBy, secretTarget, statuses } from '../support/rotated-places.ts';
import { ROTATES, Rotating } from '../support/rotating.ts';

const MINUTE = 60_000;
const seen = ({ id, stateAt }: Rotation) => ({ rotationId: id, stateAt });

/** A rotation whose consumer reads a secret that held the old key before; and hands that contain its key. */
async function scene(engine: 'sqlite' | 'postgres') {
  const rekey = await Rotating.set(engine);
  const { services } = rekey;
  const { connection } = await rekey.connect('Shop', [...ROTATES, 'contain']);
  const { user, key } = await rekey.user('deploy');
  const { accessKeyId, secretAccessKey } = key;
  const secret = rekey.account.in(REGION).addSecret('rekey/kept', { suffix: 'AbCdEf', at: 1 });
  const old = { [FIELDS.accessKeyId]: accessKeyId, [FIELDS.secretAccessKey]: secretAccessKey };
  secret.put({ id: 'v1', value: JSON.stringify(old), stages: ['AWSCURRENT'], at: 1 });
  await rekey.destination(
    'secrets-manager',
    user,
    { ...secretTarget('kept'), mode: 'merge' },
    { connectionId: connection.id },
  );
  const begun = await rekey.start(await rekey.plan(accessKeyId));
  const patient = new AbortController().signal;
  const settled = async (id: string): Promise<Containment> => {
    const row = await pursue(services, id, MINUTE, patient);
    if (row === null) throw new Error('The containment is gone.');
    return row;
  };
  const contain = async (): Promise<Containment> => {
    const reason = { incidentId: null, kind: 'stolen', reason: 'on a paste site' } as const;
    const row = await beginContainment(services, rekey.request(), { accessKeyId, ...reason });
    return settled(row.id);
  };
  const takeBack = async (
    how: typeof recoverContainment | typeof undoContainment,
    { id, holders }: Containment,
  ): Promise<Containment> => {
    const about = { containmentId: id, holderId: holders[0]?.id ?? '', reason: 'cleaned up' };
    await how(services, rekey.request(), about);
    return settled(id);
  };
  /** Recovered, and over: what remains is what was. */
  const recoveredForGood = async (): Promise<void> => {
    const { id } = await takeBack(recoverContainment, await contain());
    rekey.clock.forward(SESSIONS_LIVE_MS + MINUTE);
    for (let turns = 0; turns < 20; turns += 1) {
      await holdPass(services, patient);
      if ((await services.stores.containments.byId(id))?.state === 'ended') return;
      rekey.clock.forward(5_000);
    }
    throw new Error('The containment does not end.');
  };
  const operator = () => rekey.request('U5', ['operator']);
  const decided = (rotation: Rotation, choice: 'retry' | 'go_on' | 'keep_new' | 'approve', by = operator()) =>
    decideRotation(services, by, { ...seen(rotation), choice });
  const oldKey = () => statuses(user).find(([id]) => id === accessKeyId)?.[1];
  return {
    rekey,
    services,
    accessKeyId,
    begun,
    contain,
    takeBack,
    recoveredForGood,
    operator,
    decided,
    oldKey,
  };
}

describe.each(['sqlite', 'postgres'] as const)('an old key that was contained, on %s', (engine) => {
  test('and recovered stays Inactive after the containment has ended: no Reactivate gives it back', async () => {
    const { rekey, services, begun, operator, decided, oldKey, recoveredForGood } = await scene(engine);
    await using _ = rekey;
    const soaks = await rekey.until(begun.id, 'soaking');
    await recoveredForGood();
    expect(await services.stores.containments.openOfAccount(rekey.account.id)).toEqual([]);
    const refusal = {
      code: 'conflict',
      message: expect.stringMatching(/was contained by <@U1> as stolen, and stays Inactive/) as string,
      next: expect.stringContaining('by hand') as string,
    };
    await expect(reactivateRotation(services, operator(), seen(soaks))).rejects.toMatchObject(refusal);
    expect(oldKey()).toBe('Inactive');
    // The soak ends as ever.
    const asks = await rekey.until(begun.id, 'blocked');
    expect(asks.block?.code).toBe('needs_approval');
    await expect(
      decideRotation(services, operator(), { ...seen(asks), choice: 'reactivate' }),
    ).rejects.toMatchObject(refusal);
    await decided(asks, 'approve', rekey.request('U2'));
    expect((await rekey.until(begun.id)).state).toBe('done');
  }, 60_000);

  test('and closed as it was stays Inactive: no Reactivate gives it back', async () => {
    const { rekey, services, begun, operator, oldKey, contain } = await scene(engine);
    await using _ = rekey;
    const soaks = await rekey.until(begun.id, 'soaking');
    const held = await contain();
    const at = rekey.clock.now();
    const trouble = { action: '', code: 'nobody', said: 'Nothing connects.', at, retryAt: at };
    const closed = closedAsItIs({ ...held, trouble }, { by: 'U1', at, reason: 'out of reach' });
    if (closed === null) throw new Error('It is not closed.');
    const { containments } = services.stores;
    const written = { ...closed, updatedAt: at, version: held.version + 1 };
    await services.stores.atomically([containments.update(written)]);
    await expect(reactivateRotation(services, operator(), seen(soaks))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('nobody took that back: it was closed as it was') as string,
      next: expect.stringContaining('by hand') as string,
    });
    expect(oldKey()).toBe('Inactive');
  }, 60_000);

  test('while it was being reactivated: a person leaves it Inactive, and it soaks anew', async () => {
    const { rekey, services, begun, operator, decided, oldKey, recoveredForGood } = await scene(engine);
    await using _ = rekey;
    const soaks = await rekey.until(begun.id, 'soaking');
    await reactivateRotation(services, operator(), seen(soaks));
    await recoveredForGood();
    const stopped = await rekey.until(begun.id, 'blocked');
    expect(stopped.block).toMatchObject({ code: 'quarantined', from: 'quiet', choices: ['retry', 'go_on'] });
    await decided(stopped, 'go_on');
    const from = rekey.clock.now();
    const asks = await rekey.until(begun.id, 'blocked');
    expect(asks.block?.code).toBe('needs_approval');
    expect(oldKey()).toBe('Inactive');
    expect(asks.deactivatedAt).toBeGreaterThanOrEqual(from);
    expect(rekey.clock.now()).toBeGreaterThanOrEqual((asks.deactivatedAt ?? 0) + asks.soakMs);
  }, 60_000);

  test('is put into no destination again: Undo is refused, and one under way can go forward instead', async () => {
    const { rekey, services, begun, operator, decided, contain, takeBack, oldKey } = await scene(engine);
    await using _ = rekey;
    const waits = await rekey.until(begun.id, 'quiet');
    const held = await contain();
    await expect(undoRotation(services, operator(), seen(waits))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is contained by <@U1>') as string,
    });
    await takeBack(undoContainment, held);
    expect(oldKey()).toBe('Active');
    // Contained again when Undo was pressed already.
    await undoRotation(services, operator(), seen(waits));
    await contain();
    const changed = await rekey.until(begun.id, 'blocked');
    expect(changed.block).toMatchObject({ code: 'keys_changed', from: 'undoing' });
    await decided(changed, 'go_on');
    const stuck = await rekey.until(begun.id, 'blocked');
    expect(stuck.block).toMatchObject({ code: 'undo_failed', choices: ['retry', 'keep_new'] });
    expect(stuck.block?.why).toContain('is contained by <@U1>');
    expect(heldBy(rekey, 'kept')).toMatchObject({ [FIELDS.accessKeyId]: stuck.newKeyId });
    await decided(stuck, 'keep_new');
    const forward = await rekey.until(begun.id, 'soaking');
    expect(forward.state).toBe('soaking');
    expect(heldBy(rekey, 'kept')).toMatchObject({ [FIELDS.accessKeyId]: stuck.newKeyId });
    expect(oldKey()).toBe('Inactive');
  }, 60_000);
});
