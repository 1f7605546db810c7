import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { IamUser } from '../../domain/inventory.ts';
import type { Known } from '../../domain/known.ts';
import { RekeyError } from '../../errors.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { askWrites, needsSecondPerson } from './ask.ts';
import { destinationAct, destinationAt } from './kept.ts';

/** So that what the window saw of each fits into it. */
export const MOST_AT_ONCE = 8;
/** More than this no window lists. */
export const MOST_BOUND = 40;

/** A user, by its pinned id, and what was just read of its rights. */
export interface UserToBind {
  readonly accountId: string;
  readonly userId: string;
  readonly administrator: Known<boolean>;
}

/** Binds a destination, as the person saw it, to users; those that take a second person are asked for at once. */
export async function bindUsers(
  services: Services,
  request: Request,
  { destinationId, seen }: { readonly destinationId: string; readonly seen: number },
  wanted: readonly UserToBind[],
): Promise<Binding[]> {
  authorise(request.actor, 'admin', 'bind destinations to users', services.admins);
  await refuseClaimed(services, request);
  const { stores, ids, clock } = services;
  const { destinations, bindings } = stores.rotation;
  const destination = await destinationAt(services, destinationId, seen);
  const users = await usersToBind(services, destination, wanted);
  const made = users.map(({ user, administrator }): Binding => ({
    id: ids.next(),
    destinationId,
    accountId: user.accountId,
    userId: user.userId,
    userName: user.userName,
    createdBy: request.actor.userId,
    createdAt: clock.now(),
    approvedBy: null,
    approvedAt: null,
    destinationVersion: destination.version,
    administrator,
    noticeId: null,
  }));
  const waiting = made.filter((binding) => needsSecondPerson(destination, binding));
  const { correlationId, actor } = request;
  const asked =
    waiting.length === 0
      ? null
      : await askWrites(services, {
          destination,
          bindings: waiting,
          askedBy: actor.userId,
          changed: false,
          correlationId,
        });
  const noticeOf = (binding: Binding) => (waiting.includes(binding) ? (asked?.noticeId ?? null) : null);
  await claimAndWrite(services, request, [
    destinations.still(destinationId, destination.version),
    ...made.map((binding) => bindings.insert({ ...binding, noticeId: noticeOf(binding) })),
    ...made.map((binding) => {
      const { accountId, userName, userId } = binding;
      const detail = { user: userName, userId, accountId, needsApproval: waiting.includes(binding) };
      return auditOutcome(services, destinationAct(request, 'destination.bind', destination, detail), 'done');
    }),
    ...(asked?.writes ?? []),
  ]);
  await wakeOutbox(services);
  return made;
}

/** The users as the inventory has them. Throws `invalid` or `conflict` with the field when one cannot be bound. */
export async function usersToBind<Wanted extends Pick<UserToBind, 'accountId' | 'userId'>>(
  { stores }: Pick<Services, 'stores'>,
  { id }: Pick<KeptDestination, 'id'>,
  wanted: readonly Wanted[],
): Promise<(Wanted & { readonly user: IamUser })[]> {
  const field = 'bindUsers';
  if (wanted.length === 0 || wanted.length > MOST_AT_ONCE) {
    throw new RekeyError('invalid', `Choose one to ${MOST_AT_ONCE} users.`, { field });
  }
  const connected = new Set((await stores.connections.list()).map(({ accountId }) => accountId));
  const bound = await stores.rotation.bindings.ofDestination(id);
  if (bound.length + wanted.length > MOST_BOUND) {
    throw new RekeyError('conflict', `At most ${MOST_BOUND} users are bound to one destination.`, { field });
  }
  return Promise.all(
    wanted.map(async (each) => {
      const user = await stores.inventory.users.byId(each.accountId, each.userId);
      if (user === null || user.goneAt !== null || !connected.has(each.accountId)) {
        throw new RekeyError('invalid', `The user ${user?.userName ?? each.userId} no longer exists.`, {
          next: 'Choose among those that are offered.',
          field,
        });
      }
      if (bound.some(({ accountId, userId }) => accountId === each.accountId && userId === each.userId)) {
        throw new RekeyError('conflict', `${user.userName} is bound to it already.`, { field });
      }
      return { ...each, user };
    }),
  );
}
