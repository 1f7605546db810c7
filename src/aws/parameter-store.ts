import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { Secret } from '../domain/secret.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { ParameterStore } from '../ports/secret-stores.ts';
import type { CallPace } from './pace.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { ssmClient } from './clients.ts';
import { orNull, textsIn } from './secrets-manager.ts';
import { aborted } from './sts.ts';

/** PutParameter has 3 calls/s per account and region, shared with other tools (AWS General Reference): we take two. */
export const PARAMETER_WRITE_GAP_MS = 500;

/** `TooManyUpdates` is not on the SDK's list of what is tried again (facts: SDK models). */
const AGAIN_AFTER_MS = [1_000, 2_000, 4_000];

/** Parameter Store of one region. Each call is made once, but for the tries of a write that AWS asks to repeat. */
export function openParameterStore(
  ground: CallGround,
  credentials: AwsCredentials,
  region: string,
  budget: CallPace,
): ParameterStore {
  const client = ssmClient(ground, credentials, region);
  return {
    read: async (name, version, signal) => {
      const action = 'ssm:GetParameter';
      // A version is named after a colon (SSM API reference, GetParameter).
      const Name = version === null ? name : `${name}:${version}`;
      const answer = await orNull(
        callAws(ground, credentials, action, () =>
          client.send(new GetParameterCommand({ Name, WithDecryption: true }), aborted(signal)),
        ),
      );
      if (answer === null) return null;
      const parameter = sent(answer.Parameter, action);
      return {
        version: sent(parameter.Version, action),
        type: sent(parameter.Type, action),
        text: new Secret(sent(parameter.Value, action)),
      };
    },

    write: async ({ name, value, overwrite, kmsKeyId }, signal) => {
      const action = 'ssm:PutParameter';
      for (let tried = 0; ; tried += 1) {
        await budget.take('people', signal);
        try {
          const answer = await callAws(
            ground,
            credentials,
            action,
            () =>
              client.send(
                new PutParameterCommand({
                  Name: name,
                  Value: value.reveal(),
                  Type: 'SecureString',
                  Overwrite: overwrite,
                  ...(kmsKeyId === null ? {} : { KeyId: kmsKeyId }),
                }),
                aborted(signal),
              ),
            textsIn(value),
          );
          return sent(answer.Version, action);
        } catch (error) {
          const wait = AGAIN_AFTER_MS[tried];
          if (!(error instanceof AwsFailure) || error.code !== 'throttled' || wait === undefined) throw error;
          budget.throttled(wait);
        }
      }
    },
  };
}
