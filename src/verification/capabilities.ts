import { ROTATE_TAG, neededGrants } from '../domain/capability.ts';
import type { Conditions, Grant, ResourceKind } from '../domain/grant.ts';
import type { Partition } from '../domain/partition.ts';
import { conditionsOf } from '../domain/policy.ts';
import { CAPABILITIES } from '../domain/verification.ts';
import type { Capability, CapabilityAnswer } from '../domain/verification.ts';
import type { AwsFailure, Iam, SimulatedContext, SimulatedDecision } from '../ports/aws.ts';
import { READ } from './pace.ts';
import type { Pace } from './pace.ts';
import { reasonOf } from './reasons.ts';

/** Whose rights are asked about. */
export interface Subject {
  readonly kind: 'user' | 'role';
  readonly arn: string;
  readonly partition: Partition;
  readonly accountId: string;
  readonly region: string;
}

export interface Rights {
  readonly capabilities: Readonly<Record<Capability, CapabilityAnswer>>;
  /** Null when it could not be found out. */
  readonly administrator: boolean | null;
  /** Why simulation gave nothing, or null. */
  readonly simulation: AwsFailure | null;
}

/** Whoever may call one of these on everything can give itself any right. None is in our own policies on `*`. */
export const ADMINISTRATOR_ACTIONS: readonly string[] = [
  'iam:CreatePolicyVersion',
  'iam:AttachRolePolicy',
  'iam:PutRolePolicy',
  'iam:CreateLoginProfile',
  'iam:UpdateAssumeRolePolicy',
];

/** One SimulatePrincipalPolicy call: actions on one resource under one set of condition values. */
interface Question {
  readonly on: ResourceKind;
  readonly actions: Set<string>;
  /** Which conditions each action stands under: the same action under two is asked in two questions. */
  readonly conditionOf: Map<string, string>;
  readonly context: Map<string, SimulatedContext>;
}

/** The key of one answer: an action on a kind of resource, under a grant's own conditions. */
const keyOf = (grant: Grant, action: string) => JSON.stringify([grant.on, action, grant.conditions ?? null]);

/**
 * Asks what an identity may do, by simulation alone: nothing is tried. Users, roles and places are asked about by an
 * example name, so rights on some names only count as missing. Where simulation itself is not allowed, what one
 * harmless read shows is used, and the rest is unknown.
 */
export async function readRights(iam: Iam, pace: Pace, subject: Subject): Promise<Rights> {
  const [probe, ...rest] = questionsFor(subject);
  if (probe === undefined) throw new Error('The table of capabilities is empty.');
  const put = async (question: Question) => ({ question, answer: await ask(iam, pace, subject, question) });
  // One refusal is enough: whoever may not simulate is not asked six times more.
  const first = await put(probe);
  if (!first.answer.ok && first.answer.failure.code.startsWith('denied_')) {
    return withoutSimulation(iam, pace, subject, first.answer.failure);
  }
  const outcomes = [first, ...(await Promise.all(rest.map(put)))];
  const failures = outcomes.flatMap(({ answer }) => (answer.ok ? [] : [answer.failure]));
  const [firstFailure] = failures;
  if (firstFailure !== undefined && failures.length === outcomes.length) {
    return withoutSimulation(iam, pace, subject, firstFailure);
  }

  const decisions = new Map<string, SimulatedDecision>();
  let administrator: boolean | null = null;
  for (const { question, answer } of outcomes) {
    if (!answer.ok) continue;
    for (const [action, decision] of answer.value) {
      decisions.set(
        JSON.stringify([question.on, action, JSON.parse(question.conditionOf.get(action) ?? 'null')]),
        decision,
      );
    }
    if (question.on === 'any') {
      administrator = ADMINISTRATOR_ACTIONS.some((action) => answer.value.get(action) === 'allowed');
    }
  }
  const why = firstFailure === undefined ? 'AWS gave no answer for it.' : reasonOf(firstFailure);
  return {
    capabilities: answersOf((capability) => judge(capability, subject, decisions, why)),
    administrator,
    simulation: firstFailure ?? null,
  };
}

function answersOf(
  answer: (capability: Capability) => CapabilityAnswer,
): Readonly<Record<Capability, CapabilityAnswer>> {
  return Object.fromEntries(CAPABILITIES.map((capability) => [capability, answer(capability)])) as Record<
    Capability,
    CapabilityAnswer
  >;
}

const NO_OWN_KEY: CapabilityAnswer = {
  answer: 'no',
  missing: [],
  why: 'A role has no access key of its own to rotate.',
};

function judge(
  capability: Capability,
  subject: Subject,
  decisions: ReadonlyMap<string, SimulatedDecision>,
  whyUnknown: string,
): CapabilityAnswer {
  const grants = neededGrants(capability, subject.kind);
  if (grants.length === 0) return NO_OWN_KEY;
  const asked = grants.flatMap((grant) =>
    grant.actions.map((action) => ({ action, decision: decisions.get(keyOf(grant, action)) })),
  );
  const missing = asked.filter(({ decision }) => decision !== undefined && decision !== 'allowed');
  if (missing.length > 0) {
    return { answer: 'no', missing: [...new Set(missing.map(({ action }) => action))] };
  }
  if (asked.some(({ decision }) => decision === undefined)) return { answer: 'unknown', why: whyUnknown };
  return { answer: 'yes' };
}

