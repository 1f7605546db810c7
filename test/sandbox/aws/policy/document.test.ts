import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../../sandbox/aws/policy/document.ts';

const Version = '2012-10-17';
const sound = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };
const trust = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' };

function refused(message: string): unknown {
  return expect.objectContaining({
    code: 'MalformedPolicyDocument',
    status: 400,
    message: expect.stringContaining(message) as string,
  });
}

describe('identity policies', () => {
  test.each<[string, unknown, string]>([
    ['a list', [], 'Syntax errors in policy.'],
    ['no statement', { Version }, 'Missing required field Statement'],
    ['an empty list of statements', { Version, Statement: [] }, 'Missing required field Statement'],
    ['another version', { Version: '2020-01-01', Statement: sound }, 'valid version'],
    ['an unknown field', { Version, Statement: sound, Note: 'x' }, 'Syntax errors'],
    ['an unknown field in a statement', { Statement: { ...sound, Actions: '*' } }, 'Syntax errors'],
    ['no effect', { Statement: { Action: '*', Resource: '*' } }, 'Missing required field Effect'],
    ['another effect', { Statement: { ...sound, Effect: 'Permit' } }, 'Invalid effect'],
    ['no action', { Statement: { Effect: 'Allow', Resource: '*' } }, 'must contain actions'],
    ['no resource', { Statement: { Effect: 'Allow', Action: '*' } }, 'must contain resources'],
    ['both action and its opposite', { Statement: { ...sound, NotAction: 'iam:*' } }, 'Syntax errors'],
    ['an action without a service', { Statement: { ...sound, Action: 'ListUsers' } }, 'prefaced by a vendor'],
    ['a resource that is no ARN', { Statement: { ...sound, Resource: 'user/bob' } }, 'must be in ARN format'],
    ['an action that is a number', { Statement: { ...sound, Action: 7 } }, 'Syntax errors'],
    ['a principal', { Statement: { ...sound, Principal: '*' } }, 'should not specify a principal'],
    [
      'an unknown operator',
      { Statement: { ...sound, Condition: { Maybe: { a: 'b' } } } },
      'Invalid Condition type',
    ],
    [
      'the same id twice',
      {
        Statement: [
          { ...sound, Sid: 'A' },
          { ...sound, Sid: 'A' },
        ],
      },
      'must be unique',
    ],
    ['an id with a blank', { Statement: { ...sound, Sid: 'a b' } }, 'must be alpha-numeric'],
  ])('%s is malformed', (_case, document, message) => {
    expect(() => parsePolicy(JSON.stringify(document), 'identity')).toThrow(refused(message));
  });

  test('text that is no JSON is malformed', () => {
    expect(() => parsePolicy('{', 'identity')).toThrow(refused('Syntax errors'));
  });

  test('one statement or several, one value or several', () => {
    const one = parsePolicy(JSON.stringify({ Version, Statement: sound }), 'identity');
    const several = parsePolicy(
      JSON.stringify({ Version, Statement: [{ ...sound, Action: ['iam:*'] }] }),
      'identity',
    );
    expect(one).toEqual(several);
    expect(one).toMatchObject([
      { effect: 'Allow', actions: { patterns: ['iam:*'], inverted: false }, variables: true },
    ]);
  });
});

describe('trust policies', () => {
  test.each<[string, object, string]>([
    ['no principal', { Effect: 'Allow', Action: 'sts:AssumeRole' }, 'Missing required field Principal'],
    ['a resource', { ...trust, Resource: '*' }, 'Has prohibited field Resource'],
    [
      'a principal with a star in it',
      { ...trust, Principal: { AWS: 'arn:aws:iam::123456789012:user/*' } },
      'Invalid principal',
    ],
    ['a principal that is nothing', { ...trust, Principal: { AWS: 'bob' } }, 'Invalid principal'],
  ])('%s is malformed', (_case, Statement, message) => {
    expect(() => parsePolicy(JSON.stringify({ Version, Statement }), 'trust')).toThrow(refused(message));
  });

  test('everyone, accounts, users, roles and services can be named', () => {
    for (const Principal of ['*', { AWS: '*' }, trust.Principal, { Service: 'ec2.amazonaws.com' }]) {
      expect(
        parsePolicy(JSON.stringify({ Version, Statement: { ...trust, Principal } }), 'trust'),
      ).toHaveLength(1);
    }
  });
});
