import { factsOf } from '../../destinations/index.ts';
import type { Actor } from '../../domain/actor.ts';
import { approvalState, type ApprovalState } from '../../domain/approval.ts';
import type { Connection } from '../../domain/connection.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { PlaceKind } from '../../ports/destination.ts';
import { authorise } from '../authorise.ts';
import { allAdmins } from '../admins.ts';
import { lookAccounts, namesOf } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { secondPeople } from './approvers.ts';
import { destinationAt } from './kept.ts';

/** A bound user, and whether its keys may go there, as far as is known without asking AWS. */
export interface BoundUser {
  readonly binding: Binding;
  readonly state: ApprovalState;
  /** Null when the user is gone. */
  readonly arn: string | null;
  /** What its account is called. */
  readonly account: string;
}

export interface DestinationLook {
  readonly destination: KeptDestination;
  readonly kind: PlaceKind<Readonly<Record<string, unknown>>>;
  /** Where, in words; holds no token. */
  readonly place: string;
  /** Null for what is not in AWS, and when it is gone. */
  readonly connection: Connection | null;
  readonly users: readonly BoundUser[];
  /** Admins who count as a second person for all that waits. */
  readonly secondPeople: readonly string[];
  /** Slack would not tell who else is an admin. */
  readonly unsure: boolean;
}

/** All destinations, by name. Admins only. */
export async function lookDestinations(services: Services, actor: Actor): Promise<DestinationLook[]> {
  authorise(actor, 'admin', 'look at destinations', services.admins);
  const { rotation, connections } = services.stores;
  const [all, bindings, writers] = await Promise.all([
    rotation.destinations.list(),
    rotation.bindings.list(),
    connections.list(),
  ]);
  const ground = await groundOf(services, writers);
  return Promise.all(
    all.map((destination) => {
      const own = bindings.filter(({ destinationId }) => destinationId === destination.id);
      return lookOf(services, ground, destination, own);
    }),
  );
}

/** One destination; throws `not_found` when it is gone. Admins only. */
export async function lookDestination(
  services: Services,
  actor: Actor,
  destinationId: string,
): Promise<DestinationLook> {
  authorise(actor, 'admin', 'look at destinations', services.admins);
  const { rotation, connections } = services.stores;
  const destination = await destinationAt(services, destinationId, null);
  const ground = await groundOf(services, await connections.list());
  return lookOf(services, ground, destination, await rotation.bindings.ofDestination(destinationId));
}

type Ground = Awaited<ReturnType<typeof groundOf>>;

async function groundOf(services: Services, writers: readonly Connection[]) {
  const [accounts, admins] = await Promise.all([lookAccounts(services), allAdmins(services)]);
  return { writers, admins, names: namesOf(accounts) };
}

async function lookOf(
  { stores }: Services,
  { writers, admins, names }: Ground,
  destination: KeptDestination,
  bindings: readonly Binding[],
): Promise<DestinationLook> {
  const kind = factsOf(destination.kind);
  const users = await Promise.all(
    bindings.map(async (binding): Promise<BoundUser> => {
      const { accountId, userId, administrator } = binding;
      const user = await stores.inventory.users.byId(accountId, userId);
      return {
        binding,
        state: approvalState({ destination, binding, kind, administrator }),
        arn: user === null || user.goneAt !== null ? null : user.arn,
        account: names.get(accountId) ?? accountId,
      };
    }),
  );
  const waiting = users.filter(({ state }) => state.state === 'waiting').map(({ binding }) => binding);
  const connection = writers.find(({ id }) => id === destination.connectionId) ?? null;
  return {
    destination,
    kind,
    place: kind.describe(destination.target),
    connection: connection?.state === 'connected' ? connection : null,
    users,
    secondPeople: secondPeople(admins, destination, waiting),
    unsure: admins.unread.length > 0,
  };
}

/** How many destinations there are, and how many bound users wait; two reads, and nobody is asked. Admins only. */
export async function countDestinations(
  services: Services,
  actor: Actor,
): Promise<{ readonly count: number; readonly waiting: number }> {
  authorise(actor, 'admin', 'look at destinations', services.admins);
  const { destinations, bindings } = services.stores.rotation;
  const [all, bound] = await Promise.all([destinations.list(), bindings.list()]);
  const waiting = bound.filter((binding) => {
    const destination = all.find(({ id }) => id === binding.destinationId);
    if (destination === undefined) return false;
    const { administrator } = binding;
    const kind = factsOf(destination.kind);
    return approvalState({ destination, binding, kind, administrator }).state === 'waiting';
  });
  return { count: all.length, waiting: waiting.length };
}

/** How many bound users wait for a second person, over all destinations. */
export function countWaiting(looks: readonly DestinationLook[]): number {
  return looks.flatMap(({ users }) => users.filter(({ state }) => state.state === 'waiting')).length;
}
