import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { afterEach, describe, test } from 'vitest';
import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import type { User } from '../../sandbox/aws/world.ts';
import { isFinal } from '../../src/domain/rotation.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { publishedWebhookKeys } from '../../src/handlers/webhook-keys.ts';
import { decide, undo, writesOf } from '../../src/rotation/decide.ts';
import { Receiver } from '../destinations/receiver.ts';
import { FileClock } from '../support/file-clock.ts';
import { Instance } from '../support/instances.ts';
import { Planted } from '../support/planted-rotation.ts';
import { Scene, type EngineName } from '../support/rekey.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Longer than a lease of a rotation, and than lists lag. */
const LATER_MS = 125_000;
/** Longer than events take to appear. */
const SETTLED_MS = 40 * 60_000;
const HANG: FaultEffect = { kind: 'hang' };
const LOST: FaultEffect = { kind: 'drop-after' };

/** The calls Rekey is killed at, in the order in which a rotation makes them: before AWS did them, and after. */
const DEATHS: readonly (readonly [action: string, effect: FaultEffect, state: Rotation['state']])[] = [
  ['GetUser', HANG, 'planned'],
  ['CreateAccessKey', HANG, 'creating'],
  ['CreateAccessKey', LOST, 'creating'],
  ['UpdateAccessKey', LOST, 'creating'],
  ['DeleteAccessKey', HANG, 'creating'],
  ['GetCallerIdentity', HANG, 'verifying'],
  ['CreateSecret', HANG, 'delivering'],
  ['CreateSecret', LOST, 'delivering'],
  ['hook', HANG, 'cutover'],
  ['UpdateAccessKey', HANG, 'quiet'],
  ['UpdateAccessKey', LOST, 'quiet'],
  ['ListAccessKeys', HANG, 'deactivated'],
  ['DeleteAccessKey', HANG, 'soaking'],
  ['DeleteAccessKey', LOST, 'soaking'],
  ['UntagUser', HANG, 'deleted'],
];

let scene: Scene | null = null;
let living: Instance | null = null;
let receiver: Receiver | null = null;

afterEach(async () => {
  await living?.kill();
  await receiver?.[Symbol.asyncDispose]();
  await scene?.strike();
  [living, receiver, scene] = [null, null, null];
});

describe('a rotation under SIGKILL, over HTTP', { timeout: 600_000 }, () => {
  test.each(['sqlite', 'postgres'] as const)('at every state ends with one new key: %s', async (engine) => {
    const life = await begin(engine);
    for (const [action, effect, state] of DEATHS) await life.dieAt(action, effect, state);
    const done = await life.toTheEnd();
    equal(done.state, 'done');
    deepEqual(life.keys(), [[done.newKeyId, 'Active']]);
    equal(
      done.orphans.every(({ deletedAt }) => deletedAt !== null),
      true,
    );
  });

  test.each(['sqlite', 'postgres'] as const)(
    'while it is taken back ends as it began: %s',
    async (engine) => {
      const life = await begin(engine, { holdsOldKey: true });
      await life.reach('quiet');
      await life.decide((rotation, at) => undo(rotation, { by: 'U3', at }));
      await life.dieAt('UpdateSecretVersionStage', HANG, 'undoing');
      await life.dieAt('UpdateAccessKey', LOST, 'undoing');
      await life.dieAt('DeleteAccessKey', LOST, 'undoing');
      const undone = await life.toTheEnd();
      equal(undone.state, 'undone');
      deepEqual(life.keys(), [[life.planted.key.accessKeyId, 'Active']]);
      equal(life.held()['AWS_ACCESS_KEY_ID'], life.planted.key.accessKeyId);
    },
  );
});

async function begin(engine: EngineName, options: { holdsOldKey?: boolean } = {}): Promise<Life> {
  const file = join(temporaryFolder(), 'ahead');
  writeFileSync(file, '0');
  const clock = new FileClock(file);
  scene = await Scene.set('http', engine, clock);
  scene.environment['REKEY_PRIVATE_WEBHOOKS'] = '127.0.0.1';
  const planted = await Planted.set(scene, clock, options);
  const keys = await publishedWebhookKeys(planted.keeping);
  receiver = await Receiver.start(
    () => keys.map(({ publicKey }) => publicKey),
    () => clock.now(),
  );
  await planted.begin(options.holdsOldKey === true ? null : receiver.url);
  return new Life(scene, clock, planted, engine);
}

/** A rotation whose processes are killed, and started again, with time put forward between their lives. */
class Life {
  readonly planted: Planted;
  readonly #scene: Scene;
  readonly #clock: FileClock;

  /** The queue of PostgreSQL knows PostgreSQL's time only: there, what comes later is done by the next life. */
  readonly #restarts: boolean;

  constructor(here: Scene, clock: FileClock, planted: Planted, engine: EngineName) {
    this.#restarts = engine === 'postgres';
    this.#scene = here;
    this.#clock = clock;
    this.planted = planted;
  }

