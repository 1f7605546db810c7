import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { IamRoles } from '../ports/iam-roles.ts';
import type { CallBudget } from './budget.ts';
import { sent } from './call.ts';
import type { CallGround } from './call.ts';
import { iamCalls } from './iam-calls.ts';
import { marked } from './marked.ts';
import { orNull } from './secrets-manager.ts';
import { aborted } from './sts.ts';

/** What AWS takes for a role's longest session where it does not say. */
const HOUR_S = 3_600;

/** A person waits for all of it: it counts in the account's budget, and never waits there. */
export function openIamRoles(
  ground: CallGround,
  credentials: AwsCredentials,
  partition: Partition,
  budget: CallBudget,
): IamRoles {
  const { reader, writer, call } = iamCalls(ground, credentials, partition, { budget, urgency: 'person' });
  return {
    role: async (RoleName, signal) => {
      const action = 'iam:GetRole';
      const send = () => reader.send(new GetRoleCommand({ RoleName }), aborted(signal));
      const answer = await orNull(call(action, send, signal));
      if (answer === null) return null;
      const role = sent(answer.Role, action);
      const { LastUsedDate: at, Region: region = '' } = role.RoleLastUsed ?? {};
      return {
        roleId: sent(role.RoleId, action),
        arn: sent(role.Arn, action),
        longestMs: (role.MaxSessionDuration ?? HOUR_S) * 1_000,
        lastUsed: at === undefined ? null : { at: at.getTime(), region },
        // IAM answers policies as they stand in a URL.
        trust: decodeURIComponent(sent(role.AssumeRolePolicyDocument, action)),
      };
    },
    rolePolicy: async (RoleName, PolicyName, signal) => {
      const action = 'iam:GetRolePolicy';
      const send = () => reader.send(new GetRolePolicyCommand({ RoleName, PolicyName }), aborted(signal));
      const answer = await orNull(call(action, send, signal));
      return answer === null ? null : decodeURIComponent(sent(answer.PolicyDocument, action));
    },
    putPolicy: async (RoleName, PolicyName, PolicyDocument, act, signal) => {
      const command = marked(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      await call('iam:PutRolePolicy', send, signal);
    },
    deletePolicy: async (RoleName, PolicyName, act, signal) => {
      const command = marked(new DeleteRolePolicyCommand({ RoleName, PolicyName }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      await orNull(call('iam:DeleteRolePolicy', send, signal));
    },
  };
}
