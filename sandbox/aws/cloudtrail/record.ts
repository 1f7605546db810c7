import type { AwsError } from '../aws-error.ts';
import type { Caller } from '../auth/authenticate.ts';
import type { Circumstances } from '../auth/authorise.ts';
import { principalArn, principalUserId } from '../auth/principal.ts';
import type { HistoryEvent } from '../accounts/history.ts';
import { lowerCamel } from '../wire/json-input.ts';
import type { Reply } from '../wire/reply.ts';
import type { World } from '../world.ts';

/** A call that was carried out or refused, by an authenticated caller. */
export interface MadeCall {
  readonly service: string;
  readonly caller: Caller;
  readonly action: string;
  readonly circumstances: Circumstances;
  readonly requestId: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly done: Reply;
  readonly refusal: AwsError | null;
}

const reads = /^(Get|List|Describe|Lookup|Simulate|Generate|AssumeRole)/;
const neverWritten = new Set(['secretAccessKey', 'sessionToken', 'secretString']);

// CloudTrail writes the SDK's names of these down, not the wire's.
const errorNames: ReadonlyMap<string, string> = new Map([
  ['NoSuchEntity', 'NoSuchEntityException'],
  ['EntityAlreadyExists', 'EntityAlreadyExistsException'],
  ['LimitExceeded', 'LimitExceededException'],
]);

/**
 * Writes a management event into the caller's event history, and for a role assumed in another account into that
 * account's too (CloudTrail User Guide, "CloudTrail record contents").
 */
export function recordEvent(world: World, call: MadeCall): void {
  const { caller, circumstances } = call;
  const { account } = caller.principal;
  const at = Math.floor(circumstances.now / 1_000) * 1_000;
  const readOnly = reads.test(call.action);
  const refused = call.refusal;
  const elements = readOnly && call.service !== 'sts' ? null : written(call.done.elements ?? null);
  const eventId = world.ids.requestId();
  const record = {
    eventVersion: '1.11',
    userIdentity: identityOf(caller),
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.action,
    awsRegion: caller.region,
    sourceIPAddress: circumstances.sourceIp,
    userAgent: circumstances.userAgent.slice(0, 1_024),
    ...(refused === null
      ? {}
      : {
          errorCode: errorNames.get(refused.code) ?? refused.code,
          errorMessage: refused.message.slice(0, 1_024),
        }),
    requestParameters: Object.keys(call.parameters).length === 0 ? null : call.parameters,
    responseElements: refused === null ? elements : null,
    requestID: call.requestId,
    eventID: eventId,
    readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
  };
  const event: HistoryEvent = {
    eventId,
    at,
    visibleAt: circumstances.now + world.eventDelayMs,
    name: call.action,
    source: record.eventSource,
    userName: nameOf(caller),
    accessKeyId: caller.accessKeyId,
    readOnly,
    resources: resourcesOf(call.parameters, elements),
    record,
  };
  account.in(caller.region).history.add(event);
  const { roleArn = '' } = call.parameters as { roleArn?: string };
  const otherId = /^arn:[a-z-]+:iam::(\d{12}):role\//.exec(roleArn)?.[1];
  const other = otherId === undefined || otherId === account.id ? null : world.account(otherId);
  if (call.action !== 'AssumeRole' || refused !== null || other === null) return;
  const copyId = world.ids.requestId();
  const copy = {
    ...record,
    eventID: copyId,
    recipientAccountId: other.id,
    sharedEventID: world.ids.requestId(),
  };
  other.in(caller.region).history.add({ ...event, eventId: copyId, record: copy });
}

function nameOf({ principal }: Caller): string {
  if (principal.kind === 'user') return principal.user.name;
  if (principal.kind === 'role') return principal.sessionName;
  return principal.kind === 'root' ? 'root' : principal.name;
}

function identityOf(caller: Caller): Record<string, unknown> {
  const { principal, session, accessKeyId } = caller;
  const { account } = principal;
  const types = { root: 'Root', user: 'IAMUser', role: 'AssumedRole', federated: 'FederatedUser' } as const;
  const issuer =
    principal.kind === 'role'
      ? {
          type: 'Role',
          principalId: principal.role.roleId,
          arn: principal.role.arn,
          userName: principal.role.name,
        }
      : principal.kind === 'federated' && principal.user !== null
        ? {
            type: 'IAMUser',
            principalId: principal.user.userId,
            arn: principal.user.arn,
            userName: principal.user.name,
          }
        : null;
  return {
    type: types[principal.kind],
    principalId: principalUserId(principal),
    arn: principalArn(principal),
    accountId: account.id,
    accessKeyId,
    ...(principal.kind === 'user' ? { userName: principal.user.name } : {}),
    ...(session === null
      ? {}
      : {
          sessionContext: {
            ...(issuer === null ? {} : { sessionIssuer: { ...issuer, accountId: account.id } }),
            attributes: {
              creationDate: `${new Date(session.issuedAt).toISOString().slice(0, 19)}Z`,
              mfaAuthenticated: String(session.mfa),
            },
          },
        }),
  };
}

/** An answer in lower camel case without its secrets. */
function written(value: unknown): Record<string, unknown> | null {
  return value === null ? null : (cleaned(value) as Record<string, unknown>);
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, content]: [string, unknown]) => [lowerCamel(name), cleaned(content)] as const)
      .filter(([name]) => !neverWritten.has(name)),
  );
}

const kinds: Readonly<Record<string, string>> = {
  userName: 'AWS::IAM::User',
  roleName: 'AWS::IAM::Role',
  roleArn: 'AWS::IAM::Role',
  accessKeyId: 'AWS::IAM::AccessKey',
  policyArn: 'AWS::IAM::Policy',
  secretId: 'AWS::SecretsManager::Secret',
};

function resourcesOf(
  parameters: Readonly<Record<string, unknown>>,
  elements: Readonly<Record<string, unknown>> | null,
): HistoryEvent['resources'] {
  const made = Object(elements?.['accessKey']) as Record<string, unknown>;
  const all = [...Object.entries(parameters), ...Object.entries({ accessKeyId: made['accessKeyId'] })];
  return all.flatMap(([name, value]) => {
    const ResourceType = kinds[name];
    return ResourceType !== undefined && typeof value === 'string'
      ? [{ ResourceType, ResourceName: value }]
      : [];
  });
}
