import { BlockList, isIP } from 'node:net';
import type { Condition } from './document.ts';
import { compilePattern, matchesArn } from './pattern.ts';

/** What is known about a request, by condition key in lower case; a key may have several values. */
export type ContextKeys = ReadonlyMap<string, readonly string[]>;

/** Makes context keys out of a record; null and undefined mean that the key is absent. */
export function contextKeys(
  ...records: readonly Readonly<Record<string, string | readonly string[] | null | undefined>>[]
): ContextKeys {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of records.flatMap((record) => Object.entries(record))) {
    if (value === null || value === undefined) continue;
    context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return context;
}

type Test = (given: string, wanted: string, context: ContextKeys, variables: boolean) => boolean;

interface Operator {
  readonly test: Test;
  readonly negated: boolean;
}

const text =
  (options: { ignoreCase?: boolean; wildcards: boolean }): Test =>
  (given, wanted, context, variables) =>
    compilePattern(wanted, context, { variables, ...options })?.test(given) ?? false;

const compare =
  (read: (value: string) => number, holds: (given: number, wanted: number) => boolean): Test =>
  (given, wanted) =>
    holds(read(given), read(wanted));

const equals = text({ wildcards: false });
const like = text({ wildcards: true });
const equalsIgnoringCase = text({ wildcards: false, ignoreCase: true });

const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', equals),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', equalsIgnoringCase),
  ...pair('StringLike', 'StringNotLike', like),
  ...pair('ArnEquals', 'ArnNotEquals', arnLike),
  ...pair('ArnLike', 'ArnNotLike', arnLike),
  ...pair('IpAddress', 'NotIpAddress', inNetwork),
  ...ordered('Numeric', Number),
  ...ordered('Date', readTime),
  ['Bool', { test: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(), negated: false }],
]);

function pair(positive: string, negative: string, test: Test): [string, Operator][] {
  return [
    [positive, { test, negated: false }],
    [negative, { test, negated: true }],
  ];
}

function ordered(prefix: string, read: (value: string) => number): [string, Operator][] {
  const same = compare(read, (given, wanted) => given === wanted);
  return [
    ...pair(`${prefix}Equals`, `${prefix}NotEquals`, same),
    [`${prefix}LessThan`, { test: compare(read, (given, wanted) => given < wanted), negated: false }],
    [`${prefix}LessThanEquals`, { test: compare(read, (given, wanted) => given <= wanted), negated: false }],
    [`${prefix}GreaterThan`, { test: compare(read, (given, wanted) => given > wanted), negated: false }],
    [
      `${prefix}GreaterThanEquals`,
      { test: compare(read, (given, wanted) => given >= wanted), negated: false },
    ],
  ];
}

function arnLike(given: string, wanted: string, context: ContextKeys, variables: boolean): boolean {
  return matchesArn(wanted, given, context, variables);
}

/** Times are ISO 8601 or seconds since 1970. */
function readTime(value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

function inNetwork(given: string, wanted: string): boolean {
  const [network = '', length] = wanted.split('/');
  const families = { 4: 'ipv4', 6: 'ipv6' } as const;
  const family = isIP(network);
  if ((family !== 4 && family !== 6) || isIP(given) !== family) return false;
  const list = new BlockList();
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  list.addSubnet(network, bits, families[family]);
  return list.check(given, families[family]);
}

const shape = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** Whether AWS knows this condition operator (with its set qualifier and `IfExists`). */
export function isConditionOperator(name: string): boolean {
  const base = shape.exec(name)?.[2];
  return base !== undefined && (base === 'Null' ? name === 'Null' : operators.has(base));
}

/**
 * Whether one condition holds. A key that is absent fails a positive operator and satisfies a negated one; `IfExists` and
 * `ForAllValues` are satisfied by absence (IAM User Guide, "IAM JSON policy elements: Condition operators").
 */
export function conditionHolds(
  condition: Omit<Condition, 'name'>,
  context: ContextKeys,
  variables: boolean,
): boolean {
  const [, qualifier, base = '', ifExists] = shape.exec(condition.operator) ?? [];
  const given = context.get(condition.key);
  if (base === 'Null') return condition.values.some((value) => (value === 'true') === (given === undefined));
  const operator = operators.get(base);
  if (operator === undefined) return false;
  const matches = (value: string): boolean => {
    const any = condition.values.some((wanted) => operator.test(value, wanted, context, variables));
    return operator.negated ? !any : any;
  };
  if (given === undefined || given.length === 0) {
    return (
      ifExists !== undefined || qualifier === 'ForAllValues' || (operator.negated && qualifier === undefined)
    );
  }
  if (qualifier === 'ForAllValues') return given.every(matches);
  if (qualifier === 'ForAnyValue') return given.some(matches);
  return operator.negated ? given.every(matches) : given.some(matches);
}
