import {
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { EvaluationResult } from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials, Iam, SimulatedDecision } from '../ports/aws.ts';
import { sent } from './call.ts';
import type { CallGround } from './call.ts';
import { accountReads, listedUser, policiesOf, tagsOf } from './iam-account.ts';
import { allPages, iamCalls } from './iam-calls.ts';
import type { Inside } from './iam-calls.ts';
import { marked } from './marked.ts';
import { aborted } from './sts.ts';

/** IAM of one partition, inside a call budget: reads are tried twice, mutations once. */
export function openIam(
  ground: CallGround,
  credentials: AwsCredentials,
  partition: Partition,
  inside: Inside,
): Iam {
  const calls = iamCalls(ground, credentials, partition, inside);
  const { reader, writer, call } = calls;

  return {
    ...accountReads(calls),

    listAccessKeys: async (userName, signal) => {
      const action = 'iam:ListAccessKeys';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () => reader.send(new ListAccessKeysCommand({ UserName: userName, ...page }), aborted(signal)),
          signal,
        ),
      );
      return answers
        .flatMap((answer) => sent(answer.AccessKeyMetadata, action))
        .map((key) => ({
          accessKeyId: sent(key.AccessKeyId, action),
          status: sent(key.Status, action),
          createdAt: key.CreateDate?.getTime() ?? null,
        }));
    },

    getUser: async (userName, signal) => {
      const action = 'iam:GetUser';
      const answer = await call(
        action,
        () => reader.send(new GetUserCommand({ UserName: userName }), aborted(signal)),
        signal,
      );
      const user = sent(answer.User, action);
      return { ...listedUser(user, action), tags: tagsOf(user.Tags) };
    },

    listUserTags: async (userName, signal) => {
      const action = 'iam:ListUserTags';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () => reader.send(new ListUserTagsCommand({ UserName: userName, ...page }), aborted(signal)),
          signal,
        ),
      );
      return tagsOf(answers.flatMap((answer) => sent(answer.Tags, action)));
    },

    accessKeyLastUsed: async (accessKeyId, signal) => {
      const action = 'iam:GetAccessKeyLastUsed';
      const answer = await call(
        action,
        () => reader.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), aborted(signal)),
        signal,
      );
      const used = sent(answer.AccessKeyLastUsed, action);
      const at = used.LastUsedDate?.getTime();
      return {
        userName: answer.UserName ?? null,
        use: at === undefined ? null : { at, service: named(used.ServiceName), region: named(used.Region) },
      };
    },

    hasLoginProfile: async (userName, signal) => {
      const action = 'iam:GetLoginProfile';
      try {
        const answer = await call(
          action,
          () => reader.send(new GetLoginProfileCommand({ UserName: userName }), aborted(signal)),
          signal,
        );
        sent(answer.LoginProfile, action);
        return true;
      } catch (error) {
        if (error instanceof AwsFailure && error.code === 'no_such_entity') return false;
        throw error;
      }
    },

    listAttachedUserPolicies: async (userName, signal) => {
      const action = 'iam:ListAttachedUserPolicies';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () =>
            reader.send(
              new ListAttachedUserPoliciesCommand({ UserName: userName, ...page }),
              aborted(signal),
            ),
          signal,
        ),
      );
      return answers.flatMap((answer) => policiesOf(answer.AttachedPolicies, action));
    },

    listUserPolicies: async (userName, signal) => {
      const action = 'iam:ListUserPolicies';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () => reader.send(new ListUserPoliciesCommand({ UserName: userName, ...page }), aborted(signal)),
          signal,
        ),
      );
      return answers.flatMap((answer) => sent(answer.PolicyNames, action));
    },

    listAttachedRolePolicies: async (roleName, signal) => {
      const action = 'iam:ListAttachedRolePolicies';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () =>
            reader.send(
              new ListAttachedRolePoliciesCommand({ RoleName: roleName, ...page }),
              aborted(signal),
            ),
          signal,
        ),
      );
      return answers.flatMap((answer) => policiesOf(answer.AttachedPolicies, action));
    },

    accountAlias: async (signal) => {
      const action = 'iam:ListAccountAliases';
      const answer = await call(
        action,
        () => reader.send(new ListAccountAliasesCommand({}), aborted(signal)),
        signal,
      );
      return sent(answer.AccountAliases, action)[0] ?? null;
    },

    simulate: async ({ principalArn, actions, resource, resourcePolicy = null, context = [] }, signal) => {
      const action = 'iam:SimulatePrincipalPolicy';
      const answers = await allPages(action, (page) =>
        call(
          action,
          () =>
            reader.send(
              new SimulatePrincipalPolicyCommand({
                PolicySourceArn: principalArn,
                ActionNames: [...actions],
                ResourceArns: [resource],
                ...(resourcePolicy === null ? {} : { ResourcePolicy: resourcePolicy }),
                ContextEntries: context.map(({ key, type, values }) => ({
                  ContextKeyName: key,
                  ContextKeyType: type,
                  ContextKeyValues: [...values],
                })),
                ...page,
              }),
              aborted(signal),
            ),
          signal,
        ),
      );
      return new Map(
        answers
          .flatMap((answer) => sent(answer.EvaluationResults, action))
          .map((result) => [sent(result.EvalActionName, action), decisionOf(result, action)]),
      );
    },

    listOneUser: async (signal) => {
      const action = 'iam:ListUsers';
      const answer = await call(
        action,
        () => reader.send(new ListUsersCommand({ MaxItems: 1 }), aborted(signal)),
        signal,
      );
      sent(answer.Users, action);
    },

    updateAccessKey: async ({ userName, accessKeyId, status, act }, signal) => {
      const asked = { UserName: userName, AccessKeyId: accessKeyId, Status: status };
      const command = new UpdateAccessKeyCommand(asked);
      if (act !== null) marked(command, 'act', act);
      await call('iam:UpdateAccessKey', () => writer.send(command, aborted(signal)), signal);
    },
  };
}

/** AWS writes N/A where it does not say. */
function named(text: string | undefined): string | null {
  return text === undefined || text === '' || text === 'N/A' ? null : text;
}

/** A denial by the organization is reported beside the decision of the identity's own policies. */
function decisionOf(result: EvaluationResult, action: string): SimulatedDecision {
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) return 'explicitDeny';
  return sent(result.EvalDecision, action);
}
