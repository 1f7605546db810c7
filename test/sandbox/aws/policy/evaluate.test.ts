import { describe, expect, test } from 'vitest';
import { contextKeys } from '../../../../sandbox/aws/policy/conditions.ts';
import { parsePolicy } from '../../../../sandbox/aws/policy/document.ts';
import type { PolicyStatement } from '../../../../sandbox/aws/policy/document.ts';
import { evaluate } from '../../../../sandbox/aws/policy/evaluate.ts';

function decide(
  statements: readonly PolicyStatement[],
  action: string,
  resource = 'arn:aws:iam::123456789012:user/ci/bob',
  Version = '2012-10-17',
): string {
  const policies = statements.map((Statement, index) => ({
    id: `p${index}`,
    type: 'user' as const,
    statements: parsePolicy(JSON.stringify({ Version, Statement }), 'identity'),
  }));
  const context = contextKeys({ 'aws:username': 'bob' });
  return evaluate(policies, { action, resource, context }).decision;
}

const allow = (more: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Action: '*',
  Resource: '*',
  ...more,
});
const deny = (more: Partial<PolicyStatement>): PolicyStatement => ({ ...allow(more), Effect: 'Deny' });

test('nothing said is nothing allowed', () => {
  expect(decide([], 'iam:ListUsers')).toBe('implicitDeny');
  expect(decide([allow({ Action: 's3:*' })], 'iam:ListUsers')).toBe('implicitDeny');
});

test('a deny wins wherever it stands', () => {
  expect(decide([allow({}), deny({ Action: 'iam:List*' })], 'iam:ListUsers')).toBe('explicitDeny');
  expect(decide([deny({ Action: 'iam:List*' }), allow({})], 'iam:ListUsers')).toBe('explicitDeny');
  expect(decide([deny({ Action: 'iam:List*' }), allow({})], 'iam:GetUser')).toBe('allowed');
});

describe('actions', () => {
  test.each([
    ['iam:ListUsers', true],
    ['IAM:listusers', true],
    ['iam:List*', true],
    ['iam:*User?', true],
    ['*', true],
    ['iam:ListUser', false],
    ['sts:ListUsers', false],
  ])('%s', (Action, fits) => {
    expect(decide([allow({ Action })], 'iam:ListUsers')).toBe(fits ? 'allowed' : 'implicitDeny');
  });

  test('NotAction is all others', () => {
    const { Action: _action, ...rest } = allow({ NotAction: ['iam:*'] });
    expect(decide([rest], 'iam:ListUsers')).toBe('implicitDeny');
    expect(decide([rest], 'sts:AssumeRole')).toBe('allowed');
  });
});

describe('resources', () => {
  test.each([
    ['*', true],
    ['arn:aws:iam::123456789012:user/*', true],
    ['arn:aws:iam::*:user/*/${aws:username}', true],
    ['arn:aws:iam::123456789012:user/c?/bob', true],
    ['arn:aws:iam::123456789012:user/${aws:username}', false],
    ['arn:aws:iam::123456789012:user/bob', false],
    ['arn:aws:iam::123456789012:role/*', false],
    ['arn:aws-cn:iam::123456789012:user/*', false],
    ['arn:aws:iam::12345678901?:user/*', true],
    ['arn:aws:iam::${aws:missing}:user/*', false],
  ])('%s', (Resource, fits) => {
    expect(decide([allow({ Resource })], 'iam:GetUser')).toBe(fits ? 'allowed' : 'implicitDeny');
  });

  test('NotResource is all others', () => {
    const { Resource: _resource, ...rest } = allow({ NotResource: 'arn:aws:iam::*:user/ci/*' });
    expect(decide([rest], 'iam:GetUser')).toBe('implicitDeny');
    expect(decide([rest], 'iam:GetUser', 'arn:aws:iam::123456789012:user/eve')).toBe('allowed');
  });

  test('a call without a resource type is allowed by the lone star only', () => {
    expect(decide([allow({ Resource: 'arn:aws:iam::*:user/*' })], 'iam:ListUsers', '*')).toBe('implicitDeny');
    expect(decide([allow({ Resource: '*' })], 'iam:ListUsers', '*')).toBe('allowed');
  });

  test('variables mean nothing before version 2012-10-17', () => {
    const own = [allow({ Resource: 'arn:aws:iam::*:user/*/${aws:username}' })];
    expect(decide(own, 'iam:GetUser', undefined, '2012-10-17')).toBe('allowed');
    expect(decide(own, 'iam:GetUser', undefined, '2008-10-17')).toBe('implicitDeny');
  });
});
