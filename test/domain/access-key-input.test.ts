import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccessKey } from '../../src/domain/access-key-input.ts';

const ID = 'AKIARZPUZDIKDUIDT77F'; // account 123456789012
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const OTHER_SECRET = 'Zk9vT2sJ8qLw1XcB4nMp7RtYu0IoPaSdFgHjKlZx';

function expectKey(rawId: string | null, rawSecret: string | null) {
  const parsed = parseAccessKey(rawId, rawSecret);
  expect(parsed).toMatchObject({ ok: true, accessKeyId: ID });
  expect(parsed.ok && parsed.secret.reveal()).toBe(SECRET);
}

function errorsOf(rawId: string | null, rawSecret: string | null) {
  const parsed = parseAccessKey(rawId, rawSecret);
  if (parsed.ok) throw new Error('was accepted');
  return parsed.errors;
}

describe('what people paste', () => {
  it.each([
    ['plain', ID, SECRET],
    ['white space', `  ${ID}\n`, `\t${SECRET} \r\n`],
    ['quotes', `"${ID}"`, `'${SECRET}'`],
    ['curly quotes and back-ticks', `“${ID}”`, `\`${SECRET}\``],
    ['zero-width, BOM and no-break spaces', `\ufeff${ID}\u200b`, `\u00a0${SECRET}\u2060\u00a0`],
    [
      'invisible characters inside',
      `AKIARZPU\u200bZDIKDUIDT77F`,
      `${SECRET.slice(0, 9)}\u00ad${SECRET.slice(9)}`,
    ],
    ['full-width letters', 'ＡＫＩＡＲＺＰＵＺＤＩＫＤＵＩＤＴ７７Ｆ', SECRET],
    ['an id in small letters', ID.toLowerCase(), SECRET],
    ['swapped', SECRET, ID],
    ['a csv line in the first field', `${ID},${SECRET}`, ''],
    ['a csv line in the second field', null, `${ID},${SECRET}`],
    ['the csv file in the first', `\ufeffAccess key ID,Secret access key\r\n${ID},${SECRET}\r\n`, null],
    [
      'the csv file in both',
      `Access key ID,Secret access key\n${ID},${SECRET}`,
      `Access key ID,Secret access key\n${ID},${SECRET}`,
    ],
    ['the csv with a user', `User name,Access key ID,Secret access key\nbilling-bot,${ID},${SECRET}`, ''],
    [
      'the csv of a new user',
      `User name,Password,Access key ID,Secret access key,Console login link\nann,,${ID},${SECRET},https://123456789012.signin.aws.amazon.com/console`,
      '',
    ],
    ['the line in one field, the secret in the other', `${ID},${SECRET}`, SECRET],
    ['export lines', `export AWS_ACCESS_KEY_ID=${ID}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}`, ''],
    [
      'export lines, each in its field',
      `export AWS_ACCESS_KEY_ID="${ID}"`,
      `export AWS_SECRET_ACCESS_KEY="${SECRET}"`,
    ],
    ['PowerShell lines', `$Env:AWS_ACCESS_KEY_ID="${ID}"`, `$Env:AWS_SECRET_ACCESS_KEY="${SECRET}"`],
    ['a profile', `[default]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`, null],
    [
      'JSON with escaped slashes',
      `{"AccessKeyId":"${ID}","SecretAccessKey":"${SECRET.replaceAll('/', '\\/')}"}`,
      '',
    ],
    ['rootkey.csv of old', `AWSAccessKeyId=${ID}\nAWSSecretKey=${SECRET}`, null],
    ['labels with colons', `Access key ID: ${ID}`, `Secret access key: ${SECRET}`],
    [
      'JSON of create-access-key',
      JSON.stringify(
        {
          AccessKey: {
            UserName: 'a',
            AccessKeyId: ID,
            Status: 'Active',
            SecretAccessKey: SECRET,
            CreateDate: '2026-01-01T00:00:00Z',
          },
        },
        null,
        4,
      ),
      '',
    ],
  ])('%s', (_how, rawId, rawSecret) => {
    expectKey(rawId, rawSecret);
  });

  it('survives any wrapping of white space, quotes and invisible characters', () => {
    const wrap = fc
      .array(fc.constantFrom(' ', '\t', '\n', '"', "'", '`', '\u00a0', '\u200b', '\ufeff', '\u2003'), {
        maxLength: 6,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(wrap, wrap, wrap, wrap, fc.boolean(), (a, b, c, d, swapped) => {
        const first = a + ID + b;
        const second = c + SECRET + d;
        if (swapped) expectKey(second, first);
        else expectKey(first, second);
      }),
    );
  });

  it('finds any pair of the right alphabet in a csv line', () => {
    const letters = (alphabet: string, length: number) =>
      fc
        .array(fc.constantFrom(...Array.from(alphabet)), { minLength: length, maxLength: length })
        .map((all) => all.join(''));
    const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const base64 = `${base32}abcdefghijklmnopqrstuvwxyz0189/+`;
    fc.assert(
      fc.property(letters(base32, 16), letters(base64, 40), (tail, secret) => {
        const parsed = parseAccessKey(`AKIA${tail},${secret}`, '');
        expect(parsed.ok && [parsed.accessKeyId, parsed.secret.reveal()]).toEqual([`AKIA${tail}`, secret]);
      }),
    );
  });

  it('never throws and never repeats what was typed', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        ID,
        SECRET,
        OTHER_SECRET,
        SECRET.slice(0, 39),
        `${SECRET}=`,
        'AIDARZPUZDIKDUIDT77F',
        ',',
        ' ',
        '=',
      ),
    );
    const text = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (rawId, rawSecret) => {
        const parsed = parseAccessKey(rawId, rawSecret);
        const said = JSON.stringify(parsed);
        for (const typed of [SECRET, OTHER_SECRET, SECRET.slice(0, 20), OTHER_SECRET.slice(0, 20)]) {
          expect(said).not.toContain(typed);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what cannot be a key', () => {
  it.each([
    ['', SECRET, 'accessKeyId', /^Paste the access key ID/],
    [ID, '', 'secretAccessKey', /^Paste the secret access key. It has 40/],
    ['ASIAQNZGKIQY56JQ7WML', SECRET, 'accessKeyId', /temporary.*session token.*long-term key.*IAM role/],
    ['AIDAQNZGKIQY56JQ7WML', SECRET, 'accessKeyId', /AIDA… is the unique ID of a user, not an access key/],
    ['AROAQNZGKIQY56JQ7WML', SECRET, 'accessKeyId', /the unique ID of a role/],
    [ID.slice(0, 18), SECRET, 'accessKeyId', /20 characters; this has 18/],
    [`${ID}XX`, SECRET, 'accessKeyId', /20 characters; this has 22/],
    ['AKIARZPUZDIK-UIDT77F', SECRET, 'accessKeyId', /letters and digits only/],
    ['12345678901234567890', SECRET, 'accessKeyId', /begins with AKIA; this does not/],
    ['my-key', SECRET, 'accessKeyId', /not an access key ID \(6 characters\)/],
    ['arn:aws:iam::123456789012:user/ann', SECRET, 'accessKeyId', /no access key ID in this text/],
    [`${ID} AKIASP2TPHJSQH3FJRUX`, SECRET, 'accessKeyId', /more than one access key/],
    [SECRET, '', 'accessKeyId', /looks like the secret access key/],
    [SECRET, OTHER_SECRET, 'accessKeyId', /looks like the secret access key/],
    [ID, 'AKIASP2TPHJSQH3FJRUX', 'secretAccessKey', /This is the access key ID, not the secret/],
    [ID, ID, 'secretAccessKey', /This is the access key ID, not the secret/],
    [ID, SECRET.slice(0, 39), 'secretAccessKey', /40 characters; this has 39/],
    [ID, `${SECRET}x`, 'secretAccessKey', /40 characters; this has 41/],
    [ID, `${SECRET.slice(0, 20)} ${SECRET.slice(20)}`, 'secretAccessKey', /white space inside the secret/],
    [
      ID,
      `${SECRET.slice(0, 20)} ${SECRET.slice(21)}`,
      'secretAccessKey',
      /this has 39 and white space among them/,
    ],
    [ID, `${SECRET.slice(0, 39)}-`, 'secretAccessKey', /only letters, digits, \/ and \+/],
    [ID, '*'.repeat(40), 'secretAccessKey', /stars/],
    [ID, 'IQoJb3JpZ2luX2VjE'.repeat(12), 'secretAccessKey', /as a session token has/],
    [ID, `${SECRET} ${OTHER_SECRET}`, 'secretAccessKey', /More than one word/],
    [`${ID},${OTHER_SECRET}`, SECRET, 'secretAccessKey', /different secrets/],
    [ID, `AKIASP2TPHJSQH3FJRUX,${SECRET}`, 'accessKeyId', /different access keys/],
    [`${ID},${SECRET}`, 'oops', 'secretAccessKey', /this has 4/],
  ] as const)('%#', (rawId, rawSecret, field, words) => {
    expect(errorsOf(rawId, rawSecret)[field]).toMatch(words);
  });

  it('says both when both are wrong', () => {
    expect(Object.keys(errorsOf('', ''))).toEqual(['accessKeyId', 'secretAccessKey']);
  });
});
