import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import { BRISK } from '../../src/rotation/longest-wait.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { rotation } from './rotation-samples.ts';

const ENDED = 5_000;
const BATCH = 250;
const TRIES = 7;
/** Long enough that reading a row is not free. */
const REASON = 'because it is old '.repeat(60);

/** The quickest of some tries; ms. */
async function quickest(read: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const from = performance.now();
    await read();
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}

test('what is asked again and again of open rotations does not read those that have ended', async () => {
  const url = `file:${join(temporaryFolder(), 'rekey.db')}`;
  const stores = await openStores({ url, exclusive: false, clock: systemClock, log: recordingLog() });
  const { rotations } = stores.rotation;
  for (let from = 0; from < ENDED; from += BATCH) {
    const ended = { state: 'done', nextAt: null, endedAt: 9, reason: REASON } as const;
    await stores.atomically(
      Array.from({ length: BATCH }, (_, at) =>
        rotations.insert(rotation({ id: `r${from + at}`, createdAt: from + at, ...ended })),
      ),
    );
  }
  await stores.atomically([
    rotations.insert(rotation({ id: 'open', state: 'blocked', nextAt: null, ownConnectionId: 'c1' })),
  ]);
  const all = await quickest(() => rotations.page({ state: 'quiet', accountId: null, open: false }, null, 9));
  const blocked = { state: 'blocked', accountId: null, open: true } as const;
  const asked = {
    beat: await quickest(() => rotations.openOwn()),
    metrics: await quickest(() => rotations.countByState()),
    schedule: await quickest(() => rotations.openOfAccount('123456789012')),
    home: await quickest(() => rotations.page(blocked, null, 50)),
    look: await quickest(() => rotations.due(5, 50)),
    strayed: await quickest(() => rotations.dueAfter(BRISK, 1_000, 2_000, 50)),
  };
  const slow = Object.entries(asked).filter(([, ms]) => ms >= all / 2);
  expect(slow).toEqual([]);
  expect(await rotations.openOwn()).toHaveLength(1);
  expect(await rotations.openOfAccount('123456789012')).toHaveLength(1);
  await stores.close();
});
