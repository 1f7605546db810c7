import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { User } from '../../sandbox/aws/world.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Rotation, RotationState } from '../../src/domain/rotation.ts';
import { credentialsOf } from '../../src/handlers/connection-credentials.ts';
import { startRotation } from '../../src/handlers/rotations/start.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { resumeRotations } from '../../src/rotation/resume.ts';
import type { RotationGround } from '../../src/rotation/run.ts';
import { PacedClock } from '../support/paced-clock.ts';
import { secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';
import { mostWithin } from '../support/rates.ts';

const MANY = 50;
/** As fast as AWS's stand-in and the databases keep up with on two cores. */
const TIMES = 20;
/** What is safe with AWS, and what may be saved up (src/aws/budget.ts). */
const PER_SECOND = 5;
const BURST = 5;
/** AWS allows twice as many look-ups; the other half is left to people and their tools. */
const LOOK_UPS_PER_SECOND = 1;
/** Calls that began before a stretch of time may arrive in it. */
const LATE_MS = 2_000;
const SECOND_MS = 1_000;
/** Watching, and evidence that is gathered of some keys. */
const READERS = 6;
/** What a person waits for: one look-up's turn in each region, and IAM. Behind all who wait it would be longer. */
const PERSON_MS = 4_500;
/** How often due rotations are looked for (src/pollers/rotations.ts). */
const LOOK_EVERY_MS = 5_000;
/** Two beats, after which the instances know of each other. */
const INTRODUCED_MS = 25_000;

const patient = new AbortController().signal;

describe.each([
  { engine: 'sqlite', instances: 1 },
  { engine: 'postgres', instances: 1 },
  { engine: 'postgres', instances: 2 },
] as const)(`${MANY} rotations at once on $engine, instances: $instances`, ({ engine, instances }) => {
  let rekey: Rotating<PacedClock>;
  let clock: PacedClock;
  let connection: Connection;
  let grounds: RotationGround[];

  beforeEach(async () => {
    clock = new PacedClock(TIMES);
    rekey = await Rotating.setOn(clock, engine, { calls: clock.calls, shared: true });
    grounds = [rekey.ground];
    if (instances === 2) {
      grounds.push((await rekey.another()).ground);
      await clock.sleep(INTRODUCED_MS);
    }
    ({ connection } = await rekey.connect('Shop'));
  });

  afterEach(async () => {
    await rekey[Symbol.asyncDispose]();
  });

  async function start(name: string): Promise<User> {
    const { user, key } = await rekey.user(name);
    const place = { connectionId: connection.id };
    const { id } = await rekey.destination('secrets-manager', user, secretTarget(user.name), place);
    const keys = [{ accessKeyId: key.accessKeyId, status: 'Active', createdAt: null }] as const;
    const about = { userId: user.userId, userName: user.name, arn: user.arn };
    await startRotation(rekey.services, rekey.request(), {
      accessKeyId: key.accessKeyId,
      destinationIds: [id],
      reason: 'all of them',
      planned: { snapshot: { ...about, keys, takenAt: clock.now() }, quietMs: MIN_QUIET_MS },
      card: { kind: 'channel', channelId: 'C1' },
    });
    return user;
  }

  async function all(): Promise<readonly Rotation[]> {
    const { rotations } = rekey.services.stores.rotation;
    return rotations.page({ state: null, accountId: null, open: true }, null, MANY + 1);
  }

  async function resume(): Promise<void> {
    await Promise.all(grounds.map((ground) => resumeRotations(ground, patient)));
  }

  /** Leaps over the time in which nothing is due. */
  async function until(state: RotationState): Promise<void> {
    for (let looks = 0; looks < 200; looks += 1) {
      const busy = (await all()).filter((rotation) => rotation.state !== state);
      if (busy.length === 0) return;
      const next = Math.min(...busy.map(({ nextAt }) => nextAt ?? Infinity));
      if (next > clock.now()) clock.forward(next - clock.now());
      await resume();
    }
  }

  /** Each instance looks for what is due at its own pace; no time is leapt over, or calls would bunch. */
  async function whileTimePasses(isOver: (rotation: Rotation) => boolean): Promise<void> {
    const instance = async (ground: RotationGround): Promise<void> => {
      for (let looks = 0; looks < 100 && !(await all()).every(isOver); looks += 1) {
        await resumeRotations(ground, patient);
        await clock.sleep(LOOK_EVERY_MS);
      }
    };
    await Promise.all(grounds.map(instance));
  }

  async function states(): Promise<RotationState[]> {
    return (await all()).map(({ state }) => state);
  }

  function every<T>(value: T): T[] {
    return Array.from({ length: MANY }, () => value);
  }

  /** Does it again and again until the rest is done. Answers how long each took; ms. */
  function meanwhile(signal: AbortSignal, work: () => Promise<void>, pauseMs = 0): Promise<number[]> {
    const again = async (): Promise<number[]> => {
      const took: number[] = [];
      while (!signal.aborted) {
        const from = clock.now();
        await work();
        took.push(clock.now() - from);
        await clock.sleep(pauseMs);
      }
      return took;
    };
    const working = again();
    // Told when it is waited for, which is not yet.
    working.catch(() => undefined);
    return working;
  }

  /** A person asks who uses another key, as the confirmation of its rotation shows. */
  async function personAsks(accessKeyId: string): Promise<void> {
    const { use } = await rekey.plan(accessKeyId);
    expect(use?.completeTo).toMatchObject({ known: true });
  }

  /** All that happened lately is read, in the region where the most happens. */
  async function readAccount(): Promise<void> {
    const credentials = await credentialsOf(rekey.services, connection);
    const window = { from: clock.now() - 60_000, to: clock.now() };
    const history = rekey.services.aws.eventHistory(credentials, connection);
    for await (const page of history.pages('us-east-1', null, window, patient)) expect(page).toBeDefined();
  }

  test('stay inside the call budgets of their account, hold nobody up, and none is forgotten', async () => {
    const { key: other } = await rekey.user('other');
    const users: User[] = [];
    for (let at = 0; at < MANY; at += 1) users.push(await start(`deploy-${at}`));
    const { requests } = rekey.aws;
    requests.clear();
    await until('quiet');
    expect(await states()).toEqual(every('quiet'));
    const iam = [...requests].filter(({ service }) => service === 'iam');
    expect(iam.filter(({ errorCode }) => errorCode !== null)).toEqual([]);
    for (const ms of [10_000, 30_000]) {
      const allowed = BURST + (PER_SECOND * (ms + LATE_MS)) / SECOND_MS;
      expect(mostWithin(ms, iam)).toBeLessThanOrEqual(allowed);
    }
    for (const user of users)
      expect(statuses(user).map(([, status]) => status)).toEqual(['Active', 'Active']);
    // When nothing is due, nothing is asked.
    requests.clear();
    clock.forward(60_000);
    expect([await rekey.resume(), requests.length]).toEqual([0, 0]);

    // All of them have been silent for long enough.
    clock.forward(2 * MIN_QUIET_MS);
    const from = clock.now();
    const stop = new AbortController();
    const asking = meanwhile(stop.signal, () => personAsks(other.accessKeyId), 10_000);
    const watching = Array.from({ length: READERS }, () => meanwhile(stop.signal, readAccount));
    await whileTimePasses(({ deactivatedAt, state }) => deactivatedAt !== null || state === 'blocked');
    const tookMs = clock.now() - from;
    stop.abort();
    const asked = await asking;
    const watched = (await Promise.all(watching)).flat();
    expect([...requests].filter(({ errorCode }) => errorCode !== null)).toEqual([]);
    const lookUps = Object.entries(Object.groupBy(requests.of('LookupEvents'), ({ region }) => region ?? ''));
    expect(lookUps.filter(([, calls = []]) => calls.length < MANY)).toEqual([]);
    for (const ms of [10_000, 30_000]) {
      const allowed = 1 + (LOOK_UPS_PER_SECOND * (ms + LATE_MS)) / SECOND_MS;
      const busiest = lookUps.map(([region, calls = []]) => ({ region, most: mostWithin(ms, calls) }));
      expect(busiest.filter(({ most }) => most > allowed)).toEqual([]);
    }
    // A person goes before all who wait, and those who read the account take their turns among the rotations.
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.toSorted((one, more) => one - more)[Math.floor(asked.length / 2)]).toBeLessThan(PERSON_MS);
    expect(watched.length).toBeGreaterThan(3);
    // Nor do they keep the rotations for long.
    expect(tookMs).toBeLessThan(6 * MANY * SECOND_MS);
    await until('soaking');
    expect(await states()).toEqual(every('soaking'));
    for (const user of users)
      expect(statuses(user).map(([, status]) => status)).toEqual(['Inactive', 'Active']);
  }, 240_000);
});
