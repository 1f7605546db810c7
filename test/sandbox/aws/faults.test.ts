import { CreateAccessKeyCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import type { FaultEffect } from '../../../sandbox/aws/faults.ts';
import { failure, iamClient, stsClient } from './clients.ts';
import { stage } from './world.ts';
import type { Stage } from './world.ts';

function create(set: Stage): Promise<unknown> {
  return iamClient(set.where, set.admin).send(new CreateAccessKeyCommand({ UserName: 'bob' }));
}

/** Strikes one CreateAccessKey; how it failed, and how many keys there are then. */
async function strike(
  set: Stage,
  effect: FaultEffect,
): Promise<{ name: string; status: unknown; keys: number }> {
  set.standIn.faults.add({ action: 'CreateAccessKey', times: 1, effect });
  const { name, status } = await failure(create(set));
  return { name, status, keys: set.account.user('bob').keys.existing().length };
}

test('an error, a throttle, an outage or a proxy page leaves the world as it was', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  const error = {
    kind: 'error',
    code: 'EntityTemporarilyUnmodifiable',
    status: 409,
    message: 'later',
  } as const;
  expect(await strike(set, error)).toEqual({
    name: 'EntityTemporarilyUnmodifiableException',
    status: 409,
    keys: 0,
  });
  expect(await strike(set, { kind: 'throttle' })).toEqual({ name: 'Throttling', status: 400, keys: 0 });
  expect(await strike(set, { kind: 'service-failure' })).toEqual({
    name: 'ServiceFailureException',
    status: 500,
    keys: 0,
  });
  expect(await strike(set, { kind: 'proxy-page', status: 502 })).toMatchObject({ status: 502, keys: 0 });
  await create(set);
  expect(set.account.user('bob').keys.existing()).toHaveLength(1);
});

test('a connection dropped before leaves nothing, one dropped after leaves a key whose secret is lost', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  expect(await strike(set, { kind: 'drop-before' })).toMatchObject({ status: undefined, keys: 0 });
  expect(await strike(set, { kind: 'drop-after' })).toMatchObject({ status: undefined, keys: 1 });
  expect(set.standIn.requests.of('CreateAccessKey').map(({ status }) => status)).toEqual([null, null]);
});

test('a request that hangs is never answered, and does not keep the stand-in from stopping', async () => {
  const set = await stage();
  set.account.addUser('bob');
  set.standIn.faults.add({ effect: { kind: 'hang' } });
  const hanging = failure(create(set));
  const first = await Promise.race([
    hanging,
    new Promise((resolve) => setTimeout(resolve, 150, 'still waiting')),
  ]);
  expect(first).toBe('still waiting');
  await set.standIn.stop();
  expect(await hanging).toMatchObject({ status: undefined });
});

test('latency delays, and adds to what follows', async () => {
  await using set = await stage();
  const iam = iamClient(set.where, set.admin);
  set.standIn.faults.add({ times: 2, effect: { kind: 'latency', ms: 80 } });
  set.standIn.faults.add({ skip: 1, times: 1, effect: { kind: 'throttle' } });
  const started = performance.now();
  await iam.send(new ListUsersCommand({}));
  expect(await failure(iam.send(new ListUsersCommand({})))).toMatchObject({ name: 'Throttling' });
  expect(performance.now() - started).toBeGreaterThan(155);
});

test('rules fit by service, action, key and principal', async () => {
  await using set = await stage();
  const { faults } = set.standIn;
  const bob = set.account.addUser('bob', { attached: ['AdministratorAccess'] });
  const keys = bob.addKey();
  const outcome = async (who: typeof keys, what: 'iam' | 'sts'): Promise<boolean> => {
    const call =
      what === 'iam'
        ? iamClient(set.where, who).send(new ListUsersCommand({}))
        : stsClient(set.where, who).send(new GetCallerIdentityCommand({}));
    return call.then(
      () => true,
      () => false,
    );
  };
  const all = async (): Promise<boolean[]> => [
    await outcome(set.admin, 'iam'),
    await outcome(set.admin, 'sts'),
    await outcome(keys, 'iam'),
    await outcome(keys, 'sts'),
  ];
  const cases = [
    { rule: { service: 'sts' }, expected: [true, false, true, false] },
    { rule: { action: 'ListUsers' }, expected: [false, true, false, true] },
    { rule: { accessKeyId: keys.accessKeyId }, expected: [true, true, false, false] },
    { rule: { principal: bob.arn, service: 'iam' }, expected: [true, true, false, true] },
  ];
  for (const { rule, expected } of cases) {
    const fault = faults.add({ ...rule, effect: { kind: 'throttle' } });
    expect(await all()).toEqual(expected);
    expect(fault.fired).toBe(expected.filter((passed) => !passed).length);
    fault.remove();
  }
  expect(await all()).toEqual([true, true, true, true]);
});

test('a rule passes over the first, strikes so often, and then is spent', async () => {
  await using set = await stage();
  const iam = iamClient(set.where, set.admin);
  set.standIn.faults.add({ skip: 2, times: 2, effect: { kind: 'throttle' } });
  const passed = [];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    passed.push(
      await iam.send(new ListUsersCommand({})).then(
        () => true,
        () => false,
      ),
    );
  }
  expect(passed).toEqual([true, true, false, false, true, true]);
});

test('probability strikes by the seed, so a run can be repeated', async () => {
  const run = async (): Promise<number> => {
    await using set = await stage({ seed: 42 });
    const fault = set.standIn.faults.add({ probability: 0.5, effect: { kind: 'throttle' } });
    const iam = iamClient(set.where, set.admin);
    for (let attempt = 0; attempt < 30; attempt += 1)
      await iam.send(new ListUsersCommand({})).catch(() => null);
    return fault.fired;
  };
  const fired = await run();
  expect(fired).toBeGreaterThan(5);
  expect(fired).toBeLessThan(25);
  expect(await run()).toBe(fired);
});
