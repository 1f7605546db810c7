import { describe, expect, it } from 'vitest';
import { ownIntent, recordOwnOutcome, recoverOwnActs, type OwnAct } from '../../src/handlers/own-outcome.ts';
import { beginQueue, refuseQueue } from '../../src/handlers/trail-queues/keep.ts';
import { interruptedMessage } from '../../src/slack/blocks/interrupted.ts';
import { ENGINES, InventoryWorld } from '../pollers/world.ts';
import { request, RESPONDER } from './containment-world.ts';

const MINUTE = 60_000;
const ACT: OwnAct = {
  doer: { kind: 'person', teamId: 'T0', userId: 'U0ADMIN' },
  verb: 'trail_queue.add',
  entityKind: 'trail_queue',
  entityId: 'new',
  correlationId: 'click',
  detail: { queue: 'arn', times: 2, none: null },
};

describe.each(ENGINES)('an act that one process does alone, on %s', (engine) => {
  const outcomes = async ({ stores }: InventoryWorld) =>
    (await stores.audit.newest(20))
      .filter(({ correlationId, phase }) => correlationId === 'click' && phase === 'outcome')
      .map(({ outcome }) => outcome);

  it('has one outcome, also where it is through after it was given up', async () => {
    await using world = await InventoryWorld.open({ engine });
    const { services, stores } = world;
    const mine = { ...services, instanceId: 'first', onlyInstance: false };
    const other = { ...services, instanceId: 'second', onlyInstance: false };
    await stores.atomically(ownIntent(mine, ACT));
    // Another instance may live, and be at it.
    world.forward(10 * MINUTE);
    expect(await recoverOwnActs(other, interruptedMessage)).toBe(0);
    // The only one on its database knows that no other lives.
    expect(await recoverOwnActs({ ...mine, onlyInstance: true }, interruptedMessage)).toBe(0);
    world.forward(25 * MINUTE);
    const both = [recoverOwnActs(other, interruptedMessage), recoverOwnActs(mine, interruptedMessage)];
    expect((await Promise.all(both)).reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(await outcomes(world)).toEqual(['unknown']);
    await recordOwnOutcome(mine, ACT, 'done');
    expect(await outcomes(world)).toEqual(['unknown']);
    expect(await stores.notices.waiting()).toMatchObject({ count: 1 });
  });

  it('is nobody’s to give up once it is through', async () => {
    await using world = await InventoryWorld.open({ engine });
    const { services, stores } = world;
    await stores.atomically(ownIntent(services, ACT));
    await recordOwnOutcome(services, ACT, 'done');
    await recordOwnOutcome(services, ACT, 'failed');
    const next = { ...services, instanceId: 'next', onlyInstance: true };
    expect(await recoverOwnActs(next, interruptedMessage)).toBe(0);
    expect(await outcomes(world)).toEqual(['done']);
  });

  it('keeps nobody waiting whose queue could not be checked, and whose refusal could not be recorded', async () => {
    await using world = await InventoryWorld.open({ engine });
    const { services, stores } = world;
    const { id: connectionId } = await world.connect();
    const asked = { ...request(services, { ...RESPONDER, roles: ['admin'] }), correlationId: 'click' };
    const target = { id: null, seen: 0 };
    const url = `https://sqs.eu-west-1.amazonaws.com/${world.accountId}/trail`;
    const place = await beginQueue(services, asked, target, { connectionId, url, bucket: 'logs' });
    const atomically = () => Promise.reject(new Error('no database'));
    const without = { ...services, stores: { ...stores, atomically } };
    await refuseQueue(without, asked, target, place, 'no database');
    expect(await outcomes(world)).toEqual([]);
    const next = { ...services, instanceId: 'next', onlyInstance: true };
    expect(await recoverOwnActs(next, interruptedMessage)).toBe(1);
    expect(await outcomes(world)).toEqual(['unknown']);
  });
});
