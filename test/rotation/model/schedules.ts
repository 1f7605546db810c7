import { expect, test } from 'vitest';
import type { RotationState } from '../../../src/domain/rotation.ts';
import { play } from './play.ts';

const ENDS: readonly RotationState[] = ['done', 'undone', 'blocked'];

/** `ROTATION_SEED` plays from another one; the seed of a failure is printed with it. */
export function schedules(count: number): void {
  const first = Number(process.env['ROTATION_SEED'] ?? 1);

  test(`${count} schedules of crashes, strangers and faults from seed ${first} break no promise`, async () => {
    const ends: RotationState[] = [];
    for (let seed = first; seed < first + count; seed += 1) ends.push((await play(seed)).stores.only.state);
    // They reach every kind of end: a model in which nothing ever ended well would hold every promise.
    const seldom = ENDS.filter((state) => ends.filter((end) => end === state).length <= count / 50);
    expect(seldom).toEqual([]);
  }, 600_000);
}
