import { ALICE, call } from '../example.ts';
import type { Rule } from '../rule.ts';

/** A break-glass key was used. */
export const breakGlassKeyUsed: Rule = {
  id: 'break-glass-key-used',
  title: 'A break-glass key was used',
  family: 'new for this key',
  severity: 'high',
  technique: 'T1078.004',
  whatToDo: 'Make sure that somebody on call used it, and why.',
  falseAlarms: 'Emergencies, which it is for.',
  actions: [],
  triggers: ['noted'],
  always: true,
  judge(event, about) {
    if (about.note?.kind !== 'break_glass') return null;
    return {
      facts: { address: event.address?.text ?? null, call: event.call.action },
      of: event.address?.text ?? '',
    };
  },
  examples: () => ({
    fires: [
      { why: 'any call', note: { kind: 'break_glass', replacedAt: null }, records: [call('iam:ListUsers')] },
      {
        why: 'what a service does on its behalf',
        note: { kind: 'break_glass', replacedAt: null },
        records: [
          call('kms:Decrypt', {
            by: { ...ALICE, invokedBy: 's3.amazonaws.com' },
            from: 's3.amazonaws.com',
            agent: 's3.amazonaws.com',
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'an ordinary key',
        note: { kind: 'ordinary', replacedAt: null },
        records: [call('iam:ListUsers')],
      },
    ],
  }),
};
