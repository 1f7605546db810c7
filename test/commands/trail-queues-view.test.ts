import { expect, it } from 'vitest';
import { queueView } from '../../commands/modals/trail-queues-view.ts';
import { trailFile, trailQueue } from '../db/trail-samples.ts';

it('counts what does not fit of what was set aside, too', () => {
  const aside = Array.from({ length: 10 }, () =>
    trailFile({ key: 'k'.repeat(300), reason: 'r'.repeat(300), state: 'aside' }),
  );
  const left = { waiting: 0, oldestDueAt: null, aside: 60, failing: null };
  const view = queueView({ queue: trailQueue(), connection: null, left, accounts: [], aside }, null);
  const [, lines = '', more] =
    /\*Set aside\*((?:\\n• [^\\]+)+)\\nand (\d+) more/.exec(JSON.stringify(view)) ?? [];
  const shown = lines.split('• ').length - 1;
  expect(shown).toBeGreaterThan(2);
  expect(shown).toBeLessThan(10);
  expect(Number(more)).toBe(60 - shown);
});
