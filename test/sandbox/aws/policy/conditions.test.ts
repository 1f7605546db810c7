import { describe, expect, test } from 'vitest';
import {
  conditionHolds,
  contextKeys,
  isConditionOperator,
} from '../../../../sandbox/aws/policy/conditions.ts';

const context = contextKeys({
  'aws:username': 'Bob',
  'aws:PrincipalArn': 'arn:aws:iam::123456789012:user/ci/Bob',
  'aws:SourceIp': '203.0.113.9',
  'aws:CurrentTime': '2026-11-22T12:00:00Z',
  'aws:MultiFactorAuthPresent': 'true',
  'aws:TagKeys': ['team', 'cost'],
  's3:max-keys': '10',
});

type Row = readonly [operator: string, key: string, values: string | string[], holds: boolean];

const rows: readonly Row[] = [
  ['StringEquals', 'aws:username', 'Bob', true],
  ['StringEquals', 'AWS:UserName', 'Bob', true],
  ['StringEquals', 'aws:username', 'bob', false],
  ['StringEquals', 'aws:username', ['Eve', 'Bob'], true],
  ['StringEquals', 'aws:username', 'B*', false],
  ['StringEqualsIgnoreCase', 'aws:username', 'bOB', true],
  ['StringNotEquals', 'aws:username', 'Eve', true],
  ['StringNotEquals', 'aws:username', ['Eve', 'Bob'], false],
  ['StringLike', 'aws:username', 'B?b', true],
  ['StringLike', 'aws:username', '*o*', true],
  ['StringLike', 'aws:username', 'o', false],
  ['StringNotLike', 'aws:username', 'E*', true],
  ['StringNotLike', 'aws:username', 'B*', false],
  ['StringLike', 'aws:username', '${aws:username}', true],
  ['StringEquals', 'aws:username', '${aws:missing}', false],
  ['StringEquals', 'aws:username', "${aws:missing, 'Bob'}", true],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/*', true],
  ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::123456789012:user/ci/*', true],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:*:user/ci/Bob', false],
  ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*', true],
  ['IpAddress', 'aws:SourceIp', '203.0.113.0/24', true],
  ['IpAddress', 'aws:SourceIp', '203.0.113.9', true],
  ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '2001:db8::/32'], false],
  ['NotIpAddress', 'aws:SourceIp', '203.0.113.0/24', false],
  ['NotIpAddress', 'aws:SourceIp', '10.0.0.0/8', true],
  ['DateLessThan', 'aws:CurrentTime', '2026-11-22T12:00:01Z', true],
  ['DateLessThan', 'aws:CurrentTime', '2026-11-22T12:00:00Z', false],
  ['DateGreaterThan', 'aws:CurrentTime', '2026-11-22T11:59:59Z', true],
  ['DateGreaterThanEquals', 'aws:CurrentTime', '2026-11-22T12:00:00Z', true],
  ['DateLessThan', 'aws:CurrentTime', '1795348801', true],
  ['NumericLessThan', 's3:max-keys', '11', true],
  ['NumericLessThanEquals', 's3:max-keys', '9', false],
  ['NumericGreaterThan', 's3:max-keys', '9', true],
  ['NumericEquals', 's3:max-keys', '10.0', true],
  ['Bool', 'aws:MultiFactorAuthPresent', 'true', true],
  ['Bool', 'aws:MultiFactorAuthPresent', 'false', false],
  ['Null', 'aws:TokenIssueTime', 'true', true],
  ['Null', 'aws:TokenIssueTime', 'false', false],
  ['Null', 'aws:username', 'false', true],
  ['ForAllValues:StringEquals', 'aws:TagKeys', ['team', 'cost', 'owner'], true],
  ['ForAllValues:StringEquals', 'aws:TagKeys', 'team', false],
  ['ForAnyValue:StringEquals', 'aws:TagKeys', 'team', true],
  ['ForAnyValue:StringLike', 'aws:TagKeys', 'own*', false],
  ['StringEquals', 'aws:TagKeys', 'team', true],
  ['StringNotEquals', 'aws:TagKeys', 'team', false],
  ['StringNotEquals', 'aws:TagKeys', 'owner', true],
  ['ForAllValues:StringNotEquals', 'aws:TagKeys', 'owner', true],
  ['ForAllValues:StringNotEquals', 'aws:TagKeys', 'team', false],
];

test.each(rows)('%s %s %j: %j', (operator, key, values, holds) => {
  const condition = { operator, key: key.toLowerCase(), values: [values].flat() };
  expect(conditionHolds(condition, context, true)).toBe(holds);
});

describe('a key that is absent', () => {
  const missing: readonly (readonly [operator: string, holds: boolean])[] = [
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringLike', false],
    ['StringNotLike', true],
    ['StringEqualsIfExists', true],
    ['ArnLike', false],
    ['Bool', false],
    ['BoolIfExists', true],
    ['DateLessThan', false],
    ['DateLessThanIfExists', true],
    ['NumericGreaterThan', false],
    ['IpAddress', false],
    ['NotIpAddress', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringNotEquals', false],
  ];
  test.each(missing)('%s: %j', (operator, holds) => {
    expect(conditionHolds({ operator, key: 'aws:absent', values: ['true'] }, context, true)).toBe(holds);
  });
});

test('only the operators AWS has are known', () => {
  for (const known of ['StringLike', 'StringLikeIfExists', 'ForAnyValue:ArnLike', 'Null']) {
    expect(isConditionOperator(known)).toBe(true);
  }
  for (const unknown of ['StringMatches', 'NullIfExists', 'ForSome:StringLike', 'stringlike', '']) {
    expect(isConditionOperator(unknown)).toBe(false);
  }
});

test('without variables the text is taken as it stands', () => {
  const condition = { operator: 'StringEquals', key: 'aws:username', values: ['${aws:username}'] };
  expect(conditionHolds(condition, context, false)).toBe(false);
});

test('the value of a variable is no pattern', () => {
  const hostile = contextKeys({ 'aws:username': '*', 'aws:userid': 'anything' });
  const condition = { operator: 'StringLike', key: 'aws:userid', values: ['${aws:username}'] };
  expect(conditionHolds(condition, hostile, true)).toBe(false);
});
