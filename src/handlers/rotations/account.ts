import { known, unknown } from '../../domain/known.ts';
import type { LastUse } from '../../domain/last-use.ts';
import { quarantinePolicies } from '../../domain/quarantine.ts';
import type { Iam } from '../../ports/aws.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { RotatedAccount, UserLook } from '../../ports/rotation-world.ts';
import { isDenied } from '../../rotation/failures.ts';
import type { Services } from '../services.ts';
import type { Signer } from './signer.ts';

/**
 * IAM of the account of a rotation. Reads wait for their turn in the account's call budget; changes count in it, and
 * never wait: what was looked at right before them must still be true.
 */
export function rotatedAccount(
  { aws, clock }: Pick<Services, 'aws' | 'clock'>,
  { connection, credentials, arn }: Signer,
): RotatedAccount {
  const { accountId, partition } = connection;
  const reads = aws.iam(credentials, partition, { accountId, urgency: 'background' });
  const changes = aws.iam(credentials, partition, { accountId, urgency: 'person' });
  const keys = aws.iamKeys(credentials, partition, { accountId });
  return {
    signerArn: arn,
    signerKeyId: credentials.accessKeyId,
    look: (userName, signal) => look(reads, userName, clock.now(), signal),
    lastUse: (accessKeyId, signal) => lastUse(reads, accessKeyId, () => clock.now(), signal),
    createKey: (input, signal) => keys.createAccessKey(input, signal),
    setStatus: (input, signal) => changes.updateAccessKey(input, signal),
    deleteKey: ({ userName, accessKeyId }, act, signal) =>
      keys.deleteAccessKey({ userName, accessKeyId, act }, signal),
    tagKey: async (userName, accessKeyId, text, signal) => {
      try {
        if (text === null) await keys.untagUser(userName, [accessKeyId], signal);
        else await keys.tagUser(userName, { [accessKeyId]: text }, signal);
      } catch (error) {
        if (!(error instanceof AwsFailure) || !error.code.startsWith('denied_')) throw error;
      }
    },
  };
}

/** The user first: keys that are read later are those of this user, or of nobody. */
async function look(iam: Iam, userName: string, now: number, signal: AbortSignal): Promise<UserLook> {
  const user = await iam.getUser(userName, signal);
  const keys = await iam.listAccessKeys(userName, signal);
  return { userId: user.userId, keys, quarantine: await quarantineOf(iam, userName, now, signal) };
}

/** Not every policy allows this read: who may only rotate itself may not. Any other failure is no answer: ask again. */
async function quarantineOf(
  iam: Iam,
  userName: string,
  now: number,
  signal: AbortSignal,
): Promise<UserLook['quarantine']> {
  try {
    return known(quarantinePolicies(await iam.listAttachedUserPolicies(userName, signal)), now);
  } catch (error) {
    if (!(error instanceof AwsFailure) || !isDenied(error)) throw error;
    return unknown(`${error.action}: ${error.code}`, now);
  }
}

/** When a key was last used; what could not be read is unknown. */
export async function lastUse(
  iam: Iam,
  accessKeyId: string,
  now: () => number,
  signal: AbortSignal,
): Promise<LastUse> {
  // AWS's answer is as old as the question.
  const asOf = now();
  try {
    const { use } = await iam.accessKeyLastUsed(accessKeyId, signal);
    return use === null ? { kind: 'not_seen', asOf } : { kind: 'used', ...use, asOf };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { kind: 'unknown', why: `${error.action}: ${error.code}`, since: asOf, last: null };
  }
}
