import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  UpdateAccessKeyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand, type STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { Account, NewKey, User } from '../../sandbox/aws/world.ts';
import { confirmedWords, standingWords } from '../../src/domain/containment-words.ts';
import { isConfirmed } from '../../src/domain/containment.ts';
import { readSurroundings } from '../../src/handlers/containments/surroundings.ts';
import { undoContainment } from '../../src/handlers/containments/take-back.ts';
import type { Services } from '../../src/handlers/services.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { iamClient, stsClient } from '../sandbox/aws/clients.ts';
import { StillClock } from '../verification/bench.ts';
import {
  contain,
  read,
  request,
  saidSince,
  servicesFor,
  settled,
  stolen,
  truth,
  victim,
} from './containment-world.ts';

const DENY = 'arn:aws:iam::aws:policy/AWSDenyAll';
const HALF_SECOND = 500;

/** Time that passes by half seconds, whoever waits for it; at each of them somebody acts. */
class BusyClock extends StillClock {
  act: (() => Promise<void>) | null = null;
  #acting = false;
  #next = 0;

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.pass(ms);
  }

  async pass(ms: number): Promise<void> {
    const until = this.now() + ms;
    this.#next = Math.max(this.#next, this.now());
    while (this.act !== null && this.#next <= until) {
      super.forward(Math.max(0, this.#next - this.now()));
      this.#next += HALF_SECOND;
      if (this.#acting) continue;
      this.#acting = true;
      try {
        await this.act();
      } finally {
        this.#acting = false;
      }
    }
    super.forward(Math.max(0, until - this.now()));
  }
}

/** Numbers from 0 to 1 that a seed tells. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Somebody with rights of an administrator, another way in, who works against a containment by the real SDK. */
class Adversary {
  readonly #iam: IAMClient;
  readonly #sts: STSClient;
  readonly #draw: () => number;
  readonly #user: User;
  readonly #key: NewKey;
  readonly #account: Account;
  acts = 0;
  /** What the stolen key could make while it worked. */
  sessions = 0;

  constructor(world: InventoryWorld, seed: number, stolenKey: { user: User; key: NewKey }, own: NewKey) {
    const where = { endpoint: world.standIn.url };
    this.#iam = iamClient(where, own);
    this.#sts = stsClient(where, stolenKey.key);
    this.#draw = draws(seed);
    this.#user = stolenKey.user;
    this.#key = stolenKey.key;
    this.#account = world.account;
  }

  async act(): Promise<void> {
    this.acts += 1;
    const moves = [
      () => this.#activate(),
      () => this.#detach(),
      () => Promise.all([this.#activate(), this.#detach()]),
      () => this.#makeKey(this.#user),
      () => this.#makeKey(this.#account.user('eve')),
      () => this.#makeSession(),
    ];
    const move = moves[Math.floor(this.#draw() * moves.length)];
    await move?.();
  }

  async #activate(): Promise<void> {
    const { accessKeyId: AccessKeyId } = this.#key;
    const input = { UserName: this.#user.name, AccessKeyId, Status: 'Active' } as const;
    await this.#iam.send(new UpdateAccessKeyCommand(input));
  }

  async #detach(): Promise<void> {
    const UserName = this.#user.name;
    await this.#iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn: DENY })).catch(() => undefined);
    if (this.#user.policies.inlineNames().includes('RekeyDenyAll')) {
      await this.#iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'RekeyDenyAll' }));
    }
  }

  async #makeKey({ name: UserName, keys }: User): Promise<void> {
    const others = keys.existing().filter(({ accessKeyId }) => accessKeyId !== this.#key.accessKeyId);
    const oldest = others[0];
    if (oldest !== undefined && keys.existing().length >= 2) {
      await this.#iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: oldest.accessKeyId }));
    }
    await this.#iam.send(new CreateAccessKeyCommand({ UserName }));
  }

  /** Works only while key and deny are both off. */
  async #makeSession(): Promise<void> {
    const RoleArn = this.#account.role('deploy').arn;
    const made = await Promise.allSettled([
      this.#sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'thief' })),
      this.#sts.send(new GetSessionTokenCommand({})),
    ]);
    this.sessions += made.filter(({ status }) => status === 'fulfilled').length;
  }

  close(): void {
    this.#iam.destroy();
    this.#sts.destroy();
  }
}

/** Changes that shut something off, by whoever signs for Rekey. */
function shutOff(world: InventoryWorld): number {
  const { history } = world.account.in('us-east-1');
  const now = world.clock.now();
  return history.seen(now, 0, now).filter(({ name, record }) => {
    const identity = record['userIdentity'] as Record<string, unknown>;
    const asked = record['requestParameters'] as Record<string, unknown> | null;
    if (identity['userName'] !== world.robot.name) return false;
    return (
      name === 'AttachUserPolicy' ||
      name === 'PutUserPolicy' ||
      (name === 'UpdateAccessKey' && asked?.['status'] === 'Inactive')
    );
  }).length;
}

/** Lets time pass with its holds; now and then the adversary acts in the middle of one. */
async function heldFor(
  clock: BusyClock,
  services: Services,
  ms: number,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const until = clock.now() + ms;
  for (let ticks = 1; clock.now() < until; ticks += 1) {
    const next = (await services.stores.containments.nextAt()) ?? until;
    await clock.pass(Math.min(until, Math.max(next, clock.now())) - clock.now());
    if (next > clock.now()) continue;
    await Promise.all([holdPass(services, PATIENT), ticks % 3 === 0 ? meanwhile() : null]);
  }
}

export interface Fight {
  readonly acts: number;
  readonly putBack: number;
  readonly sessions: number;
}

/**
 * An adversary undoes, detaches, makes keys and sessions every half second for `ms`. The containment ends held, and the
 * thread names who was at it; with `undoAfter` a person takes it back in the middle, who wins within one tick.
 */
export async function fight(
  seed: number,
  { ms, undoAfter }: { readonly ms: number; readonly undoAfter: number | null },
): Promise<Fight> {
  const clock = new BusyClock();
  await using world = await InventoryWorld.open({ capabilities: ['contain', 'watch'], clock });
  await world.connect();
  const services = servicesFor(world);
  const target = victim(world.account);
  const { user, key } = target;
  world.account.addUser('eve').addKey();
  world.account.addRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
    },
  });
  const accomplice = world.account.addUser('accomplice', { attached: ['AdministratorAccess'] }).addKey();
  const adversary = new Adversary(world, seed, target, accomplice);
  try {
    clock.act = () => adversary.act();
    const { id, holders } = await contain(services, stolen(key));
    const act = () => adversary.act();
    await heldFor(clock, services, undoAfter ?? ms, act);

    if (undoAfter !== null) {
      const undo = undoContainment(services, request(services), {
        containmentId: id,
        holderId: holders[0]?.id ?? '',
        reason: 'a drill',
      });
      // While a tick is at it.
      await Promise.all([holdPass(services, PATIENT), undo]);
      await holdPass(services, PATIENT);
      const sent = shutOff(world);
      await heldFor(clock, services, ms - undoAfter, act);
      clock.act = null;
      expect((await settled(services, id)).state).toBe('undone');
      await heldFor(clock, services, 60_000, () => Promise.resolve());
      expect(shutOff(world)).toBe(sent);
      expect(truth(user).attached).toEqual(['AdministratorAccess']);
      expect(user.keys.get(key.accessKeyId).currentStatus).toBe('Active');
      return {
        acts: adversary.acts,
        putBack: (await read(services, id)).putBack,
        sessions: adversary.sessions,
      };
    }

    clock.act = null;
    await heldFor(clock, services, 30_000, () => Promise.resolve());
    const row = await read(services, id);
    expect(row.state).toBe('holding');
    expect(isConfirmed(row, clock.now())).toBe(true);
    expect(standingWords(row, clock.now())).toBe('Contained and held');
    expect(confirmedWords(row, clock.now())[0]).toContain('IAM confirms Inactive and the deny');
    expect(user.keys.get(key.accessKeyId).currentStatus).toBe('Inactive');
    expect(truth(user).attached).toContain('AWSDenyAll');
    // What could not be held while it lasted is named, with who did it.
    await readSurroundings(services, PATIENT);
    const told = await saidSince(world);
    expect(told).toContain('Somebody works against this containment');
    expect(told).toContain(accomplice.accessKeyId);
    expect(told).toContain('of the user eve');
    const after = await read(services, id);
    expect(
      after.around?.made.some(({ kind, byKey }) => kind === 'undoing' && byKey === accomplice.accessKeyId),
    ).toBe(true);
    return { acts: adversary.acts, putBack: after.putBack, sessions: adversary.sessions };
  } finally {
    clock.act = null;
    adversary.close();
  }
}
