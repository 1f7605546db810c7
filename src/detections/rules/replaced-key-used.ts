import { call, ordinary } from '../example.ts';
import { isStrange } from '../novelty.ts';
import type { Rule } from '../rule.ts';

/** A key that was replaced is used from somewhere new. */
export const replacedKeyUsed: Rule = {
  id: 'replaced-key-used',
  title: 'A key that was replaced is used from somewhere new',
  family: 'new for this key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner which program still has it. Everybody who should know was told that it is over.',
  falseAlarms: 'A program that was forgotten in the rotation; it comes from where it always came.',
  actions: [],
  triggers: ['noted'],
  always: true,
  judge(event, about) {
    const { note, novelty } = about;
    const since = note?.replacedAt ?? null;
    if (since === null || about.now < since || event.byService || !isStrange(novelty)) return null;
    return {
      facts: { address: event.address?.text ?? null, program: event.agent.family },
      of: event.address?.prefix ?? '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'from a new network',
        note: { kind: 'ordinary', replacedAt: 1_700_000_000_000 },
        learned: ordinary(1),
        records: [call('s3:GetObject', { from: '192.0.2.44' })],
      },
    ],
    quiet: [
      {
        why: 'from where it always came',
        note: { kind: 'ordinary', replacedAt: 1_700_000_000_000 },
        learned: ordinary(1),
        records: [call('s3:GetObject', { agent: 'Boto3/1.38.0' })],
      },
    ],
  }),
};
