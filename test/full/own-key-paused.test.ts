import { afterEach, expect, test } from 'vitest';
import type { OpenStores } from '../../db/open.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { OWN_PLACE_ID, type Rotation } from '../../src/domain/rotation.ts';
import { Secret } from '../../src/domain/secret.ts';
import { isConflict } from '../../src/errors.ts';
import { blank, waiting } from '../../src/handlers/rotations/drawn-up.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { hurried, writesOf } from '../../src/rotation/decide.ts';
import { connection as sampleConnection } from '../db/samples.ts';
import { Instance } from '../support/instances.ts';
import { Scene } from '../support/rekey.ts';
import { verifiedFor } from '../support/rotating.ts';
import { systemClock } from '../support/system-world.ts';
import { userWith } from '../verification/bench.ts';

const BEAT_MS = 500;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function until<T>(what: string, ask: () => Promise<T | null> | T | null): Promise<T> {
  const end = Date.now() + 180_000;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`It did not come to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A connection that signs with a key of its own, in an account where it may do nothing but replace that. */
async function connected(scene: Scene, stores: OpenStores) {
  const account = scene.aws.world.addAccount({ id: '222233334444', alias: 'shop' });
  const robot = userWith(account, ['verify', 'rotate_self'], 'rekey');
  const key = robot.addKey();
  const sealer = createSealer(parseMasterKeys(scene.environment['REKEY_MASTER_KEY'] ?? ''));
  const row = { id: 's1', holderKind: 'connection', holderId: 'c1', version: 1 } as const;
  const about = { accountId: account.id, arn: robot.arn, uniqueId: robot.userId, userName: robot.name };
  const lastCheck = verifiedFor(['verify', 'rotate_self'], about);
  const box = sealer.seal(new Secret(key.secretAccessKey), sealedIdentity(row));
  await stores.atomically([
    stores.connections.insert(
      sampleConnection({ id: 'c1', ...about, accessKeyId: key.accessKeyId, lastCheck }),
    ),
    stores.secrets.insert({ ...row, box, createdAt: Date.now() }),
  ]);
  return { account, robot, oldKeyId: key.accessKeyId };
}

test('an instance that stood still is waited for, and signs with the new key alone when it wakes', async () => {
  const scene = await Scene.set('http', 'postgres');
  closing.push(() => scene.strike());
  const stores = await scene.stores();
  closing.push(() => stores.close());
  const { account, robot, oldKeyId } = await connected(scene, stores);
  const start = () => Instance.start(scene, { REKEY_TEST_BEAT_MS: String(BEAT_MS) });
  const [still, lively] = await Promise.all([start(), start()]);
  closing.push(
    () => still.kill(),
    () => lively.kill(),
  );
  const beats = () => stores.settings.startingWith('instance:');
  await until('two hearts', async () => ((await beats()).length === 2 ? true : null));
  still.pause();
  const ids = createIds(systemClock);
  const drawn = blank(
    { ids, clock: systemClock },
    {
      accountId: account.id,
      partition: 'aws',
      snapshot: {
        userId: robot.userId,
        userName: robot.name,
        arn: robot.arn,
        keys: [{ accessKeyId: oldKeyId, status: 'Active', createdAt: null }],
        takenAt: Date.now(),
      },
      oldKeyId,
      ownConnectionId: 'c1',
      deliveries: [waiting(OWN_PLACE_ID, 'none')],
      requestedBy: 'U1',
      quietMs: MIN_QUIET_MS,
    },
  );
  await stores.atomically([stores.rotation.rotations.insert(drawn)]);
  const now = async (): Promise<Rotation> => (await stores.rotation.rotations.byId(drawn.id)) ?? drawn;
  const when = (what: string, there: (rotation: Rotation) => boolean) =>
    until(what, async () => {
      const rotation = await now();
      return there(rotation) ? rotation : null;
    });
  const waits = await when('handed over', ({ state }) => state === 'quiet');
  expect((await beats()).length).toBe(1);
  // A person does not wait for the silence.
  await until('hurried', async () => {
    try {
      await stores.atomically(writesOf(stores, hurried(await now(), { by: 'U2', at: Date.now() })));
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      return null;
    }
  });
  await when('old key Inactive', ({ deactivatedAt }) => deactivatedAt !== null);
  scene.aws.requests.clear();
  still.resume();
  await until('it notices', () => (still.output.includes('the others took it for dead') ? true : null));
  const told = await until('both sign with the new one', async () => {
    const all = (await beats()).map(({ value }) => value);
    return all.length === 2 && all.every((each) => each.includes(waits.newKeyId ?? 'none')) ? all : null;
  });
  expect(told).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, 10 * BEAT_MS));
  expect([...scene.aws.requests].filter(({ accessKeyId }) => accessKeyId === oldKeyId)).toEqual([]);
  expect((await now()).block).toBeNull();
}, 300_000);
