import { call } from '../example.ts';
import type { Rule } from '../rule.ts';

/** A decoy key was used. */
export const decoyKeyUsed: Rule = {
  id: 'decoy-key-used',
  title: 'A decoy key was used',
  family: 'new for this key',
  severity: 'critical',
  technique: 'T1078.004',
  whatToDo: 'Somebody was where the decoy lay: look there, and treat everything beside it as stolen.',
  falseAlarms: 'Somebody who tests the decoy.',
  actions: [],
  triggers: ['noted'],
  always: true,
  judge(event, about) {
    if (about.note?.kind !== 'decoy' || event.byService) return null;
    return {
      facts: {
        address: event.address?.text ?? null,
        'user agent': event.agent.text,
        call: event.call.action,
      },
      of: event.address?.text ?? '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'any call',
        note: { kind: 'decoy', replacedAt: null },
        records: [call('sts:GetCallerIdentity')],
      },
    ],
    quiet: [
      {
        why: 'an ordinary key',
        note: { kind: 'ordinary', replacedAt: null },
        records: [call('sts:GetCallerIdentity')],
      },
    ],
  }),
};
