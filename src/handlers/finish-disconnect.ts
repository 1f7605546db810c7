import type { KeyAfterDisconnect } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import { RekeyError } from '../errors.ts';
import { AwsFailure, type AwsCredentials } from '../ports/aws.ts';
import { iamRegion } from '../domain/partition.ts';
import type { Write } from '../ports/stores.ts';
import { openSecret } from './check-credentials.ts';
import { stopped, type Ending } from './ending.ts';
import { pauseOf } from './pause.ts';
import { removeRefusals } from './rotations/schedule-refusals.ts';
import { removeSchedule } from './rotations/schedules.ts';
import type { Services } from './services.ts';

/** How often, and how far apart, AWS is asked whether it refuses the key yet (facts: 3 to 4 s are usual). */
const CONFIRM_AFTER_MS = [1_000, 1_000, 2_000, 3_000, 4_000] as const;

/** How far apart a key that was refused is tried before it is taken for dead. */
const PROVE_AFTER_MS = [1_000, 2_000, 3_000, 3_000] as const;

/** When the deactivation is tried: again where AWS gave no clear answer. */
const TRY_AFTER_MS = [0, 1_000, 2_000] as const;

type Sts = ReturnType<Services['aws']['sts']>;

/** `unclear`: the change was sent, and nobody knows whether AWS made it. */
type KeyOutcome = KeyAfterDisconnect | { refused: string } | { unclear: true };

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
    if ('unclear' in outcome) return unclearEnding(services, connection);
    if ('refused' in outcome) {
      const back = connectedAgain(services, connection);
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
      stores.inventory.keyPolicies.remove(connection.id),
      removeSchedule(services, connection.id),
      ...(await forgetAccount(services, connection)),
    ],
  };
}

/** With the last connection to an account goes what was known of its keys, and how it was watched. */
async function forgetAccount(services: Services, { id, accountId }: Connection): Promise<readonly Write[]> {
  const { stores } = services;
  const others = (await stores.connections.list()).some(
    (each) => each.id !== id && each.accountId === accountId,
  );
  return others
    ? []
    : [
        ...stores.inventory.accounts.forget(accountId),
        ...stores.watch.accounts.forget(accountId),
        removeRefusals(services, accountId),
      ];
}

function connectedAgain(services: Services, connection: Connection): Connection {
  const { clock } = services;
  return {
    ...connection,
    state: 'connected',
    updatedAt: clock.now(),
    version: connection.version + 1,
  };
}