  get user(): User {
    return this.planted.user;
  }

  keys(): [string, string][] {
    return this.user.keys.existing().map(({ accessKeyId, currentStatus }) => [accessKeyId, currentStatus]);
  }

  held(): Record<string, string> {
    return this.planted.held();
  }

  /** Lives until Rekey waits for this answer in this state; then it is killed. */
  async dieAt(action: string, effect: FaultEffect, state: Rotation['state']): Promise<void> {
    const came = this.#arm(action, effect, state);
    for (let lives = 0; !came(); lives += 1) {
      if (lives > 12) throw new Error(`${action} in ${state} never came: ${await this.planted.told()}`);
      await this.#forward();
      living = await Instance.start(this.#scene, { REKEY_TEST_CLOCK: this.#clock.file });
      await this.#until(came);
      await living.kill();
    }
    this.#scene.aws.faults.clear();
    if (receiver !== null) receiver.interfere = healthy;
    equal((await this.planted.now()).state, state, await this.planted.told());
    await this.check();
    this.#clock.forward(LATER_MS);
  }

  /** Arms what Rekey is to be killed at; answers whether it came. */
  #arm(action: string, effect: FaultEffect, state: Rotation['state']): () => boolean {
    if (action !== 'hook') {
      const rule = { action, effect, times: 1, ...this.planted.strikesIn(state, action) };
      const fault = this.#scene.aws.faults.add(rule);
      return () => fault.fired > 0;
    }
    let struck = false;
    if (receiver === null) throw new Error('There is no receiver.');
    receiver.interfere = ({ type }) => {
      if (type !== 'access_key.redeploy') return null;
      struck = true;
      return 'hang-up';
    };
    return () => struck;
  }

  /** Until that came, or there is nothing to do any more for now. */
  async #until(came: () => boolean, look: () => Promise<void> = async () => undefined): Promise<void> {
    const until = Date.now() + 40_000;
    while (Date.now() < until) {
      await look();
      if (came()) return;
      const { nextAt, leaseUntil } = await this.planted.now();
      const now = this.#clock.now();
      if (leaseUntil <= now && (nextAt === null || nextAt > now + 5_000)) {
        if (this.#restarts || (await this.#hasEnded())) return;
        await this.#forward();
      }
      await sleep(20);
    }
    throw new Error(`It stands still: ${await this.planted.told()}`);
  }

  async #hasEnded(): Promise<boolean> {
    return isFinal((await this.planted.now()).state);
  }

  /** To when it has something to do next; a person answers what is asked. */
  async #forward(): Promise<void> {
    const rotation = await this.planted.now();
    if (rotation.block?.code === 'needs_approval') {
      await this.decide((now, at) => decide(now, 'approve', { by: 'U2', at }));
      return;
    }
    if (rotation.block !== null) throw new Error(`It is blocked: ${await this.planted.told()}`);
    const wait = Math.max(0, (rotation.nextAt ?? 0) - this.#clock.now());
    // Where each look takes a life, it comes when CloudTrail has settled.
    this.#clock.forward(wait > 0 && this.#restarts ? wait + SETTLED_MS : wait);
  }

  async decide(change: (rotation: Rotation, at: number) => Rotation): Promise<void> {
    const { stores } = this.planted;
    const next = change(await this.planted.now(), this.#clock.now());
    await stores.atomically(writesOf(stores, next));
  }

  async reach(state: Rotation['state']): Promise<Rotation> {
    if (receiver !== null) receiver.interfere = healthy;
    for (let lives = 0; lives < 20; lives += 1) {
      const now = await this.planted.now();
      if (now.state === state || isFinal(now.state)) return now;
      await this.#forward();
      living = await Instance.start(this.#scene, { REKEY_TEST_CLOCK: this.#clock.file });
      let there = false;
      const looks = async () => {
        there = (await this.planted.now()).state === state;
      };
      await this.#until(() => there, looks);
      await living.kill();
      // Its lease may stand.
      this.#clock.forward(LATER_MS);
    }
    throw new Error(`It does not come to ${state}: ${await this.planted.told()}`);
  }

  toTheEnd(): Promise<Rotation> {
    return this.reach('done');
  }

  /** What must hold at every moment: the consumer has a working key, and there is no more than one too many. */
  async check(): Promise<void> {
    const { accessKeyId, secret } = this.planted.consumerKey();
    const found = this.#scene.aws.world.findKey(accessKeyId)?.key;
    const told = await this.planted.told();
    equal(found?.currentStatus, 'Active', told);
    equal(found?.secretAccessKey, secret, told);
    ok(this.keys().length <= 2, told);
  }
}

function healthy({ type }: { readonly type: string }) {
  return type === 'access_key.redeploy' ? { status: 200, body: '{"status":"healthy"}' } : null;
}
