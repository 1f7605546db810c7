import { ALICE, call } from '../example.ts';
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
    // Of what is done with data, all that a trail may show is that a service decrypted it on the key's behalf.
    if (about.note?.kind !== 'decoy') return null;
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
      {
        why: 'an object is read, of which only the decryption is seen',
        note: { kind: 'decoy', replacedAt: null },
        records: [
          call('kms:Decrypt', {
            by: { ...ALICE, invokedBy: 'AWS Internal' },
            from: 'AWS Internal',
            agent: 'AWS Internal',
          }),
        ],
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
