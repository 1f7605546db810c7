import { conditionHolds } from './conditions.ts';
import type { ContextKeys } from './conditions.ts';
import type { Selection, Statement } from './document.ts';
import { compilePattern, matchesArn } from './pattern.ts';

/** A policy in force, with where it comes from (shown by the simulator). */
export interface PolicyInForce {
  readonly id: string;
  readonly type: 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed' | 'none';
  readonly statements: readonly Statement[];
}

export interface Question {
  readonly action: string;
  /** An ARN, or `*` for calls that have no resource type. */
  readonly resource: string;
  readonly context: ContextKeys;
}

export interface Answer {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The policies whose statements decided. */
  readonly matched: readonly PolicyInForce[];
}

/** Any matching Deny wins, else any matching Allow, else nothing is allowed. */
export function evaluate(policies: readonly PolicyInForce[], question: Question): Answer {
  const matching = (effect: Statement['effect']): readonly PolicyInForce[] =>
    policies.filter((policy) =>
      policy.statements.some((statement) => statement.effect === effect && applies(statement, question)),
    );
  const denied = matching('Deny');
  if (denied.length > 0) return { decision: 'explicitDeny', matched: denied };
  const allowed = matching('Allow');
  return { decision: allowed.length > 0 ? 'allowed' : 'implicitDeny', matched: allowed };
}

/** Whether a statement's action, resource and every condition fit; its principal is the trust policy's affair. */
export function applies(statement: Statement, question: Question): boolean {
  const { context } = question;
  const action = (pattern: string): boolean =>
    compilePattern(pattern, context, { variables: false, ignoreCase: true })?.test(question.action) ?? false;
  const resource = (pattern: string): boolean =>
    matchesArn(pattern, question.resource, context, statement.variables);
  return (
    selects(statement.actions, action) &&
    selects(statement.resources, resource) &&
    statement.conditions.every((condition) => conditionHolds(condition, context, statement.variables))
  );
}

function selects(selection: Selection, matches: (pattern: string) => boolean): boolean {
  return selection.patterns.some(matches) !== selection.inverted;
}
