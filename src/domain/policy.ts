import { DELIVERY_PREFIX, grantsOf } from './capability.ts';
import type { Conditions, Grant, ResourceKind } from './grant.ts';
import type { Partition } from './partition.ts';
import { CAPABILITIES } from './verification.ts';
import type { Capability } from './verification.ts';

/** Who the policy is for. A user's ARN may be unknown (the policy then uses `${aws:username}`). */
export type PolicyPrincipal =
  | { readonly kind: 'user'; readonly arn: string | null }
  | { readonly kind: 'role'; readonly arn: string };

/** Places only the person knows. Statements about a place that is not named are left out. */
export interface PolicyPlaces {
  readonly eventQueueArn?: string;
  readonly eventBucket?: string;
  readonly eventFilesKeyArn?: string;
  readonly deliveryKeyArn?: string;
}

export interface PolicyTarget {
  readonly partition: Partition;
  readonly accountId: string;
  readonly principal: PolicyPrincipal;
  readonly places?: PolicyPlaces;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** IAM's limit for one managed policy; white space is not counted (IAM user guide, quotas). */
export const MANAGED_POLICY_CHARACTERS = 6144;

/**
 * The ARNs a kind of resource stands for, or null when the person named no such place. A user whose ARN is not
 * known is written by variable, once without and once with a path (`user/*name` would match other users' names).
 */
export function resourcesOf(kind: ResourceKind, target: PolicyTarget): readonly string[] | null {
  const { partition, accountId, principal, places = {} } = target;
  const iam = `arn:${partition}:iam::${accountId}`;
  const named = (arn: string | undefined) => (arn === undefined ? null : [arn]);
  const resources: Record<ResourceKind, readonly string[] | null> = {
    any: ['*'],
    self:
      principal.arn === null
        ? [`${iam}:user/\${aws:username}`, `${iam}:user/*/\${aws:username}`]
        : [principal.arn],
    users: [`${iam}:user/*`],
    roles: [`${iam}:role/*`],
    secrets: [`arn:${partition}:secretsmanager:*:${accountId}:secret:${DELIVERY_PREFIX}*`],
    parameters: [`arn:${partition}:ssm:*:${accountId}:parameter/${DELIVERY_PREFIX}*`],
    event_queue: named(places.eventQueueArn),
    event_files: named(
      places.eventBucket && `arn:${partition}:s3:::${places.eventBucket}/*AWSLogs/*/CloudTrail/*`,
    ),
    event_files_key: named(places.eventFilesKeyArn),
    delivery_key: named(places.deliveryKeyArn),
  };
  return resources[kind];
}

/** Conditions with the partition filled in. */
export function conditionsOf(grant: Grant, partition: Partition): Conditions | null {
  if (grant.conditions === undefined) return null;
  const fill = (value: string) => value.replace('PARTITION', partition);
  return Object.fromEntries(
    Object.entries(grant.conditions).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys).map(([key, value]) => [
          key,
          typeof value === 'string' ? fill(value) : value.map(fill),
        ]),
      ),
    ]),
  );
}

/** How many characters of a document IAM counts. */
export function countedCharacters(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/**
 * The least-privilege policies for these capabilities: one document, or several where one would pass IAM's limit
 * for a managed policy. An action is not granted twice on the same resource.
 */
export function policiesFor(capabilities: readonly Capability[], target: PolicyTarget): PolicyDocument[] {
  return packed(statementsOf(capabilities, target, () => true));
}

/**
 * The policies that add what a check found missing: for each capability only the statements, and in them only the
 * actions, that are missing. A denial of ours comes with every statement it guards.
 */
export function missingPolicies(
  missing: ReadonlyMap<Capability, readonly string[]>,
  target: PolicyTarget,
): PolicyDocument[] {
  return packed(
    statementsOf([...missing.keys()], target, (capability, grant, action) => {
      const wanted = missing.get(capability) ?? [];
      return grant.effect === 'Deny' ? wanted.length > 0 : wanted.includes(action);
    }),
  );
}

function statementsOf(
  capabilities: readonly Capability[],
  target: PolicyTarget,
  wanted: (capability: Capability, grant: Grant, action: string) => boolean,
): PolicyStatement[] {
  const seen = new Set<string>();
  const statements: PolicyStatement[] = [];
  for (const capability of CAPABILITIES) {
    if (!capabilities.includes(capability)) continue;
    for (const grant of grantsOf(capability, target.principal.kind)) {
      const resources = resourcesOf(grant.on, target);
      if (resources === null) continue;
      const condition = conditionsOf(grant, target.partition);
      const actions = grant.actions.filter((action) => {
        const key = JSON.stringify([grant.effect, action, resources, condition]);
        if (seen.has(key) || !wanted(capability, grant, action)) return false;
        seen.add(key);
        return true;
      });
      if (actions.length === 0) continue;
      const [only] = resources;
      statements.push({
        Sid: grant.sid,
        Effect: grant.effect,
        Action: actions,
        Resource: resources.length === 1 && only !== undefined ? only : resources,
        ...(condition === null ? {} : { Condition: condition }),
      });
    }
  }
  return statements;
}

function packed(statements: readonly PolicyStatement[]): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  let current: PolicyStatement[] = [];
  for (const statement of statements) {
    const tried: PolicyDocument = { Version: '2012-10-17', Statement: [...current, statement] };
    if (current.length > 0 && countedCharacters(tried) > MANAGED_POLICY_CHARACTERS) {
      documents.push({ Version: '2012-10-17', Statement: current });
      current = [statement];
    } else {
      current.push(statement);
    }
  }
  if (current.length > 0) documents.push({ Version: '2012-10-17', Statement: current });
  return documents;
}
