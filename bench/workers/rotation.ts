// Whole rotations against AWS in the same process, their waits leapt over; and looks at open rotations of which none is due.
import { decideRotation } from '../../src/handlers/rotations/act.ts';
import { Secret } from '../../src/domain/secret.ts';
import { USE_GRANULARITY_MS } from '../../src/domain/last-use.ts';
import { SETTLE_MS } from '../../src/domain/settle.ts';
import { rotation as sample } from '../../test/db/rotation-samples.ts';
import { Rotating } from '../../test/support/rotating.ts';
import { answering } from './answering.ts';

export interface RotationQuestion {
  /** Rotations that are open and wait, while looks are timed. */
  readonly open: number;
  readonly looks: number;
}

export interface RotationAnswer {
  /** Of one rotation with one destination, from its start to its end. */
  readonly calls: number;
  /** The smallest sequence that does the same. */
  readonly least: number;
  readonly workMs: number;
  /** What it waited beyond the quiet window, the 15 minutes of last-used, CloudTrail's settling and the soak. */
  readonly waitMs: number;
  /** As many single calls as the smallest sequence has, one after the other. */
  readonly plainMs: number;
  /** One look for what is due, with none open and with many. */
  readonly lookEmptyMs: number;
  readonly lookOpenMs: number;
}

/**
 * The least that does the same, without the look-ups of CloudTrail: the user and its keys (3 calls) before each of four
 * changes and after one, room and rights at the destination (2), the changes themselves (4), three trials of the new key,
 * the write and what it holds (2), the regions (1), the last use (1) and what the destination holds (1) before the key is
 * deactivated, and again before it is deleted (2).
 */
const LEAST_CALLS = 3 * 5 + 2 + 3 + 3 + 2 + 1 + 2 + 2;

const FIELDS = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' };
const [place = ''] = process.argv.slice(2);
let made = 0;

answering(async ({ open, looks }: RotationQuestion): Promise<RotationAnswer> => {
  await using rekey = await Rotating.set('sqlite', { url: `${place}-${made}` });
  const { connection, key: signer } = await rekey.connect('Shop');
  const rotated = await rotate(rekey, connection.id);
  const { aws } = rekey.services;
  const secret = new Secret(signer.secretAccessKey);
  const sts = aws.sts({ kind: 'access_key', accessKeyId: signer.accessKeyId, secret }, 'us-east-1');
  const plainMs = await timed(async () => {
    for (let call = 0; call < rotated.least; call += 1) await sts.getCallerIdentity();
  });
  const look = async (): Promise<number> => (await timed(() => times(looks, () => rekey.resume()))) / looks;
  await look();
  const lookEmptyMs = await look();
  const { rotations } = rekey.services.stores.rotation;
  const nextAt = rekey.clock.now() + 86_400_000;
  for (let at = 0; at < open; at += 100) {
    const some = Array.from({ length: Math.min(100, open - at) }, (_, each) =>
      rotations.insert(sample({ id: `open-${at + each}`, state: 'quiet', nextAt })),
    );
    await rekey.services.stores.atomically(some);
  }
  return { ...rotated, plainMs, lookEmptyMs, lookOpenMs: await look() };
});

async function rotate(
  rekey: Rotating,
  connectionId: string,
): Promise<Pick<RotationAnswer, 'calls' | 'least' | 'workMs' | 'waitMs'>> {
  made += 1;
  const name = `deploy-${made}`;
  const { user, key } = await rekey.user(name);
  const target = { region: 'eu-central-1', name: `rekey/${name}`, mode: 'replace', fields: FIELDS };
  await rekey.destination('secrets-manager', user, { ...target, kmsKeyId: null }, { connectionId });
  const begun = await rekey.start(await rekey.plan(key.accessKeyId));
  rekey.aws.requests.clear();
  const from = rekey.clock.now();
  const workMs = await timed(async () => {
    const asks = await rekey.until(begun.id);
    const choice = { rotationId: asks.id, stateAt: asks.stateAt, choice: 'approve' } as const;
    await decideRotation(rekey.services, rekey.request('U2'), choice);
    await rekey.until(begun.id);
  });
  const ended = await rekey.rotation(begun.id);
  if (ended.state !== 'done') throw new Error(`The rotation of the bench ended ${ended.state}`);
  const names = [...rekey.aws.requests].map(({ action }) => action);
  const needed = ended.quietMs + USE_GRANULARITY_MS + SETTLE_MS + ended.soakMs;
  return {
    calls: names.length,
    least: LEAST_CALLS + names.filter((action) => action === 'LookupEvents').length,
    workMs,
    waitMs: Math.max(0, rekey.clock.now() - from - needed - workMs),
  };
}

async function times(count: number, body: () => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at += 1) await body();
}

async function timed(body: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await body();
  return performance.now() - began;
}
