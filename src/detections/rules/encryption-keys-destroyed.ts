import { call } from '../example.ts';
import { flagAt, textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Encryption keys disabled or set to be deleted. */
export const encryptionKeysDestroyed: Rule = {
  id: 'encryption-keys-destroyed',
  title: 'Encryption keys disabled or set to be deleted',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1485',
  whatToDo: 'Cancel the deletion now: without the key, all it encrypted is lost.',
  falseAlarms: 'Cleaning up keys that are not used.',
  actions: [
    'kms:ScheduleKeyDeletion',
    'kms:DisableKey',
    'kms:DeleteImportedKeyMaterial',
    'kms:DeleteCustomKeyStore',
    'kms:DisconnectCustomKeyStore',
    'kms:PutKeyPolicy',
  ],
  judge(event, about) {
    // Its own people are locked out only when AWS is told not to check.
    if (event.call.name === 'PutKeyPolicy' && flagAt(event.asked, 'bypassPolicyLockoutSafetyCheck') !== true)
      return null;
    const { recent } = about.profile;
    const key = textAt(event.asked, 'keyId') ?? event.id;
    recent.note('destroyed keys', key, about.now, about.now);
    const keys = recent.since('destroyed keys', about.now - HOUR).length;
    return {
      severity: keys >= 3 || event.call.name === 'DeleteImportedKeyMaterial' ? 'high' : 'medium',
      facts: { call: event.call.name, key },
      of: key,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key is to go',
        records: [call('kms:ScheduleKeyDeletion', { asked: { keyId: 'k', pendingWindowInDays: 7 } })],
      },
    ],
    quiet: [
      {
        why: 'the deletion is cancelled',
        records: [call('kms:CancelKeyDeletion', { asked: { keyId: 'k' } })],
      },
    ],
  }),
};
