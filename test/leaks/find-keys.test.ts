import { createHash, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findHalf, findKeys, mayExposeKeys, mayHoldHalf } from '../../src/leaks/find-keys.ts';
import { textOfMessage } from '../../src/leaks/message-text.ts';

const ID = 'AKIAY34FZKBOKMUTVV7A';
const OTHER = 'AKIAQNZGKIQY56JQ7WML';
const SESSION = 'ASIAY34FZKBOKMUTVV7A';
/** Drawn at random for this test. */
const SECRET = 'q8Zr+J1vT0uYw/5nXkL2dPbG7mHcSe9RaQfV3ioM';
const SECOND = 'Lw3/xN6tB0rFz8KpYQ+hVd1sEjC5gMuA2iTvRo7X';
const NOBODY: ReadonlySet<string> = new Set();

function found(text: string, ours: ReadonlySet<string> = NOBODY): string[] {
  const { keys, secretAlone } = findKeys(text, ours);
  // The cheap look before never lets anything pass by.
  expect(mayExposeKeys(text) || (keys.length === 0 && !secretAlone)).toBe(true);
  return [...keys.map(({ accessKeyId }) => accessKeyId), ...(secretAlone ? ['secret'] : [])];
}

describe('a key that is given away', () => {
  test.each<[string, string, string[]]>([
    ['a line of the console’s .csv', `Access key ID,Secret access key\n${ID},${SECRET}`, [ID]],
    ['a profile', `[default]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}`, [ID]],
    ['exports', `export AWS_ACCESS_KEY_ID=${ID} AWS_SECRET_ACCESS_KEY="${SECRET}"`, [ID]],
    [
      'JSON',
      JSON.stringify({ AccessKey: { AccessKeyId: ID, Status: 'Active', SecretAccessKey: SECRET } }),
      [ID],
    ],
    ['JSON with escapes', `{\\"id\\":\\"${ID}\\",\\"s\\":\\"${SECRET.replaceAll('/', '\\/')}\\"}`, [ID]],
    ['two words', `${ID} ${SECRET}`, [ID]],
    ['the secret first', `secret ${SECRET} for ${ID}`, [ID]],
    ['glued together', `${ID}${SECRET}`, [ID]],
    [
      'in an address',
      `https://x.example/?key=${ID}&aws_secret_access_key=${encodeURIComponent(SECRET)}`,
      [ID],
    ],
    ['two keys', `${ID}:${SECRET}\n${OTHER}:${SECOND}`, [ID, OTHER]],
    ['one of two named keys', `instead of ${OTHER} use this one:\n${'-'.repeat(300)}\n${ID} ${SECRET}`, [ID]],
    [
      'a session',
      `AWS_ACCESS_KEY_ID=${SESSION}\nAWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_SESSION_TOKEN=IQoJ`,
      [SESSION],
    ],
    ['a secret by its name', `the aws_secret_access_key is ${SECRET}`, ['secret']],
    ['a secret by another name', `"SecretAccessKey": "${SECRET}"`, ['secret']],
    ['with its ID masked', `AKIAXXXXXXXXXXXXXXXX / AWS_SECRET_ACCESS_KEY=${SECRET}`, ['secret']],
    ['with a key of before 2019', `AKIAJNZGKIQY56JQ7WML ${SECRET}`, ['AKIAJNZGKIQY56JQ7WML']],
  ])('%s', (_, text, keys) => expect(found(text)).toEqual(keys));

  test.each<[string, string]>([
    ['an ID alone', `please rotate ${ID}, last used by deploy`],
    ['a secret without a name', `here it is: ${SECRET}`],
    ['documentation', 'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['documentation with a name', 'aws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'],
    ['a placeholder', `${ID} aws_secret_access_key=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`],
    ['a commit', `${ID} was found in ${createHash('sha1').update('x').digest('hex')}`],
    ['a commit in capitals', `${ID} ${createHash('sha1').update('y').digest('hex').toUpperCase()}`],
    ['a path', `${ID} is used in src/main/java/com/example/FooBarServiceI`],
    ['a long name', `${ID} AbstractSingletonProxyFactoryBeanManager`],
    ['a longer hash', `${ID} ${createHash('sha256').update('x').digest('base64')}`],
    [
      'a presigned address',
      `https://b.s3.amazonaws.com/${SECRET}?X-Amz-Credential=${ID}%2F20260101%2Fus-east-1%2Fs3&X-Amz-Signature=${createHash('sha256').update('z').digest('hex')}`,
    ],
    ['another service’s secret', `stripe secret key: ${SECRET}`],
    ['an example account', `AKIARZPUZDIKDUIDT77F ${SECRET}`],
  ])('is quiet about %s', (_, text) => expect(found(text)).toEqual([]));

  test.each<[string, string, string[]]>([
    ['an ID', `please rotate ${ID}, or ${OTHER}`, [ID, OTHER]],
    ['a secret', `here it is: ${SECRET}`, ['secret']],
    ['a secret by its name', `aws_secret_access_key is ${SECRET}`, ['secret']],
    ['far apart', `${ID} ${'-'.repeat(300)} ${SECRET}`, [ID, 'secret']],
    ['a whole key', `${ID} ${SECRET}; not ${OTHER}`, []],
    ['documentation', 'AKIAIOSFODNN7EXAMPLE', []],
    ['an example account', 'AKIARZPUZDIKDUIDT77F', []],
    ['a commit', createHash('sha1').update('x').digest('hex'), []],
    ['words', 'how do I deploy?', []],
  ])('knows half of a key: %s', (_, text, half) => {
    const { ids, secret } = findHalf(text, NOBODY);
    expect([...ids.map(({ accessKeyId }) => accessKeyId), ...(secret ? ['secret'] : [])]).toEqual(half);
    expect(mayHoldHalf(text) || half.length === 0).toBe(true);
  });

  test('takes a connected account for no example', () => {
    expect(found(`AKIARZPUZDIKDUIDT77F ${SECRET}`, new Set(['123456789012']))).toEqual([
      'AKIARZPUZDIKDUIDT77F',
    ]);
  });

  test('knows secrets as AWS draws them, and says nothing of them', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    let missed = 0;
    for (let at = 0; at < 5_000; at += 1) {
      const secret = [...randomBytes(40)].map((byte) => letters[byte % 64]).join('');
      const exposure = findKeys(`key ${ID} and ${secret}`, NOBODY);
      if (exposure.keys.length === 0) missed += 1;
      expect(JSON.stringify(exposure)).not.toContain(secret);
    }
    // One in 5,000 by the thresholds; ten would be another measure.
    expect(missed).toBeLessThan(10);
  });

  test('is found in a dump of 500 at once, and in whatever noise', () => {
    const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const id = (): string => `AKIAY${[...randomBytes(15)].map((byte) => base32[byte % 32]).join('')}`;
    const dump = Array.from({ length: 500 }, () => `${id()},${SECRET}`).join('\n');
    const from = performance.now();
    expect(findKeys(dump, NOBODY).keys).toHaveLength(500);
    const noise = `${'secret '.repeat(9_000)}${'A'.repeat(9_000)} ${'AKIA'.repeat(9_000)} ${SECRET.repeat(900)}`;
    findKeys(noise, NOBODY);
    expect(performance.now() - from).toBeLessThan(2_000);
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(found(`${before} ${ID},${SECRET} ${after}`)).toContain(ID);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the text of a message', () => {
  const text = (value: object): string[] => found(textOfMessage(value));

  test.each<[string, object]>([
    ['its text with escapes', { text: `&lt;${ID}&gt; &amp; ${SECRET}` }],
    ['a labelled link', { text: `<https://x.example|${ID}> \`${SECRET}\`` }],
    [
      'rich text in several looks',
      {
        blocks: [
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: ID.slice(0, 7), style: { bold: true } },
                  { type: 'text', text: `${ID.slice(7)}\n` },
                ],
              },
              { type: 'rich_text_preformatted', elements: [{ type: 'text', text: SECRET }] },
            ],
          },
        ],
      },
    ],
    [
      'blocks of an app',
      { blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text: ID }, { text: SECRET }] }] },
    ],
    ['an attachment', { attachments: [{ fallback: 'x', fields: [{ title: ID, value: SECRET }] }] }],
    [
      'a forwarded message',
      {
        attachments: [{ message_blocks: [{ message: { blocks: [{ text: { text: `${ID} ${SECRET}` } }] } }] }],
      },
    ],
    ['the preview of a file', { files: [{ name: 'key.csv', preview: `${ID},${SECRET}` }] }],
    [
      'invisible characters',
      { text: `${ID.slice(0, 9)}\u200b${ID.slice(9)} ${SECRET.slice(0, 20)}\u00ad${SECRET.slice(20)}` },
    ],
  ])('has %s', (_, message) => expect(text(message)).toEqual([ID]));

  test('has no end of depth or length', () => {
    const deep: unknown = JSON.parse(
      `${'{"blocks":['.repeat(900)}{"text":"${ID} ${SECRET}"}${']}'.repeat(900)}`,
    );
    expect(textOfMessage(deep)).toBe('');
    expect(textOfMessage({ text: 'x'.repeat(900_000) }).length).toBeLessThan(200_000);
    for (const odd of [null, 1, 'x', [], { text: null }, { blocks: 'x' }])
      expect(textOfMessage(odd)).toBe('');
  });
});