/** As few questions as possible: grants on one kind of resource share one, unless they disagree on conditions. */
function questionsFor(subject: Subject): Question[] {
  const questions: Question[] = [];
  for (const capability of CAPABILITIES) {
    for (const grant of neededGrants(capability, subject.kind)) {
      const condition = JSON.stringify(grant.conditions ?? null);
      const fits = ({ on, conditionOf }: Question) =>
        on === grant.on &&
        grant.actions.every((action) => (conditionOf.get(action) ?? condition) === condition);
      let question = questions.find((candidate) => fits(candidate) && sameTag(candidate, grant));
      if (question === undefined) {
        question = { on: grant.on, actions: new Set(), conditionOf: new Map(), context: new Map() };
        questions.push(question);
      }
      for (const action of grant.actions) {
        question.actions.add(action);
        question.conditionOf.set(action, condition);
      }
      for (const entry of contextFor(conditionsOf(grant, subject.partition)))
        question.context.set(entry.key, entry);
      if (grant.on === 'any') for (const action of ADMINISTRATOR_ACTIONS) question.actions.add(action);
    }
  }
  return questions;
}

const TAG_CONDITION = `aws:ResourceTag/${ROTATE_TAG.key}`;

/** A user's tag widens what is allowed: rights that need it are never asked together with rights that do not. */
function sameTag(question: Question, grant: Grant): boolean {
  const needsTag = JSON.stringify(grant.conditions ?? null).includes(TAG_CONDITION);
  return question.context.has(TAG_CONDITION) === needsTag;
}

/** Values that satisfy our own conditions: what the real call would carry. */
function contextFor(conditions: Conditions | null): SimulatedContext[] {
  return Object.entries(conditions ?? {})
    .filter(([operator]) => operator !== 'Null')
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => ({
        key,
        type: operator.startsWith('ForAllValues') ? 'stringList' : 'string',
        values: (typeof value === 'string' ? [value] : value).map((text) =>
          text.replace('AKIA*', 'AKIAIOSFODNN7EXAMPLE'),
        ),
      })),
    );
}

/** The example that stands for each kind of resource. */
function exampleOf(on: ResourceKind, subject: Subject): string {
  const { partition, accountId, region } = subject;
  const examples: Partial<Record<ResourceKind, string>> = {
    any: '*',
    self: subject.arn,
    users: `arn:${partition}:iam::${accountId}:user/rekey-example`,
    roles: `arn:${partition}:iam::${accountId}:role/rekey-example`,
    secrets: `arn:${partition}:secretsmanager:${region}:${accountId}:secret:rekey/example-AbCdEf`,
    parameters: `arn:${partition}:ssm:${region}:${accountId}:parameter/rekey/example`,
  };
  return examples[on] ?? '*';
}

/** Our policies name a user by variable; IAM does not promise to fill it in when it simulates. */
function whoIs(subject: Subject): SimulatedContext[] {
  if (subject.kind === 'role') return [];
  const name = subject.arn.slice(subject.arn.lastIndexOf('/') + 1);
  return [{ key: 'aws:username', type: 'string', values: [name] }];
}

type Answer =
  | { readonly ok: true; readonly value: ReadonlyMap<string, SimulatedDecision> }
  | { readonly ok: false; readonly failure: AwsFailure };

async function ask(iam: Iam, pace: Pace, subject: Subject, question: Question): Promise<Answer> {
  const simulate = (actions: readonly string[]) =>
    pace.attempt(
      (signal) =>
        iam.simulate(
          {
            principalArn: subject.arn,
            actions,
            resource: exampleOf(question.on, subject),
            context: [...question.context.values(), ...whoIs(subject)],
          },
          signal,
        ),
      READ,
    );
  const whole = await simulate([...question.actions]);
  if (whole.ok || whole.failure.code !== 'invalid_request') return whole;

  // IAM refuses to simulate some actions together ("different authorization information"): one service at a time.
  const byService = Map.groupBy(question.actions, (action) => action.slice(0, action.indexOf(':')));
  if (byService.size === 1) return whole;
  const parts = await Promise.all([...byService.values()].map((actions) => simulate(actions)));
  const answered = parts.flatMap((part) => (part.ok ? [...part.value] : []));
  return answered.length === 0 ? whole : { ok: true, value: new Map(answered) };
}

async function withoutSimulation(
  iam: Iam,
  pace: Pace,
  subject: Subject,
  failure: AwsFailure,
): Promise<Rights> {
  const why = reasonOf(failure);
  const users = await pace.attempt((signal) => iam.listOneUser(signal), READ);
  const inventory: CapabilityAnswer =
    !users.ok && users.failure.code.startsWith('denied_')
      ? { answer: 'no', missing: [users.failure.action] }
      : {
          answer: 'unknown',
          why: users.ok ? `Users can be listed; the other calls could not be checked: ${why}` : why,
        };
  const verify: CapabilityAnswer = failure.code.startsWith('denied_')
    ? { answer: 'no', missing: [failure.action] }
    : { answer: 'unknown', why };
  const fixed: Partial<Record<Capability, CapabilityAnswer>> = { inventory, verify };
  return {
    capabilities: answersOf((capability) =>
      neededGrants(capability, subject.kind).length === 0
        ? NO_OWN_KEY
        : (fixed[capability] ?? { answer: 'unknown', why }),
    ),
    administrator: null,
    simulation: failure,
  };
}
