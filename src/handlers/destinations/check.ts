import type { KeptDestination } from '../../domain/destination.ts';
import type { IamUser } from '../../domain/inventory.ts';
import type { Known } from '../../domain/known.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { DestinationPlace, Preflight } from '../../ports/destination.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { readAdministrator } from './administrator.ts';
import { destinationAct, destinationAt } from './kept.ts';
import { openPlace } from './places.ts';

/** All of a check, so that nobody waits for ever. */
const CHECK_MS = 45_000;

/** What was found for one user. */
export interface UserCheck {
  readonly user: IamUser;
  readonly administrator: Known<boolean>;
  readonly preflight: Preflight;
}

/** Records that a check was asked for; once for each claim. Before the acknowledgement: AWS is not called. */
export async function beginCheck(
  services: Services,
  request: Request,
  destinationId: string,
): Promise<KeptDestination> {
  authorise(request.actor, 'admin', 'check destinations', services.admins);
  const destination = await destinationAt(services, destinationId, null);
  const act = destinationAct(request, 'destination.check', destination);
  await claimAndWrite(services, request, [auditOutcome(services, act, 'done')]);
  return destination;
}

/**
 * Asks for each user whether its key could be delivered, and whether it is like an administrator. Changes nothing in
 * AWS; a webhook is sent a message without a secret.
 */
export async function checkUsers(
  services: Services,
  destination: KeptDestination,
  users: readonly IamUser[],
): Promise<UserCheck[]> {
  const signal = AbortSignal.timeout(CHECK_MS);
  let place: DestinationPlace<Readonly<Record<string, unknown>>>;
  try {
    place = await openPlace(services, destination);
  } catch (error) {
    const preflight = failed(error);
    return Promise.all(
      users.map(async (user) => {
        return { user, administrator: await readAdministrator(services, user, signal), preflight };
      }),
    );
  }
  const found: UserCheck[] = [];
  // One after the other: Parameter Store takes three calls a second.
  for (const user of users) {
    const administrator = await readAdministrator(services, user, signal);
    found.push({ user, administrator, preflight: await lookFor(services, destination, place, user, signal) });
  }
  return found;
}

/** A place that holds one of the user's keys is the user's, whichever of two it is. */
async function lookFor(
  { stores }: Services,
  { target }: KeptDestination,
  place: DestinationPlace<Readonly<Record<string, unknown>>>,
  { accountId, userId, userName, arn }: IamUser,
  signal: AbortSignal,
): Promise<Preflight> {
  const keys = await stores.inventory.keys.ofUser(accountId, userId);
  const account = await stores.inventory.accounts.byId(accountId);
  const ids = keys.length === 0 ? [''] : keys.map(({ accessKeyId }) => accessKeyId);
  let found: Preflight = { answer: 'unknown', why: 'nothing was asked' };
  for (const replacesKeyId of ids) {
    try {
      const about = {
        rotationId: `check-${userId}`,
        accountId,
        partition: account?.partition ?? 'aws',
        userName,
        userArn: arn,
        replacesKeyId,
      };
      found = await place.preflight(target, about, signal);
    } catch (error) {
      found = failed(error);
    }
    if (found.answer !== 'no') return found;
  }
  return found;
}

function failed(error: unknown): Preflight {
  if (error instanceof RekeyError && error.code !== 'internal') {
    return { answer: 'no', why: error.message, mend: error.next ?? '' };
  }
  if (error instanceof AwsFailure) return { answer: 'unknown', why: `${error.action}: ${error.code}` };
  if (error instanceof Error && error.name === 'TimeoutError')
    return { answer: 'unknown', why: 'it took too long' };
  throw error;
}
