import { expect, it } from 'vitest';
import { fight } from '../handlers/adversary.ts';

const MINUTE = 60_000;
/** On a busy machine. */
const LONG = 900_000;

const seed = 11;

it(
  `is held against an adversary for ten minutes, whose seed is ${seed}`,
  async () => {
    const { acts } = await fight(seed, { ms: 10 * MINUTE, undoAfter: null });
    expect(acts).toBeGreaterThan(1_000);
  },
  LONG,
);

it(
  `lets an Undo win within one tick against an adversary, whose seed is ${seed + 1}`,
  async () => {
    await fight(seed + 1, { ms: 1.5 * MINUTE, undoAfter: MINUTE });
  },
  LONG,
);