/** Keeps the connection, since its secret may still be needed, and says on Home that nobody knows its key's state. */
function unclearEnding(services: Services, connection: Connection): Ending {
  const why = `AWS may have deactivated the access key ${connection.accessKeyId ?? ''}, but its answer was lost.`;
  const next = 'Use Test to see whether AWS still accepts the key, then disconnect again.';
  const back: Connection = {
    ...connectedAgain(services, connection),
    lastCheck: {
      status: 'unknown',
      checkedAt: services.clock.now(),
      diagnosis: {
        code: 'aws_down',
        what: why,
        why: 'AWS did not answer UpdateAccessKey.',
        mend: next,
        reference: null,
      },
    },
  };
  return {
    result: {
      kind: 'undecided',
      connection: back,
      why: `${why} “${connection.name}” is still connected.`,
      next,
    },
    outcome: 'unknown',
    entityId: connection.id,
    writes: [services.stores.connections.update(back)],
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

/**
 * Makes the connection's own key Inactive, signed by itself: the last thing it does. Idempotent, so an answer that was
 * lost is asked for again.
 */
async function deactivateOwnKey(
  services: Services,
  connection: Connection,
  signal: AbortSignal,
): Promise<KeyOutcome> {
  const { accessKeyId, userName } = connection;
  const host = await services.hostIdentity();
  if (host.available && host.accountId === connection.accountId && host.arn === connection.arn) {
    return { refused: 'Rekey itself works as this identity, so that would cut off every role connection.' };
  }
  const secret = await openSecret(services, connection);
  if (accessKeyId === null || userName === null || secret === null) {
    return { refused: 'this connection has no access key of an IAM user.' };
  }
  const credentials: AwsCredentials = { kind: 'access_key', accessKeyId, secret };
  const iam = services.aws.iam(credentials, connection.partition, {
    accountId: connection.accountId,
    urgency: 'person',
  });
  const sts = services.aws.sts(credentials, connection.region ?? iamRegion(connection.partition));
  // Once a change was sent and not answered, nothing but a clear answer says what the key is now.
  let lost = false;
  let refused = 'AWS accepts the key one moment and refuses it the next.';
  for (const wait of TRY_AFTER_MS) {
    let sent = false;
    try {
      if (wait > 0) await services.clock.sleep(wait, signal);
      const against = await reasonAgainst(iam, connection, { accessKeyId, userName }, signal);
      if (against === 'inactive') return { state: 'inactive', confirmed: true };
      if (against !== null) {
        refused = against.refused;
        break;
      }
      const paused = await pauseOf(services);
      if (paused !== null) {
        refused = `Rekey is paused (${paused.why}).`;
        break;
      }
      sent = true;
      await iam.updateAccessKey({ userName, accessKeyId, status: 'Inactive', act: null }, signal);
      return { state: 'inactive', confirmed: await seenRefused(services, sts, signal) };
    } catch (error) {
      if (signal.aborted && (lost || sent)) return { unclear: true };
      if (!(error instanceof AwsFailure)) throw error;
      const silent = error.code === 'timeout' || error.code === 'aws_down';
      lost ||= sent && silent;
      if (error.code === 'key_not_active') {
        if (await keepsRefusing(services, sts, signal)) {
          return lost ? { state: 'inactive', confirmed: true } : { state: 'refused' };
        }
        continue;
      }
      refused = silent ? `AWS gave no clear answer to ${error.action}.` : inWords(error);
      if (!silent) break;
    }
  }
  return lost ? { unclear: true } : { refused };
}

/** What speaks against changing the key: that it is Inactive already, or is not the one that was connected. */
async function reasonAgainst(
  iam: ReturnType<Services['aws']['iam']>,
  connection: Connection,
  { accessKeyId, userName }: { accessKeyId: string; userName: string },
  signal: AbortSignal,
): Promise<'inactive' | { refused: string } | null> {
  const user = await iam.getUser(userName, signal).catch((error: unknown) => {
    // Reading the user is a safeguard that not every policy allows; being refused is no proof of anything.
    if (error instanceof AwsFailure && error.code === 'denied_by_policy') return null;
    throw error;
  });
  if (user !== null && user.userId !== connection.uniqueId) {
    return { refused: `the IAM user ${userName} is not the one that was connected.` };
  }
  const keys = await iam.listAccessKeys(userName, signal);
  const ours = keys.find((key) => key.accessKeyId === accessKeyId);
  if (ours === undefined) return { refused: `AWS does not list it as a key of ${userName}.` };
  return ours.status === 'Active' ? null : 'inactive';
}

/** After AWS took the change: whether it was seen refusing the key, twice in a row, within some seconds. */
async function seenRefused(services: Services, sts: Sts, signal: AbortSignal): Promise<boolean> {
  let inARow = 0;
  for (const wait of CONFIRM_AFTER_MS) {
    const answer = await askedAfter(services, sts, wait, signal);
    inARow = answer === 'refused' ? inARow + 1 : 0;
    if (inARow === 2) return true;
    if (signal.aborted) return false;
  }
  return false;
}

/**
 * Whether a key that was refused once is dead. One of AWS's replicas may not know a living key for some seconds, so
 * only refusals in a row over nine seconds prove it.
 */
async function keepsRefusing(services: Services, sts: Sts, signal: AbortSignal): Promise<boolean> {
  for (const wait of PROVE_AFTER_MS) {
    if ((await askedAfter(services, sts, wait, signal)) !== 'refused') return false;
  }
  return true;
}

async function askedAfter(
  services: Services,
  sts: Sts,
  wait: number,
  signal: AbortSignal,
): Promise<'accepted' | 'refused' | 'unclear'> {
  try {
    await services.clock.sleep(wait, signal);
    await sts.getCallerIdentity(signal);
    return 'accepted';
  } catch (error) {
    return error instanceof AwsFailure && error.code === 'key_not_active' ? 'refused' : 'unclear';
  }
}

function inWords(failure: AwsFailure): string {
  return failure.code === 'denied_by_policy'
    ? `AWS does not allow it ${failure.action} on itself.`
    : `AWS refused ${failure.action} (${failure.awsName ?? failure.code}).`;
}
