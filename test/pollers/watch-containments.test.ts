import { PutUserPolicyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { NewKey } from '../../sandbox/aws/world.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Containment } from '../../src/domain/containment.ts';
import type { AuditEntry } from '../../src/domain/records.ts';
import { pursue } from '../../src/handlers/containments/pursue.ts';
import {
  approveRevocation,
  askRevocation,
  liftRevocation,
} from '../../src/handlers/containments/roles/decide-role.ts';
import { pursueRevocation } from '../../src/handlers/containments/roles/pursue-role.ts';
import { readSurroundings } from '../../src/handlers/containments/surroundings.ts';
import { recoverContainment, undoContainment } from '../../src/handlers/containments/take-back.ts';
import type { Services } from '../../src/handlers/services.ts';
import {
  contain,
  holdFor,
  OTHER,
  read,
  request,
  servicesFor,
  settled,
  stolen,
  truth,
  victim,
} from '../handlers/containment-world.ts';
import { iamClient, sessionKeys, stsClient } from '../sandbox/aws/clients.ts';
import { calling } from '../support/calling.ts';
import { watch } from './watch-world.ts';
import { ENGINES, HOUR_MS, InventoryWorld, PATIENT } from './world.ts';

const MINUTE = 60_000;
/** Longer than regions without keys wait for their turn. */
const A_ROUND = 70 * MINUTE;
const RIGHTS = ['verify', 'inventory', 'contain', 'watch'] as const;

/** An account that is watched by the connection whose key contains its users. */
class Watched implements AsyncDisposable {
  readonly world: InventoryWorld;
  readonly services: Services;
  readonly connection: Connection;

  private constructor(world: InventoryWorld, connection: Connection) {
    this.world = world;
    this.services = servicesFor(world);
    this.connection = connection;
  }

  static async open(engine: (typeof ENGINES)[number], deny: readonly string[] = []): Promise<Watched> {
    const world = await InventoryWorld.open({ engine, capabilities: RIGHTS });
    if (deny.length > 0) {
      const Statement = { Effect: 'Deny', Action: [...deny], Resource: '*' } as const;
      world.robot.policies.putInline('not', JSON.stringify({ Version: '2012-10-17', Statement }));
    }
    const watched = new Watched(world, await world.connect());
    // What the key does is known before it contains anybody.
    await watched.look();
    await watched.look();
    return watched;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  /** Lets what happened appear, and reads all of it. */
  async look(): Promise<void> {
    this.world.forward(A_ROUND);
    await watch(this.world, this.services);
  }

  /** What was found on the key Rekey signs with, as `rule what`. */
  async found(): Promise<string[]> {
    const { incidents, signals } = this.world.stores.watch;
    const any = { open: null, least: null, accountId: null, text: null };
    const own = (await incidents.page(any, null, 100)).filter(
      ({ subject }) => subject === this.connection.accessKeyId,
    );
    const all = await Promise.all(own.map(({ id }) => signals.ofIncident(id, 200)));
    return all
      .flat()
      .map(({ signal: { rule, facts } }) => `${rule} ${facts['key'] ?? facts['on'] ?? ''}`.trim());
  }

  async undo(held: Containment): Promise<Containment> {
    await undoContainment(this.services, request(this.services), takingBack(held));
    return settled(this.services, held.id);
  }

  /** The rows that were written before calls of this kind, newest first. */
  async intents(verb: string): Promise<AuditEntry[]> {
    const rows = await this.services.stores.audit.newest(300);
    return rows.filter((row) => row.verb === verb && row.phase === 'intent');
  }

  /** Somebody who has the connection's key, and calls himself what he likes. */
  thief(agent: string) {
    const { accessKeyId, secretAccessKey } = this.#ownKey();
    return calling(iamClient({ endpoint: this.world.standIn.url }, { accessKeyId, secretAccessKey }), agent);
  }

  #ownKey(): NewKey {
    const own = this.world.robot.keys.get(this.connection.accessKeyId ?? '');
    return { accessKeyId: own.accessKeyId, secretAccessKey: own.secretAccessKey };
  }
}

const takingBack = ({ id, holders }: Containment) => ({
  containmentId: id,
  holderId: holders[0]?.id ?? '',
  reason: 'r',
});

/** What Rekey calls itself, with the row that a call says it is of. */
const agentOf = (act: string | undefined) =>
  `aws-sdk-js/3.1 ua/2.1 rekey/0.0.0${act === undefined ? '' : ` act/${act}`}`;

describe.each(ENGINES)('the watch of an account in which Rekey contains users, on %s', (engine) => {
  it('finds nothing in that, nor in taking it back, whichever way', async () => {
    await using watched = await Watched.open(engine);
    const { world, services } = watched;
    for (const name of ['ann', 'bob', 'cy']) {
      await watched.undo(await contain(services, stolen(victim(world.account, name).key)));
    }
    const planned = stolen(victim(world.account, 'dora').key, { kind: 'planned' });
    await watched.undo(await contain(services, planned));
    const { key, user } = victim(world.account, 'eve');
    const recovered = await contain(services, stolen(key));
    await recoverContainment(services, request(services), takingBack(recovered));
    expect((await settled(services, recovered.id)).state).toBe('recovered');
    // Somebody fights, and it is put back.
    const fought = victim(world.account, 'fred');
    await contain(services, stolen(fought.key));
    fought.user.keys.get(fought.key.accessKeyId).change('Active', world.clock.now());
    fought.user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
    // To the end of the hold, and of the deny of sessions from before.
    await holdFor(world, services, 37 * HOUR_MS);
    expect(truth(user).inline).toEqual([]);
    await watched.look();
    expect(await watched.found()).toEqual([]);
    const calls = world.calls();
    for (const call of [
      'UpdateAccessKey',
      'AttachUserPolicy',
      'DetachUserPolicy',
      'PutUserPolicy',
      'DeleteUserPolicy',
    ]) {
      expect(calls[call]).toBeGreaterThan(0);
    }
  }, 120_000);

  it('finds nothing where one way to deny is barred and the other taken, though AWS refused a call', async () => {
    await using watched = await Watched.open(engine, ['iam:AttachUserPolicy']);
    const { world, services } = watched;
    const { key, user } = victim(world.account, 'ann');
    const held = await contain(services, stolen(key));
    expect(truth(user).inline).toEqual(['RekeyDenyAll']);
    await watched.undo(held);
    await watched.look();
    expect(await watched.found()).toEqual([]);
  }, 120_000);

  it('finds nothing in the revocation of a role’s sessions, nor in its end', async () => {
    await using watched = await Watched.open(engine);
    const { world, services } = watched;
    const { key, user } = victim(world.account, 'ann');
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
    } as const;
    const role = world.account.addRole('deploy', { path: '/ci/', trust, attached: ['ReadOnlyAccess'] });
    const where = { endpoint: world.standIn.url };
    const made = await stsClient(where, key).send(new GetSessionTokenCommand({}));
    await stsClient(where, sessionKeys(made.Credentials)).send(
      new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'thief' }),
    );
    const held = await contain(services, stolen(key));
    await readSurroundings(services, PATIENT);
    const input = { containmentId: held.id, roleArn: role.arn };
    const asked = await askRevocation(services, request(services), { ...input, reason: 'r' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.asked.at });
    await pursueRevocation(services, asked, MINUTE, PATIENT);
    expect(role.policies.inlineNames()).toEqual(['RekeyRevokeOlderSessions']);
    await liftRevocation(services, request(services), { ...input, reason: 'r' });
    world.forward(10_000);
    await pursueRevocation(services, asked, MINUTE, PATIENT);
    expect(role.policies.inlineNames()).toEqual([]);
    await watched.look();
    expect(await watched.found()).toEqual([]);
  }, 120_000);

  it('knows what it sent before it was killed, though nothing tells what came of it', async () => {
    await using watched = await Watched.open(engine);
    const { world, services } = watched;
    const { key, user } = victim(world.account, 'ann');
    const held = await contain(services, stolen(key));
    await undoContainment(services, request(services), takingBack(held));
    const dying = killedAfterItSent(services);
    await expect(pursue(dying, held.id, MINUTE, PATIENT)).rejects.toThrow('killed');
    expect(truth(user).keys).toEqual(['Active']);
    const rows = (await services.stores.audit.newest(300)).filter(
      ({ verb }) => verb === 'containment.set_key',
    );
    expect(rows.map(({ phase }) => phase)).toEqual(['intent', 'outcome', 'intent']);
    await watched.look();
    expect(await watched.found()).toEqual([]);
    await settled(services, held.id);
    await watched.look();
    expect(await watched.found()).toEqual([]);
  }, 120_000);

  it('finds what a thief of its key does beside it, whatever they call themselves', async () => {
    await using watched = await Watched.open(engine);
    const { world, services } = watched;
    const { key } = victim(world.account, 'ann');
    const held = await contain(services, stolen(key));
    const second = victim(world.account, 'bea');
    const recovered = await contain(services, stolen(second.key));
    await recoverContainment(services, request(services), takingBack(recovered));
    await settled(services, recovered.id);
    await watched.undo(held);
    expect((await read(services, held.id)).state).toBe('undone');
    const [activated] = await watched.intents('containment.set_key');
    const [outcome] = (await services.stores.audit.newest(50)).filter(
      ({ verb, phase }) => verb === 'containment.set_key' && phase === 'outcome',
    );
    const [denied] = await watched.intents('containment.put_date');
    expect([activated, outcome, denied]).not.toContain(undefined);

    const activate = (agent: string, accessKeyId: string, UserName: string) =>
      watched
        .thief(agent)
        .send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: accessKeyId, Status: 'Active' }));
    // In the same moment: of another user, or of the same without the row's id, or by one that is no such row.
    const victims = ['cleo', 'dan', 'edna', 'fay'].map((name) => ({ name, ...victim(world.account, name) }));
    const agents = [
      agentOf(activated?.id),
      agentOf(outcome?.id),
      agentOf('01hzzzzzzzzzzzzzzzzzzzzzzz'),
      agentOf(denied?.id),
    ];
    for (const [at, { name, key: other }] of victims.entries()) {
      await activate(agents[at] ?? '', other.accessKeyId, name);
    }
    await activate(agentOf(undefined), key.accessKeyId, 'ann');
    // Under the name of Rekey's own policy, and with the id of the call that put it: everything allowed.
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
    await watched.thief(agentOf(denied?.id)).send(
      new PutUserPolicyCommand({
        UserName: 'bea',
        PolicyName: 'RekeyDenySessionsFromBefore',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: everything }),
      }),
    );
    await watched.look();
    const first = await watched.found();
    for (const { accessKeyId } of [...victims.map((each) => each.key), key]) {
      expect(first).toContain(`access-key-reactivated ${accessKeyId}`);
    }
    expect(first.join('\n')).toContain('administrator-rights-given');
    expect(first).toContain('inline-policy-put-on-user bea');

    // The id stands in CloudTrail by now: the same call, of the same key, is worth nothing later.
    const before = first.filter((line) => line === `access-key-reactivated ${key.accessKeyId}`).length;
    await activate(agentOf(activated?.id), key.accessKeyId, 'ann');
    await watched.look();
    const after = await watched.found();
    expect(after.filter((line) => line === `access-key-reactivated ${key.accessKeyId}`)).toHaveLength(
      before + 1,
    );
  }, 120_000);
});

/** A process that is gone once AWS has made a key Active: nothing of it is written any more. */
function killedAfterItSent({ aws, stores, ...services }: Services): Services {
  let isDead = false;
  return {
    ...services,
    instanceId: 'killed',
    aws: {
      ...aws,
      iam: (...given) => {
        const iam = aws.iam(...given);
        return {
          ...iam,
          updateAccessKey: async (...asked) => {
            await iam.updateAccessKey(...asked);
            isDead = true;
            throw new Error('killed');
          },
        };
      },
    },
    stores: {
      ...stores,
      atomically: (writes) => (isDead ? Promise.reject(new Error('killed')) : stores.atomically(writes)),
    },
  };
}
