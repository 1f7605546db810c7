import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Encryption key brought from outside. */
export const encryptionKeyBrought: Rule = {
  id: 'encryption-key-brought',
  title: 'Encryption key brought from outside',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1486',
  whatToDo:
    'Find out who holds the key outside of AWS, and what is encrypted with it since: whoever takes it back takes the data.',
  falseAlarms: 'Companies that keep their keys themselves.',
  actions: ['kms:CreateKey', 'kms:ImportKeyMaterial', 'kms:CreateCustomKeyStore', 'kms:UpdateCustomKeyStore'],
  judge(event) {
    const { asked, call: api } = event;
    if (api.name === 'CreateKey' && !/^EXTERNAL/.test(textAt(asked, 'origin') ?? '')) return null;
    const key = textAt(asked, 'keyId') ?? textAt(asked, 'customKeyStoreName');
    return {
      facts: { call: api.name, key, origin: textAt(asked, 'origin') },
      of: `${api.name} ${key ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key whose material is elsewhere',
        records: [call('kms:CreateKey', { asked: { origin: 'EXTERNAL' } })],
      },
      { why: 'its material', records: [call('kms:ImportKeyMaterial', { asked: { keyId: 'k' } })] },
    ],
    quiet: [
      { why: 'a key of AWS', records: [call('kms:CreateKey', { asked: { origin: 'AWS_KMS' } })] },
      { why: 'a key as usual', records: [call('kms:CreateKey', { asked: {} })] },
    ],
  }),
};
