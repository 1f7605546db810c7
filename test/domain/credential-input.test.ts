import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccessKey } from '../../src/domain/access-key-input.ts';
import {
  parseConnectFields,
  parseConnectionName,
  parseCredentials,
  parseDescription,
} from '../../src/domain/credential-input.ts';

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

describe('names and descriptions', () => {
  it.each([
    [' Billing  production ', 'Billing production'],
    ['a', 'a'],
    ['東京', '東京'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['bil\u200bling', 'billing'],
  ])('takes %j', (raw, name) => {
    expect(parseConnectionName(raw)).toEqual({ ok: true, value: name });
  });

  it.each([
    ['', /Give the connection a name/],
    [' \u200b ', /Give the connection a name/],
    ['x'.repeat(61), /at most 60 characters; this has 61/],
    ['a\u0007b', /control characters/],
    ['---', /at least one letter or digit/],
    ['🔑', /at least one letter or digit/],
    [`key ${SECRET}`, /seems to hold a secret/],
    [`secret-${SECRET}!`, /seems to hold a secret/],
    ['QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOpAsDf', /seems to hold a secret/],
  ])('refuses %j', (raw, words) => {
    const parsed = parseConnectionName(raw);
    expect(parsed.ok ? '' : parsed.error).toMatch(words);
  });

  it('limits the description and keeps secrets out of it', () => {
    expect(parseDescription('x'.repeat(500)).ok).toBe(true);
    expect(parseDescription(null)).toEqual({ ok: true, value: '' });
    expect(parseDescription('x'.repeat(501))).toMatchObject({ ok: false });
    expect(parseDescription(`aws_secret_access_key=${SECRET}`)).toMatchObject({ ok: false });
    expect(parseDescription('built from 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12').ok).toBe(true);
  });
});

describe('the whole form', () => {
  const raw = {
    name: 'Billing',
    description: '',
    accountId: '1234-5678-9012',
    region: 'eu-central-1',
    accessKeyId: ID,
    secretAccessKey: SECRET,
  };

  it('gives values', () => {
    const parsed = parseConnectFields(raw, 'access_key');
    expect(parsed).toMatchObject({
      ok: true,
      value: { name: 'Billing', description: '', accountId: '123456789012', region: 'eu-central-1' },
    });
    expect(JSON.stringify(parsed)).not.toContain(SECRET);
  });

  it('finds a foreign account without a call', () => {
    const parsed = parseConnectFields({ ...raw, accountId: '210987654321' }, 'access_key');
    expect(parsed).toMatchObject({
      ok: false,
      errors: { accountId: expect.stringMatching(/1234-5678-9012, not 2109-8765-4321/) },
    });
  });

  it('leaves an account that the id does not hold to the check', () => {
    const parsed = parseConnectFields(
      { ...raw, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', accountId: '210987654321' },
      'access_key',
    );
    expect(parsed.ok).toBe(true);
  });

  it('finds a canary without a call', () => {
    const parsed = parseCredentials(
      { accessKeyId: 'AKIASP2TPHJSQH3FJRUX', secretAccessKey: SECRET },
      'access_key',
    );
    expect(parsed).toMatchObject({
      ok: false,
      errors: { accessKeyId: expect.stringMatching(/Thinkst Canary/) },
    });
    const role = parseCredentials({ roleArn: 'arn:aws:iam::171436882533:role/x' }, 'role');
    expect(role).toMatchObject({ ok: false, errors: { roleArn: expect.stringMatching(/Thinkst Canary/) } });
  });

  it('shows all errors at once', () => {
    const parsed = parseConnectFields({ name: '!', accountId: '12', region: 'x', roleArn: 'y' }, 'role');
    expect(Object.keys(parsed.ok ? {} : parsed.errors)).toEqual(['name', 'accountId', 'region', 'roleArn']);
  });

  it('compares a role with account and region', () => {
    const role = { name: 'R', roleArn: 'arn:aws-cn:iam::123456789012:role/Rekey' };
    expect(parseConnectFields({ ...role, region: 'cn-north-1', accountId: '123456789012' }, 'role').ok).toBe(
      true,
    );
    expect(
      parseConnectFields({ ...role, region: 'eu-west-1', accountId: '210987654321' }, 'role'),
    ).toMatchObject({
      ok: false,
      errors: { region: expect.stringMatching(/aws-cn/), accountId: expect.stringMatching(/2109-8765-4321/) },
    });
  });

  it('ignores the fields of the other method', () => {
    const parsed = parseConnectFields({ ...raw, roleArn: 'nonsense' }, 'access_key');
    expect(parsed.ok).toBe(true);
  });
});
