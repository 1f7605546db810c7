import { expect, it } from 'vitest';
import { fight } from '../handlers/adversary.ts';

const TEN_MINUTES = 600_000;

// Another seed can be tried: REKEY_SEED=7 npm run test:full
const seeds = [Number(process.env['REKEY_SEED'] ?? 11), 12];

it.each(seeds)(
  'is held against an adversary for ten minutes, seed %i',
  async (seed) => {
    const { acts } = await fight(seed, { ms: TEN_MINUTES, undoAfter: null });
    expect(acts).toBeGreaterThan(1_000);
  },
  300_000,
);

it.each(seeds)(
  'lets an Undo win within one tick against an adversary, seed %i',
  async (seed) => {
    const undoAfter = 60_000 + (seed % 7) * 30_000;
    await fight(seed, { ms: undoAfter + 60_000, undoAfter });
  },
  300_000,
);
