import { describe, expect, test } from 'vitest';
import type { LoggedRequest } from '../../sandbox/aws/request-log.ts';
import { credentialsOf } from '../../src/handlers/connection-credentials.ts';
import { decideRotation } from '../../src/handlers/rotations/act.ts';
import type { PlannedCall } from '../../src/handlers/rotations/plan.ts';
import { advance } from '../../src/rotation/machine.ts';
import { FIELDS, heldBy, parameterTarget, secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

/** `iam:CreateAccessKey`, in the order of the calls. */
function named(requests: Iterable<LoggedRequest>): string[] {
  return [...requests].map(({ service, action }) => `${service ?? ''}:${action ?? ''}`);
}

function planned(calls: readonly PlannedCall[]): string[] {
  return calls.map(({ service, action }) => `${service}:${action}`);
}

describe.each(['sqlite', 'postgres'] as const)('a rotation on %s', (engine) => {
  test('makes exactly the calls of its plan, delivers, waits, and ends with one new key', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    const place = { connectionId: connection.id };
    await rekey.destination('secrets-manager', user, secretTarget('deploy'), place);
    await rekey.destination('ssm-parameter', user, parameterTarget('deploy'), place);

    const plan = await rekey.plan(key.accessKeyId);
    expect(plan.problems).toEqual([]);
    expect(rekey.aws.requests.of('CreateAccessKey')).toEqual([]);
    const begun = await rekey.start(plan);
    rekey.aws.requests.clear();

    const waits = await rekey.until(begun.id, 'quiet');
    expect(waits.state).toBe('quiet');
    const stored = heldBy(rekey, 'deploy');
    expect(stored[FIELDS.accessKeyId]).toBe(waits.newKeyId);
    const asks = await rekey.until(begun.id);
    expect([asks.state, asks.block?.code]).toEqual(['blocked', 'needs_approval']);
    await decideRotation(rekey.services, rekey.request('U2'), {
      rotationId: asks.id,
      stateAt: asks.stateAt,
      choice: 'approve',
    });
    const done = await rekey.until(begun.id);
    expect(done.state).toBe('done');
    expect(statuses(user)).toEqual([[done.newKeyId, 'Active']]);
    expect(await rekey.services.stores.secrets.newest('rotation', done.id)).toBeNull();
    expect(named(rekey.aws.requests)).toEqual(planned(plan.calls));
  }, 60_000);

  test('is worked on by one turn at a time, also when one instance looks twice in the same moment', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    await rekey.destination('secrets-manager', user, secretTarget('deploy'), { connectionId: connection.id });
    const begun = await rekey.start(await rekey.plan(key.accessKeyId));
    rekey.aws.requests.clear();
    const slow = rekey.aws.faults.add({ action: 'GetUser', effect: { kind: 'latency', ms: 1_500 } });
    const { signal } = new AbortController();
    const turn = (): ReturnType<typeof advance> => advance(rekey.ground, begun.id, signal);
    const first = [turn(), turn()];
    // Whether it saw the other's lease, or met it as it wrote its own, is a matter of the moment.
    const second = await Promise.race(first);
    expect(['overtaken', 'not_due']).toContain(second);
    expect(await turn()).toBe('not_due');
    expect((await rekey.rotation(begun.id)).leaseOwner).not.toBeNull();
    slow.remove();
    expect((await Promise.all(first)).toSorted()).toEqual([second, 'waiting']);
    expect(rekey.aws.requests.of('CreateAccessKey')).toHaveLength(1);
  }, 60_000);

  test('is planned with each question asked once, and waits behind nobody', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { user, key } = await rekey.user('deploy');
    await rekey.destination('secrets-manager', user, secretTarget('deploy'), { connectionId: connection.id });
    const { services, account } = rekey;
    const use = { accountId: account.id, urgency: 'background' } as const;
    const credentials = await credentialsOf(services, connection);
    const iam = services.aws.iam(credentials, account.partition, use);
    rekey.aws.requests.clear();
    // A sweep has the next two minutes of the account's calls.
    rekey.clock.leaps = false;
    const stopping = new AbortController();
    const sweep = Array.from({ length: 600 }, () =>
      iam.accessKeyLastUsed(key.accessKeyId, stopping.signal).catch(() => null),
    );
    const plan = await rekey.plan(key.accessKeyId);
    const made = [...rekey.aws.requests].map(({ action }) => action);
    stopping.abort();
    await Promise.all(sweep);
    expect(plan.problems).toEqual([]);
    expect(made.indexOf('GetUser')).toBeLessThan(500);
    for (const action of ['GetUser', 'ListAccessKeys', 'ListAttachedUserPolicies', 'DescribeRegions']) {
      expect([action, rekey.aws.requests.of(action).length]).toEqual([action, 1]);
    }
    const simulated = plan.calls.filter(({ action }) => action === 'SimulatePrincipalPolicy').length;
    expect(rekey.aws.requests.of('SimulatePrincipalPolicy').length).toBeLessThanOrEqual(simulated);
  }, 60_000);
});
