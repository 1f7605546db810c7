import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** A region was switched on or off for the account. */
export const regionEnabled: Rule = {
  id: 'region-enabled',
  title: 'A region was switched on or off for the account',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1535',
  whatToDo: 'See whether anybody needs that region; switch it off again if not.',
  falseAlarms: 'Growing into a new region.',
  actions: ['account:EnableRegion', 'account:DisableRegion'],
  judge(event) {
    return {
      facts: {
        call: event.call.name,
        region: textAt(event.asked, 'RegionName') ?? textAt(event.asked, 'regionName'),
      },
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a region is enabled',
        records: [call('account:EnableRegion', { asked: { RegionName: 'af-south-1' } })],
      },
    ],
    quiet: [{ why: 'regions are listed', records: [call('account:ListRegions')] }],
  }),
};
