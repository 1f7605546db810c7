import { at, textAt } from './json.ts';
import { words } from './words.ts';

/** What a policy document says, as far as rules ask. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly exceptActions: boolean;
  readonly resources: readonly string[];
  /** `*`, account numbers, ARNs, and providers such as `accounts.google.com`; services of AWS are left out. */
  readonly principals: readonly string[];
  /** What its conditions say of the subject, repository or workflow of a program that a provider signed in. */
  readonly subjects: readonly string[];
  /** It has conditions that limit who or from where. */
  readonly isLimited: boolean;
}

const LONGEST = 40_000;
/** More than fit into such a text: one that allows may stand behind hundreds that deny. */
const MOST_STATEMENTS = 1_000;
const LIMITING =
  /source(?:account|arn|ip|vpce?|orgid|owner|identity)|principal(?:org|arn|account|tag)|calledvia|vpcsource|:(?:sub|aud)$|userid|username|s3:dataaccesspointaccount|kms:(?:calleraccount|viaservice)|aws:sourcevpc/;

/** Reads a policy document: a JSON text, also percent-encoded, or JSON already. What cannot be read has no statements. */
export function statementsOf(document: unknown): readonly Statement[] {
  const value = typeof document === 'string' ? parsed(document) : document;
  const list = at(value, 'Statement');
  const many = Array.isArray(list) ? list : [list];
  return many.slice(0, MOST_STATEMENTS).flatMap((each) => statement(each) ?? []);
}

/** True when a document lets its holder do anything, or give himself the right to. */
export function isAdministrator(document: unknown): boolean {
  return statementsOf(document).some(
    ({ allows, actions, exceptActions, resources }) =>
      allows &&
      resources.includes('*') &&
      (exceptActions || actions.some(isTaking) || (actions.some(isPassing) && actions.some(isStarting))),
  );
}

/** With one of these, on everything, whoever holds it takes all the rest. */
const TAKING = words(`
  iam:attachuserpolicy iam:attachrolepolicy iam:attachgrouppolicy iam:putuserpolicy iam:putrolepolicy
  iam:putgrouppolicy iam:createpolicyversion iam:setdefaultpolicyversion iam:createaccesskey
  iam:updateassumerolepolicy iam:createloginprofile iam:updateloginprofile iam:addusertogroup`);

/** True for an action of a policy, in lower case and perhaps with wildcards, that stands for one of those. */
function isTaking(action: string): boolean {
  if (action === '*' || action === '*:*') return true;
  if (!action.startsWith('iam:')) return false;
  const [before = '', after = ''] = action.split('*', 2);
  if (!action.includes('*')) return TAKING.includes(action);
  return TAKING.some((each) => each.startsWith(before) && (after === '' || each.endsWith(after)));
}

/** Providers that sign in everybody's programs, and tell them apart by the subject only. */
const PUBLIC_ISSUER =
  /:oidc-provider\/(?:token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|agent\.buildkite\.com|oidc\.circleci\.com)/;

/** True for a statement that lets in whoever has an account with a public provider. */
function isForAnyProgram({ principals, subjects }: Statement): boolean {
  return (
    principals.some((each) => PUBLIC_ISSUER.test(each)) &&
    !subjects.some((each) => !/^(?:repo:|project_path:)?\*/.test(each))
  );
}

/** Any role may be handed on … */
function isPassing(action: string): boolean {
  return action === 'iam:passrole' || action === 'iam:pass*';
}

/** … to a program of one's own: with both, whoever holds it takes the rights of the strongest role. */
function isStarting(action: string): boolean {
  return /^(?:lambda:(?:\*|create\w*|updatefunctionconfiguration)|ec2:(?:\*|run\w*\*?)|cloudformation:(?:\*|createstack)|glue:(?:\*|createjob|createdevendpoint)|ecs:(?:\*|runtask)|codebuild:(?:\*|createproject)|sagemaker:\*|ssm:\*|datapipeline:\*)$/.test(
    action,
  );
}

/** Who a resource's document lets in from outside the account: `*` for everybody, else account numbers and providers. */
export function outsiders(document: unknown, own: string | null): readonly string[] {
  const found = new Set<string>();
  for (const each of statementsOf(document)) {
    const { allows, principals, isLimited } = each;
    if (!allows) continue;
    if (isForAnyProgram(each)) found.add('*');
    for (const principal of principals) {
      if (principal === '*') {
        if (!isLimited) found.add('*');
        continue;
      }
      const account = accountOf(principal);
      if (account !== null && account !== own) found.add(account);
    }
  }
  return [...found];
}

/** The account in a principal; null for services and providers. */
export function accountOf(principal: string): string | null {
  if (/^\d{12}$/.test(principal)) return principal;
  return /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1] ?? null;
}

function statement(value: unknown): Statement | null {
  const effect = textAt(value, 'Effect');
  if (effect === null) return null;
  const notActions = texts(at(value, 'NotAction'));
  return {
    allows: effect.toLowerCase() === 'allow',
    actions: texts(at(value, 'Action')).map((action) => action.toLowerCase()),
    exceptActions: notActions.length > 0,
    resources: texts(at(value, 'Resource')),
    principals: [
      ...principalsOf(at(value, 'Principal')),
      ...(at(value, 'NotPrincipal') === undefined ? [] : ['*']),
    ],
    subjects: subjectsOf(at(value, 'Condition')),
    isLimited: LIMITING.test(conditionKeys(at(value, 'Condition'))),
  };
}

function principalsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return [...texts(at(value, 'AWS')), ...texts(at(value, 'Federated'))];
}

function subjectsOf(condition: unknown): readonly string[] {
  if (typeof condition !== 'object' || condition === null) return [];
  return Object.values(condition).flatMap((operands) =>
    typeof operands === 'object' && operands !== null
      ? Object.entries(operands).flatMap(([key, values]) =>
          /:(?:sub|repository\w*|job_workflow_ref|namespace_path|project_\w+|organization\w*)$/i.test(key)
            ? texts(values)
            : [],
        )
      : [],
  );
}

function conditionKeys(condition: unknown): string {
  if (typeof condition !== 'object' || condition === null) return '';
  return Object.values(condition)
    .flatMap((operands) => (typeof operands === 'object' && operands !== null ? Object.keys(operands) : []))
    .join('\n')
    .toLowerCase();
}

function texts(value: unknown): readonly string[] {
  const many = Array.isArray(value) ? value : [value];
  return many.filter((each) => typeof each === 'string');
}

function parsed(text: string): unknown {
  if (text.length > LONGEST) return null;
  try {
    const plain = text.trimStart().startsWith('%7B') ? decodeURIComponent(text) : text;
    return JSON.parse(plain) as unknown;
  } catch {
    return null;
  }
}
