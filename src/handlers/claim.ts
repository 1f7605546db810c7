import { isConflict, RekeyError } from '../errors.ts';
import type { Interaction } from '../domain/records.ts';
import type { Write } from '../ports/stores.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** The row that makes a request act once. */
export function claimOf(services: Services, request: Request): Write {
  return services.stores.interactions.claim({
    id: request.claimId,
    kind: 'decision',
    name: request.name,
    viewId: request.viewId,
    teamId: request.actor.teamId,
    userId: request.actor.userId,
    value: null,
    at: services.clock.now(),
  });
}

/** Claims an event of Slack before its work; false when it was delivered, and claimed, before. */
export async function claimEvent(
  services: Services,
  event: { claimId: string; name: string; userId: string },
): Promise<boolean> {
  const { stores, clock, teamId } = services;
  const { claimId, name, userId } = event;
  const claim = { id: claimId, kind: 'event' as const, name, viewId: null, teamId, userId, value: null };
  try {
    await stores.atomically([stores.interactions.claim({ ...claim, at: clock.now() })]);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Throws `conflict` with the name of who was first when this request was claimed before. */
export async function refuseClaimed(services: Services, request: Request): Promise<void> {
  const first = await services.stores.interactions.byId(request.claimId);
  if (first !== null) throw alreadyDone(first, request);
}

/**
 * Runs the batch with the claim of this request in front. When the claim was taken before, throws `conflict` with
 * the name of who was first; any other conflict is thrown as it is.
 */
export async function claimAndWrite(
  services: Services,
  request: Request,
  writes: readonly Write[],
): Promise<void> {
  const lost = await claimUnlessOvertaken(services, request, writes);
  if (lost !== null) throw lost;
}

/**
 * The same, but for any other conflict, which it answers: somebody changed first what the batch goes by, and nothing was
 * written. Null when it was.
 */
export async function claimUnlessOvertaken(
  services: Services,
  request: Request,
  writes: readonly Write[],
): Promise<RekeyError | null> {
  try {
    await services.stores.atomically([claimOf(services, request), ...writes]);
    return null;
  } catch (error) {
    if (!isConflict(error)) throw error;
    const first = await services.stores.interactions.byId(request.claimId);
    if (first === null) return error;
    throw alreadyDone(first, request, error);
  }
}

function alreadyDone(first: Interaction, request: Request, cause?: unknown): RekeyError {
  const by = first.userId === request.actor.userId ? 'you' : `<@${first.userId}>`;
  return new RekeyError('conflict', `Already done by ${by}.`, cause === undefined ? {} : { cause });
}
