import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  TagUserCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import type { Partition } from '../domain/partition.ts';
import { Secret } from '../domain/secret.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { IamKeys } from '../ports/iam-keys.ts';
import type { CallBudget } from './budget.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { iamClient } from './clients.ts';
import { marked } from './marked.ts';
import { aborted } from './sts.ts';

/**
 * Everything here is tried once: the SDK would repeat even a refusal for want of a free slot (facts). It counts in the
 * account's budget without waiting there, since whoever calls looked at the keys right before.
 */
export function openIamKeys(
  ground: CallGround,
  credentials: AwsCredentials,
  partition: Partition,
  budget: CallBudget,
): IamKeys {
  const client = iamClient(ground, credentials, partition, 1);
  const call = <Output extends { $metadata: { requestId?: string | undefined } }>(
    action: string,
    send: () => Promise<Output>,
  ) => budget.run('person', () => callAws(ground, credentials, action, send));

  return {
    createAccessKey: async ({ userName, nonce }, signal) => {
      const action = 'iam:CreateAccessKey';
      const command = marked(new CreateAccessKeyCommand({ UserName: userName }), 'rotation', nonce);
      const answer = await call(action, () => client.send(command, aborted(signal)));
      const key = sent(answer.AccessKey, action);
      return {
        accessKeyId: sent(key.AccessKeyId, action),
        secret: new Secret(sent(key.SecretAccessKey, action)),
      };
    },

    deleteAccessKey: async ({ userName, accessKeyId, act }, signal) => {
      const command = new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId });
      await call('iam:DeleteAccessKey', () => client.send(marked(command, 'act', act), aborted(signal)));
    },

    tagUser: async (userName, tags, signal) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await call('iam:TagUser', () =>
        client.send(new TagUserCommand({ UserName: userName, Tags }), aborted(signal)),
      );
    },

    untagUser: async (userName, keys, signal) => {
      await call('iam:UntagUser', () =>
        client.send(new UntagUserCommand({ UserName: userName, TagKeys: [...keys] }), aborted(signal)),
      );
    },
  };
}
