import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { Secret } from '../domain/secret.ts';
import type { AwsCredentials, Sts } from '../ports/aws.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { stsClient } from './clients.ts';

/** STS of one region. Each call is made once: its first answer is what verification judges. */
export function openSts(ground: CallGround, credentials: AwsCredentials, region: string): Sts {
  const client = stsClient(ground, credentials, region, 1);
  return {
    getCallerIdentity: async (signal) => {
      const action = 'sts:GetCallerIdentity';
      const answer = await callAws(ground, credentials, action, () =>
        client.send(new GetCallerIdentityCommand({}), aborted(signal)),
      );
      return {
        accountId: sent(answer.Account, action),
        arn: sent(answer.Arn, action),
        userId: sent(answer.UserId, action),
      };
    },
    assumeRole: async ({ roleArn, sessionName, externalId, durationSeconds }, signal) => {
      const action = 'sts:AssumeRole';
      const answer = await callAws(ground, credentials, action, () =>
        client.send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: sessionName,
            DurationSeconds: durationSeconds,
            ...(externalId === null ? {} : { ExternalId: externalId }),
          }),
          aborted(signal),
        ),
      );
      const session = sent(answer.Credentials, action);
      return {
        kind: 'session',
        accessKeyId: sent(session.AccessKeyId, action),
        secret: new Secret(sent(session.SecretAccessKey, action)),
        sessionToken: new Secret(sent(session.SessionToken, action)),
        expiresAt: sent(session.Expiration, action).getTime(),
      };
    },
  };
}

/** The SDK's way to carry a signal. */
export function aborted(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
