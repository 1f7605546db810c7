import { describe, expect, it } from 'vitest';
import { confirmedWords, standingWords } from '../../src/domain/containment-words.ts';
import { hostArnOf } from '../../src/handlers/containments/hands.ts';
import { undoContainment } from '../../src/handlers/containments/take-back.ts';
import { rememberHostIdentity } from '../../src/host-identity-cache.ts';
import type { HostIdentity } from '../../src/ports/aws.ts';
import { InventoryWorld } from '../pollers/world.ts';
import {
  contain,
  holdFor,
  read,
  request,
  saidSince,
  servicesFor,
  settled,
  stolen,
  truth,
  victim,
} from './containment-world.ts';

const open = () => InventoryWorld.open({ capabilities: ['contain'] });
const DENIED = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;

describe('a stolen key of a user whose keys cannot be read', () => {
  it('goes Inactive all the same, is never called confirmed, and Undo asks how it was', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const fault = world.standIn.faults.add({ action: 'ListAccessKeys', effect: DENIED });
    const held = await contain(services, stolen(key));
    expect(held).toMatchObject({ state: 'holding', confirmedAt: null });
    expect(truth(user)).toMatchObject({
      keys: ['Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    expect(held.keys).toMatchObject([{ before: 'unknown', sent: { status: 'Inactive' } }]);
    const now = world.clock.now();
    expect(standingWords(held, now)).toContain('not confirmed');
    const said = confirmedWords(held, now).join(' ');
    expect(said).toContain('cannot be read');
    expect(said).toContain('Undo asks');
    expect(said).not.toContain('IAM confirms Inactive');

    // Nothing shows whether somebody switches it on again: it is switched off again and again.
    user.keys.get(key.accessKeyId).change('Active', now);
    await holdFor(world, services, 60_000);
    expect(truth(user).keys).toEqual(['Inactive']);
    expect((await read(services, held.id)).putBack).toBe(0);

    const input = { containmentId: held.id, holderId: held.holders[0]?.id ?? '', reason: 'false alarm' };
    await expect(undoContainment(services, request(services), input)).rejects.toMatchObject({
      code: 'conflict',
      next: expect.stringContaining('whether it is to be Active'),
    });
    expect((await read(services, held.id)).state).toBe('holding');
    await undoContainment(services, request(services), { ...input, activate: true });
    expect((await settled(services, held.id)).state).toBe('undone');
    expect(truth(user)).toEqual({ keys: ['Active'], attached: ['AdministratorAccess'], inline: [] });
    // Once: who switches it off by hand has the last word.
    user.keys.get(key.accessKeyId).change('Inactive', world.clock.now());
    await holdFor(world, services, 120_000);
    expect(truth(user).keys).toEqual(['Inactive']);
    fault.remove();
  });

  it('does not wait for long where AWS throttles, denies by its own policy, and is confirmed later', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const faults = ['ListAccessKeys', 'ListAttachedUserPolicies', 'GetUser'].map((action) =>
      world.standIn.faults.add({ action, effect: { kind: 'throttle' } }),
    );
    const began = world.clock.now();
    const begun = await contain(services, stolen(key));
    await holdFor(world, services, 20_000);
    expect(world.clock.now() - began).toBeLessThan(120_000);
    expect(truth(user)).toEqual({
      keys: ['Inactive'],
      attached: ['AdministratorAccess'],
      inline: ['RekeyDenyAll'],
    });
    for (const fault of faults) fault.remove();
    await holdFor(world, services, 60_000);
    const seen = await read(services, begun.id);
    expect(seen).toMatchObject({ state: 'holding', trouble: null, events: [] });
    expect(seen.confirmedAt).not.toBeNull();
    expect(confirmedWords(seen, world.clock.now())[0]).toContain('IAM confirms Inactive and the deny');
    await undoContainment(services, request(services), {
      containmentId: begun.id,
      holderId: begun.holders[0]?.id ?? '',
      reason: 'false alarm',
      activate: false,
    });
    expect((await settled(services, begun.id)).state).toBe('undone');
    expect(truth(user)).toEqual({ keys: ['Inactive'], attached: ['AdministratorAccess'], inline: [] });
  });

  it('is left alone where it was planned', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    world.standIn.faults.add({ action: 'ListAccessKeys', effect: DENIED });
    const refused = await contain(services, stolen(key, { kind: 'planned' }));
    expect(refused.refusal?.why).toContain('iam:ListAccessKeys');
    expect(truth(user).keys).toEqual(['Active']);
  });
});

describe('what a hold tells', () => {
  it('is of a deleted key that it was deleted, and of an inline policy that it was put there', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    user.addKey();
    const held = await contain(services, stolen(key));
    await saidSince(world);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    user.policies.putInline(
      'backdoor',
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
    );
    await holdFor(world, services, 20_000);
    const seen = await read(services, held.id);
    const said = confirmedWords(seen, world.clock.now()).join(' ');
    expect(said).toContain(`${key.accessKeyId} was deleted: it cannot be used`);
    expect(said).toContain('IAM confirms the deny');
    expect(said).not.toContain('IAM confirms Inactive');
    const told = await saidSince(world);
    expect(told).toContain('An inline policy was put on the user: backdoor');
    expect(told).toContain('was deleted. It cannot be given back');
    await undoContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'false alarm',
    });
    const undone = await settled(services, held.id);
    expect(undone.state).toBe('undone');
    expect(confirmedWords(undone, world.clock.now())[0]).toContain(`deleted meanwhile: ${key.accessKeyId}`);
  });

  it('does not take a replica that lags for somebody', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    await holdFor(world, services, 10_000);
    user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
    world.standIn.world.lag.listMs = 4_000;
    await holdFor(world, services, 30_000);
    expect(await read(services, held.id)).toMatchObject({ putBack: 1, state: 'holding' });
    expect(truth(user).attached).toContain('AWSDenyAll');
  });
});

describe('the host identity', () => {
  it('is asked afresh before a signer is chosen, where it was missing', async () => {
    await using world = await open();
    const { clock, log } = world;
    const answers: HostIdentity[] = [
      { available: false, why: 'no route yet', mend: 'wait' },
      {
        available: true,
        arn: 'arn:aws:iam::111122223333:user/host',
        accountId: '111122223333',
        partition: 'aws',
      },
    ];
    const hostIdentity = rememberHostIdentity(
      () => Promise.resolve(answers.shift() ?? { available: false, why: 'asked too often', mend: '' }),
      clock,
      log,
    );
    const services = { hostIdentity, log };
    expect(await hostArnOf(services)).toBeNull();
    // Just asked: it is not asked for each look anew.
    expect(await hostArnOf(services)).toBeNull();
    world.forward(16_000);
    expect(await hostArnOf(services)).toBe('arn:aws:iam::111122223333:user/host');
  });
});
