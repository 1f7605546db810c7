import { expect, it } from 'vitest';
import { fight } from './adversary.ts';

const MINUTE = 60_000;

it('is held against an adversary for half a minute, whose seed is 3', async () => {
  const { acts } = await fight(3, { ms: MINUTE / 2, undoAfter: null });
  expect(acts).toBeGreaterThan(50);
}, 120_000);

it('lets an Undo win within one tick against an adversary, whose seed is 4', async () => {
  await fight(4, { ms: MINUTE / 2, undoAfter: MINUTE / 4 });
}, 120_000);
