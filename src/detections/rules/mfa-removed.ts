import { call, ALICE_IN_CONSOLE, OWN } from '../example.ts';
import { isOnAnother, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** MFA device removed or added for a user. */
export const mfaRemoved: Rule = {
  id: 'mfa-removed',
  title: 'MFA device removed or added for a user',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1556.006',
  whatToDo: 'Ask the user whether they lost or changed their device. If not, reset their password and MFA.',
  falseAlarms: 'People who change phones; a help desk.',
  actions: [
    'iam:DeactivateMFADevice',
    'iam:DeleteVirtualMFADevice',
    'iam:EnableMFADevice',
    'iam:CreateVirtualMFADevice',
  ],
  judge(event, about) {
    const isRemoved = event.call.name.startsWith('Dea') || event.call.name.startsWith('Delete');
    const isOwn = !isRemoved && !isOnAnother(event, about);
    if (isOwn && (about.keyId === null || event.call.name === 'CreateVirtualMFADevice')) return null;
    return {
      // With a key, hardly anybody adds a device but who wants to stay.
      severity:
        isRemoved || (about.keyId !== null && event.agent.kind !== 'infrastructure') ? 'medium' : 'low',
      facts: { call: event.call.name, user: targetOf(event), device: textAt(event.asked, 'serialNumber') },
      of: textAt(event.asked, 'serialNumber'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a device is deactivated',
        records: [
          call('iam:DeactivateMFADevice', {
            asked: { userName: 'bob', serialNumber: `arn:aws:iam::${OWN}:mfa/bob` },
          }),
        ],
      },
      {
        why: 'a device is enabled for somebody else',
        records: [
          call('iam:EnableMFADevice', {
            asked: { userName: 'bob', serialNumber: `arn:aws:iam::${OWN}:mfa/x` },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'Alice adds her own in the console',
        records: [
          call('iam:EnableMFADevice', {
            asked: { userName: 'alice' },
            by: ALICE_IN_CONSOLE,
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
    ],
  }),
};
