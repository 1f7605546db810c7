import {
  GetLoginProfileCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { AttachedPolicy as SdkPolicy, EvaluationResult } from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AttachedPolicy, AwsCredentials, Iam, SimulatedDecision } from '../ports/aws.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { iamClient } from './clients.ts';
import { aborted } from './sts.ts';

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** Follows markers to the last page. */
async function pages<P extends Page>(read: (page: { Marker?: string }) => Promise<P>): Promise<P[]> {
  const all = [await read({})];
  for (let last = all[0]; last?.IsTruncated === true && last.Marker !== undefined; last = all.at(-1)) {
    all.push(await read({ Marker: last.Marker }));
  }
  return all;
}

/** IAM of one partition: reads are tried twice, mutations once. */
export function openIam(ground: CallGround, credentials: AwsCredentials, partition: Partition): Iam {
  const reader = iamClient(ground, credentials, partition, 2);
  const writer = iamClient(ground, credentials, partition, 1);
  const call = <Output extends { $metadata: { requestId?: string | undefined } }>(
    action: string,
    send: () => Promise<Output>,
  ) => callAws(ground, credentials, action, send);

  return {
    listAccessKeys: async (userName, signal) => {
      const action = 'iam:ListAccessKeys';
      const answers = await pages((page) =>
        call(action, () =>
          reader.send(new ListAccessKeysCommand({ UserName: userName, ...page }), aborted(signal)),
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
      const answer = await call(action, () =>
        reader.send(new GetUserCommand({ UserName: userName }), aborted(signal)),
      );
      const user = sent(answer.User, action);
      return {
        userName: sent(user.UserName, action),
        uniqueId: sent(user.UserId, action),
        arn: sent(user.Arn, action),
      };
    },

    hasLoginProfile: async (userName, signal) => {
      const action = 'iam:GetLoginProfile';
      try {
        const answer = await call(action, () =>
          reader.send(new GetLoginProfileCommand({ UserName: userName }), aborted(signal)),
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
      const answers = await pages((page) =>
        call(action, () =>
          reader.send(new ListAttachedUserPoliciesCommand({ UserName: userName, ...page }), aborted(signal)),
        ),
      );
      return answers.flatMap((answer) => policiesOf(answer.AttachedPolicies, action));
    },

    listAttachedRolePolicies: async (roleName, signal) => {
      const action = 'iam:ListAttachedRolePolicies';
      const answers = await pages((page) =>
        call(action, () =>
          reader.send(new ListAttachedRolePoliciesCommand({ RoleName: roleName, ...page }), aborted(signal)),
        ),
      );
      return answers.flatMap((answer) => policiesOf(answer.AttachedPolicies, action));
    },

    accountAlias: async (signal) => {
      const action = 'iam:ListAccountAliases';
      const answer = await call(action, () =>
        reader.send(new ListAccountAliasesCommand({}), aborted(signal)),
      );
      return sent(answer.AccountAliases, action)[0] ?? null;
    },

    simulate: async ({ principalArn, actions, resource, context = [] }, signal) => {
      const action = 'iam:SimulatePrincipalPolicy';
      const answers = await pages((page) =>
        call(action, () =>
          reader.send(
            new SimulatePrincipalPolicyCommand({
              PolicySourceArn: principalArn,
              ActionNames: [...actions],
              ResourceArns: [resource],
              ContextEntries: context.map(({ key, type, values }) => ({
                ContextKeyName: key,
                ContextKeyType: type,
                ContextKeyValues: [...values],
              })),
              ...page,
            }),
            aborted(signal),
          ),
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
      const answer = await call(action, () =>
        reader.send(new ListUsersCommand({ MaxItems: 1 }), aborted(signal)),
      );
      sent(answer.Users, action);
    },

    updateAccessKey: async ({ userName, accessKeyId, status }, signal) => {
      await call('iam:UpdateAccessKey', () =>
        writer.send(
          new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status: status }),
          aborted(signal),
        ),
      );
    },
  };
}

function policiesOf(policies: readonly SdkPolicy[] | undefined, action: string): AttachedPolicy[] {
  return sent(policies, action).map((policy) => ({
    name: sent(policy.PolicyName, action),
    arn: sent(policy.PolicyArn, action),
  }));
}

/** A denial by the organization is reported beside the decision of the identity's own policies. */
function decisionOf(result: EvaluationResult, action: string): SimulatedDecision {
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) return 'explicitDeny';
  return sent(result.EvalDecision, action);
}
