import { describe, expect, test } from 'vitest';
import { maskText } from '../../src/log/mask.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzzzzzzzzzz';
const SESSION = `IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJIMEYCIQ${'a'.repeat(50)}==`;

describe('what is masked', () => {
  test.each([
    ['a bot token', 'got xoxb-12-34-abcDEF from env', 'got [slack token] from env'],
    ['an app-level token', 'xapp-1-A0-12-abc', '[slack token]'],
    ['a rotating token', 'a=xoxe.xoxb-1-Mi0yL, b', 'a=[slack token], b'],
    ['a refresh token', 'xoxe-1-My0xLT', '[slack token]'],
    [
      'a response URL',
      'POST https://hooks.slack.com/commands/T1/2/abc failed',
      'POST https://hooks.slack.com/[cut] failed',
    ],
    [
      'a government response URL',
      '"https://hooks.slack-gov.com/actions/T1/2/abc"',
      '"https://hooks.slack.com/[cut]"',
    ],
    [
      'a request signature',
      'x-slack-signature: v0=a2114d57b48eac39b9ad189dd8316235',
      'x-slack-signature: [cut]',
    ],
    [
      'a database password',
      'postgres://rekey:p@ss/w:rd@db:5432/rekey down',
      'postgres://rekey:[cut]@db:5432/rekey down',
    ],
    ['a proxy password', 'via http://me:pw@proxy:3128', 'via http://me:[cut]@proxy:3128'],
    [
      'a SigV4 header',
      'authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=ab12',
      'authorization: [cut]',
    ],
    [
      'a SigV4 value',
      'signed AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/iam/aws4_request, Signature=ab12',
      'signed AWS4-HMAC-SHA256 [cut]',
    ],
    [
      'a presigned address',
      'https://h/?X-Amz-Signature=0123456789abcdef&x=1',
      'https://h/?X-Amz-Signature=[cut]&x=1',
    ],
    ['a bearer header', 'Bearer abcdefghijklmnop', 'Bearer [cut]'],
    ['a basic header', 'authorization: Basic dXNlcjpwYXNzd29yZA==', 'authorization: [cut]'],
    [
      'a WebSocket ticket',
      'wss://wss.slack.com/link/?ticket=abcdefgh-1&app_id=x',
      'wss://wss.slack.com/link/?ticket=[cut]&app_id=x',
    ],
    ['a key pasted with its id', `AKIAIOSFODNN7EXAMPLE,${SECRET}`, 'AKIAIOSFODNN7EXAMPLE,[cut]'],
    [
      'what a parser quotes',
      `Unexpected token 'p', "payload=%7B%22" is not valid JSON`,
      `Unexpected token 'p', [cut] is not valid JSON`,
    ],
  ])('%s', (_, text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  test.each([
    `SecretAccessKey: ${SECRET}`,
    `secretAccessKey=${SECRET}`,
    `aws_secret_access_key = ${SECRET}`,
    `AWS_SECRET_ACCESS_KEY='${SECRET}'`,
    `Secret access key: ${SECRET}`,
    `{"SecretAccessKey":"${SECRET}"}`,
    `{\\"SecretAccessKey\\":\\"${SECRET}\\"}`,
    `<SecretAccessKey>${SECRET}</SecretAccessKey>`,
    `secret%3D${SECRET}`,
    `["secret","${SECRET}"]`,
    `client_secret=${SECRET}&x=1`,
    `password: ${SECRET}`,
    `a session of ${SESSION}`,
    `<SessionToken>${SESSION}</SessionToken>`,
  ])('%s', (text) => {
    const masked = maskText(text);
    expect(masked).not.toContain(SECRET.slice(0, 12));
    expect(masked).not.toContain(SESSION.slice(0, 20));
    expect(masked).toMatch(/\[(cut|session token)\]/);
  });
});

describe('what stays', () => {
  test.each([
    'AKIAIOSFODNN7EXAMPLE in 123456789012 was last used 3 days ago',
    'https://iam.amazonaws.com:443/?Action=ListUsers',
    'http://127.0.0.1:3000/slack/events',
    'The secret is not here, and the token expired.',
    'Basic things, bearer of news',
    'arn:aws:iam::123456789012:user/deploy',
    `a digest ${SECRET}`,
  ])('%s', (text) => {
    expect(maskText(text)).toBe(text);
  });
});

describe('long texts', () => {
  test('are cut between words, so that no half of a secret is shown', () => {
    const text = `${'word '.repeat(817)}postgres://u:pass${'word'.repeat(5)}@host/db`;
    const masked = maskText(text);
    expect(masked).not.toContain('pass');
    expect(masked).toMatch(/word \[\d+ more characters\]$/);
  });

  test.each(['token', 'a://', '"', 'xoxb', 'secret ', 'authorization"', '\\', 'AKIAAAAAAAAAAAAAAAAA ', 'F'])(
    'made of %j are masked in little time',
    (piece) => {
      const started = performance.now();
      maskText(piece.repeat(Math.ceil(4_096 / piece.length)));
      expect(performance.now() - started).toBeLessThan(250);
    },
  );
});
