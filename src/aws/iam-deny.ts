import {
  AttachUserPolicyCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { IamDeny } from '../ports/iam-deny.ts';
import type { CallBudget } from './budget.ts';
import { sent } from './call.ts';
import type { CallGround } from './call.ts';
import { iamCalls } from './iam-calls.ts';
import { marked } from './marked.ts';
import { orNull } from './secrets-manager.ts';
import { aborted } from './sts.ts';

/** A person waits for all of it: it counts in the account's budget, and never waits there. */
export function openIamDeny(
  ground: CallGround,
  credentials: AwsCredentials,
  partition: Partition,
  budget: CallBudget,
): IamDeny {
  const { reader, writer, call } = iamCalls(ground, credentials, partition, { budget, urgency: 'person' });
  return {
    userPolicy: async (UserName, PolicyName, signal) => {
      const action = 'iam:GetUserPolicy';
      const send = () => reader.send(new GetUserPolicyCommand({ UserName, PolicyName }), aborted(signal));
      const answer = await orNull(call(action, send, signal));
      // IAM answers policies as they stand in a URL.
      return answer === null ? null : decodeURIComponent(sent(answer.PolicyDocument, action));
    },
    attachPolicy: async (UserName, PolicyArn, act, signal) => {
      const command = marked(new AttachUserPolicyCommand({ UserName, PolicyArn }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      await call('iam:AttachUserPolicy', send, signal);
    },
    detachPolicy: async (UserName, PolicyArn, act, signal) => {
      const command = marked(new DetachUserPolicyCommand({ UserName, PolicyArn }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      // What is not there needs no taking away.
      await orNull(call('iam:DetachUserPolicy', send, signal));
    },
    putPolicy: async (UserName, PolicyName, PolicyDocument, act, signal) => {
      const command = marked(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      await call('iam:PutUserPolicy', send, signal);
    },
    deletePolicy: async (UserName, PolicyName, act, signal) => {
      const command = marked(new DeleteUserPolicyCommand({ UserName, PolicyName }), 'act', act);
      const send = () => writer.send(command, aborted(signal));
      await orNull(call('iam:DeleteUserPolicy', send, signal));
    },
  };
}
