import { malformedPolicy } from '../aws-error.ts';
import { isConditionOperator } from './conditions.ts';

type OneOrMany<T> = T | readonly T[];

/** A policy as people write it: identity, trust, session or service control policy. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: OneOrMany<PolicyStatement>;
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany<string>>>;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, OneOrMany<string | number | boolean>>>>
  >;
}

/** Identity policies name resources; trust policies name principals; those on a resource name both. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

export interface Condition {
  readonly operator: string;
  /** The condition key in lower case, since keys know no case. */
  readonly key: string;
  /** The same as it is written. */
  readonly name: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  readonly resources: Selection;
  readonly principals: ReadonlyMap<string, readonly string[]>;
  readonly conditions: readonly Condition[];
  /** Policy variables mean something only from version 2012-10-17 on. */
  readonly variables: boolean;
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Selection {
  readonly patterns: readonly string[];
  readonly inverted: boolean;
}

const statementKeys = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const currentVersion = '2012-10-17';
const versions = new Set([currentVersion, '2008-10-17']);

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a policy document and refuses what AWS refuses with MalformedPolicyDocument: broken JSON, unknown fields, a
 * missing Effect, Action or Resource, a Principal where none belongs, unknown condition operators.
 */
export function parsePolicy(text: string, kind: PolicyKind): readonly Statement[] {
  const document = readJson(text);
  for (const key of Object.keys(document)) {
    if (!['Version', 'Id', 'Statement'].includes(key)) throw malformedPolicy('Syntax errors in policy.');
  }
  const version = document['Version'] ?? '2008-10-17';
  if (typeof version !== 'string' || !versions.has(version)) {
    throw malformedPolicy('The policy must contain a valid version string');
  }
  const written = document['Statement'];
  const list: unknown[] = Array.isArray(written) ? written : [written];
  if (written === undefined || list.length === 0) throw malformedPolicy('Missing required field Statement');
  const statements = list.map((entry) => readStatement(entry, kind, version === currentVersion));
  const sids = statements.flatMap((statement) => (statement.sid === null ? [] : [statement.sid]));
  if (new Set(sids).size !== sids.length) {
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
  return statements;
}

function readJson(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedPolicy('Syntax errors in policy.');
  }
  if (!isObject(value)) throw malformedPolicy('Syntax errors in policy.');
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readStatement(value: unknown, kind: PolicyKind, variables: boolean): Statement {
  if (!isObject(value) || Object.keys(value).some((key) => !statementKeys.has(key))) {
    throw malformedPolicy('Syntax errors in policy.');
  }
  const effect = value['Effect'];
  if (effect === undefined) throw malformedPolicy('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny')
    throw malformedPolicy(`Invalid effect: ${JSON.stringify(effect)}`);
  const sid = value['Sid'];
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9]*$/.test(sid))) {
    throw malformedPolicy('Statement IDs (SID) must be alpha-numeric.');
  }
  return {
    sid: typeof sid === 'string' && sid !== '' ? sid : null,
    effect,
    actions: readActions(value),
    resources: readResources(value, kind),
    principals: readPrincipals(value, kind),
    conditions: readConditions(value['Condition']),
    variables,
  };
}

function readSelection(value: Json, name: string): Selection | null {
  const plain = value[name];
  const inverted = value[`Not${name}`];
  if (plain !== undefined && inverted !== undefined) throw malformedPolicy('Syntax errors in policy.');
  const written = plain ?? inverted;
  if (written === undefined) return null;
  return { patterns: strings(written), inverted: plain === undefined };
}

function readActions(value: Json): Selection {
  const actions = readSelection(value, 'Action');
  if (actions === null || actions.patterns.length === 0) {
    throw malformedPolicy('Policy statement must contain actions.');
  }
  if (actions.patterns.some((action) => action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))) {
    throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  return actions;
}

function readResources(value: Json, kind: PolicyKind): Selection {
  const resources = readSelection(value, 'Resource');
  if (kind === 'trust') {
    if (resources !== null) throw malformedPolicy('Has prohibited field Resource');
    return { patterns: ['*'], inverted: false };
  }
  if (resources === null || resources.patterns.length === 0) {
    throw malformedPolicy('Policy statement must contain resources.');
  }
  for (const resource of resources.patterns) {
    if (resource !== '*' && resource.split(':').length < 6) {
      throw malformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  return resources;
}

function readPrincipals(value: Json, kind: PolicyKind): Statement['principals'] {
  const written = value['Principal'];
  if (kind === 'identity') {
    if (written !== undefined) throw malformedPolicy('Policy document should not specify a principal.');
    return new Map();
  }
  if (written === undefined) throw malformedPolicy('Missing required field Principal');
  if (written === '*') return new Map([['AWS', ['*']]]);
  if (!isObject(written)) throw malformedPolicy('Invalid principal in policy.');
  const principals = new Map(Object.entries(written).map(([type, names]) => [type, strings(names)]));
  for (const name of principals.get('AWS') ?? []) {
    if (name !== '*' && !/^(\d{12}|arn:[\w-]+:(iam|sts)::\d{12}:[^*?]+)$/.test(name)) {
      throw malformedPolicy(`Invalid principal in policy: "AWS":"${name}"`);
    }
  }
  return principals;
}

function readConditions(written: unknown): readonly Condition[] {
  if (written === undefined) return [];
  if (!isObject(written)) throw malformedPolicy('Syntax errors in policy.');
  return Object.entries(written).flatMap(([operator, tests]) => {
    if (!isConditionOperator(operator)) throw malformedPolicy(`Invalid Condition type : ${operator}.`);
    if (!isObject(tests)) throw malformedPolicy('Syntax errors in policy.');
    return Object.entries(tests).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      name: key,
      values: scalars(values),
    }));
  });
}

function strings(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== 'string') throw malformedPolicy('Syntax errors in policy.');
    return entry;
  });
}

function scalars(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry === 'string') return entry;
    if (typeof entry === 'number' || typeof entry === 'boolean') return String(entry);
    throw malformedPolicy('Syntax errors in policy.');
  });
}
