import { describe, expect, it } from 'vitest';
import { keyIn } from '../../commands/deactivate.ts';

const KEY = 'AKIAY34FZKBOKMUTVV7A';
const SECRET = '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';

describe('the key in what was pasted', () => {
  it.each([
    [KEY, ''],
    [`  ${KEY.toLowerCase()}  `, ''],
    [`${KEY} seen on a paste site`, 'seen on a paste site'],
    [`${KEY}: seen  abroad`, 'seen abroad'],
    [`“${KEY}”`, ''],
    [`aws_access_key_id = ${KEY}`, ''],
    [`please look at ${KEY}, it leaks`, ''],
    [`https://x.example/?AWSAccessKeyId=${KEY}&amp;Signature=1`, ''],
    [`${KEY} ${'x '.repeat(400)}`, ''],
    [`${KEY} and again ${KEY}`, `and again ${KEY}`],
  ])('is found in %j', (text, reason) => {
    expect(keyIn(text)).toEqual({ accessKeyId: KEY, reason, secretSeen: false });
  });

  it('is taken without the secret beside it', () => {
    for (const text of [`${KEY},${SECRET}`, `${KEY} ${SECRET}`]) {
      expect(keyIn(text)).toEqual({ accessKeyId: KEY, reason: '', secretSeen: true });
    }
  });

  it.each([
    ['', 'no access key ID'],
    ['AKIASHORT', 'no access key ID'],
    [`X${KEY}`, 'no access key ID'],
    ['AIDAY34FZKBOKMUTVV7A', 'no access key ID'],
    ['ASIAY34FZKBOKMUTVV7A', 'temporary key'],
    [`${KEY} AKIAQNZGKIQY56JQ7WML`, '2 access key IDs'],
  ])('is refused in %j', (text, words) => {
    expect(() => keyIn(text)).toThrow(words);
  });
});
