import { describe, expect, test } from 'vitest';
import { simulate } from '../keys/simulation.ts';
import { seedOfRun } from '../support/seed.ts';

const seed = seedOfRun();

describe(
  `ninety days in which processes die and Slack is in trouble, SEED=${seed}`,
  { timeout: 900_000 },
  () => {
    test.each([
      ['sqlite', true, 1],
      ['sqlite', false, 1],
      ['postgres', true, 2],
      ['postgres', false, 2],
    ] as const)(
      'lose and repeat nothing: %s, history may be read: %s, instances: %i',
      async (engine, history, instances) => {
        const tally = await simulate({ engine, history, days: 90, seed, instances });
        console.log(`${engine}, history ${history}: ${JSON.stringify(tally)}`);
        expect(tally.passes).toBeGreaterThan(300);
        expect(tally.deaths).toBeGreaterThan(30);
        expect(tally.reminders).toBeGreaterThan(100);
      },
    );
  },
);
