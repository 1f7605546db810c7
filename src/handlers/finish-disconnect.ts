import type { KeyAfterDisconnect } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import { RekeyError } from '../errors.ts';
import { AwsFailure, type AwsCredentials } from '../ports/aws.ts';
import { iamRegion } from '../domain/partition.ts';
import { openSecret } from './check-credentials.ts';
import { stopped, type Ending } from './ending.ts';
import type { Services } from './services.ts';

/** How often, and how far apart, AWS is asked whether it refuses the key yet (facts: 3 to 4 s are usual). */
const CONFIRM_AFTER_MS = [1_000, 2_000, 3_000, 4_000] as const;

/**
 * Erases a connection and its sealed secret; first, when asked, makes its access key Inactive in AWS. If that is
 * refused or its outcome cannot be known, nothing is erased: without the secret nobody could try again.
 */
export async function finishDisconnect(
  services: Services,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Ending> {
  const { stores } = services;
  const connection =
    attempt.connectionId === null ? null : await stores.connections.byId(attempt.connectionId);
  if (connection === null) {
    return stopped(attempt, 'This connection is gone already.', 'Nothing is left to do.');
  }
  let key: KeyAfterDisconnect = { state: 'untouched' };
  if (attempt.deactivateKey) {
    const outcome = await deactivateOwnKey(services, connection, signal).catch((error: unknown) =>
      givenUp(services, attempt, error),
    );
    if ('refused' in outcome) {
      const back: Connection = {
        ...connection,
        state: 'connected',
        updatedAt: services.clock.now(),
        version: connection.version + 1,
      };
      return stopped(
        attempt,
        `“${connection.name}” is still connected, because its access key could not be deactivated: ${outcome.refused}`,
        'Mend that and try again, or disconnect without deactivating the key.',
        [stores.connections.update(back)],
      );
    }
    key = outcome;
  }
  return {
    result: { kind: 'disconnected', connection, key },
    outcome: 'done',
    entityId: connection.id,
    writes: [
      stores.connections.remove(connection.id, connection.version),
      stores.secrets.erase('connection', connection.id),
    ],
  };
}

/**
 * Trouble of our own (a secret that does not open, whatever fails for ten minutes) must not leave a connection
 * half-way, where nobody could use, test or disconnect it. Throws on what another try may mend.
 */
function givenUp(services: Services, attempt: Attempt, error: unknown): { refused: string } {
  const known = error instanceof RekeyError && error.code !== 'unreachable';
  if (!known && services.clock.now() < attempt.expiresAt) throw error;
  services.log.error('the key could not be deactivated', { attemptId: attempt.id, error });
  return { refused: known ? error.message : 'Rekey met an error of its own, again and again.' };
}

/** Makes the connection's own key Inactive, signed by itself: the last thing it does. Idempotent. */
async function deactivateOwnKey(
  services: Services,
  connection: Connection,
  signal: AbortSignal,
): Promise<KeyAfterDisconnect | { refused: string }> {
  const { accessKeyId, userName } = connection;
  const secret = await openSecret(services, connection);
  if (accessKeyId === null || userName === null || secret === null) {
    return { refused: 'this connection has no access key of an IAM user.' };
  }
  const credentials: AwsCredentials = { kind: 'access_key', accessKeyId, secret };
  const iam = services.aws.iam(credentials, connection.partition);
  try {
    const user = await iam.getUser(userName, signal).catch((error: unknown) => {
      // Reading the user is a safeguard that not every policy allows; being refused is no proof of anything.
      if (error instanceof AwsFailure && error.code === 'denied_by_policy') return null;
      throw error;
    });
    if (user !== null && user.uniqueId !== connection.uniqueId) {
      return { refused: `the IAM user ${userName} is not the one that was connected.` };
    }
    const keys = await iam.listAccessKeys(userName, signal);
    const ours = keys.find((key) => key.accessKeyId === accessKeyId);
    if (ours === undefined) return { refused: `AWS does not list it as a key of ${userName}.` };
    if (ours.status !== 'Active') return { state: 'inactive', confirmed: true };
    await iam.updateAccessKey({ userName, accessKeyId, status: 'Inactive' }, signal);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    // Inactive and deleted look alike; either way this key can do nothing any more.
    if (error.code === 'key_not_active') return { state: 'inactive', confirmed: true };
    if (error.code !== 'timeout' && error.code !== 'aws_down') return { refused: inWords(error) };
    const refuses = await seenRefused(services, connection, credentials, signal);
    return refuses
      ? { state: 'inactive', confirmed: true }
      : { refused: `AWS gave no clear answer to ${error.action}, and still accepts the key.` };
  }
  return { state: 'inactive', confirmed: await seenRefused(services, connection, credentials, signal) };
}

async function seenRefused(
  services: Services,
  connection: Connection,
  credentials: AwsCredentials,
  signal: AbortSignal,
): Promise<boolean> {
  const sts = services.aws.sts(credentials, connection.region ?? iamRegion(connection.partition));
  for (const wait of CONFIRM_AFTER_MS) {
    try {
      await services.clock.sleep(wait, signal);
      await sts.getCallerIdentity(signal);
    } catch (error) {
      if (error instanceof AwsFailure && error.code === 'key_not_active') return true;
      if (signal.aborted) return false;
    }
  }
  return false;
}

function inWords(failure: AwsFailure): string {
  return failure.code === 'denied_by_policy'
    ? `AWS does not allow it ${failure.action} on itself.`
    : `AWS refused ${failure.action} (${failure.awsName ?? failure.code}).`;
}
