import { describe, expect, test } from 'vitest';
import { seedOfRun } from '../support/seed.ts';
import { simulate } from './simulation.ts';

const seed = seedOfRun();

describe(`two weeks in which processes die and Slack is in trouble, SEED=${seed}`, () => {
  test.each([
    ['sqlite', true, 1],
    ['postgres', false, 2],
  ] as const)(
    'lose and repeat nothing: %s, history may be read: %s, instances: %i',
    async (engine, history, instances) => {
      const tally = await simulate({ engine, history, days: 14, seed, instances });
      expect(tally.passes).toBeGreaterThan(40);
      expect(tally.deaths).toBeGreaterThan(3);
      expect(tally.reminders).toBeGreaterThan(10);
    },
  );
});
