import { factsOf } from '../../destinations/index.ts';
import type { Connection } from '../../domain/connection.ts';
import { nameKey } from '../../domain/connection.ts';
import type { DestinationKind, KeptDestination } from '../../domain/destination.ts';
import { partitionOfRegion } from '../../domain/partition.ts';
import { holdsSecret, SECRET_TYPED, visible } from '../../domain/pasted-text.ts';
import { RekeyError } from '../../errors.ts';
import type { PlaceRead, Typed } from '../../ports/destination.ts';
import type { Services } from '../services.ts';

export const LONGEST_NAME = 80;

/** What an admin typed for a destination. Its `typed` and hook may hold tokens: neither is logged. */
export interface DestinationInput {
  readonly name: string;
  /** Null for kinds that are not in AWS. */
  readonly connectionId: string | null;
  /** By the names of the kind's fields. */
  readonly typed: Typed;
  /** An address, none, or the one that is kept. */
  readonly redeployHook: { readonly set: string | null } | 'keep';
}

type Read = Pick<KeptDestination, 'name' | 'connectionId' | 'target' | 'redeployHook'>;

/**
 * Checks what was typed against what is kept and connected; `before` is what is changed. Throws `invalid` with the field
 * (`place.` and its name for those of a kind).
 */
export async function readInput(
  services: Pick<Services, 'stores' | 'outward'>,
  kind: DestinationKind,
  input: DestinationInput,
  before: KeptDestination | null,
): Promise<Read> {
  const facts = factsOf(kind);
  const name = await readName(services, input.name, before);
  const read = facts.form.read(input.typed, before?.target ?? null);
  if (!read.ok) {
    const [field, why] = Object.entries(read.errors)[0] ?? [];
    throw wrong(`place.${field ?? ''}`, why ?? 'That cannot be used.');
  }
  const connection = facts.needsConnection ? await readConnection(services, input.connectionId) : null;
  if (connection !== null) refuseElsewhere(read, connection);
  for (const { field, url } of read.urls) {
    const problem = await services.outward.addressProblem(url);
    if (problem !== null) throw wrong(`place.${field}`, problem);
  }
  const redeployHook =
    input.redeployHook === 'keep' ? (before?.redeployHook ?? null) : input.redeployHook.set;
  if (redeployHook !== null && redeployHook !== before?.redeployHook) {
    const problem = await services.outward.addressProblem(redeployHook);
    if (problem !== null) throw wrong('redeployHook', problem);
  }
  return { name, connectionId: connection?.id ?? null, target: read.target, redeployHook };
}

async function readName(
  { stores }: Pick<Services, 'stores'>,
  typed: string,
  before: KeptDestination | null,
): Promise<string> {
  const name = visible(typed).replace(/\s+/g, ' ');
  if (holdsSecret(name)) throw wrong('destinationName', SECRET_TYPED);
  if (name === '') throw wrong('destinationName', 'Give it a name, such as “shop: deploy key”.');
  if (name.length > LONGEST_NAME) {
    throw wrong('destinationName', `That is too long: at most ${LONGEST_NAME} characters.`);
  }
  if (before !== null && nameKey(before.name) === nameKey(name)) return name;
  if ((await stores.rotation.destinations.byName(name)) === null) return name;
  throw wrong('destinationName', 'There is a destination of that name already. Choose another name.');
}

async function readConnection({ stores }: Pick<Services, 'stores'>, id: string | null): Promise<Connection> {
  const connection = id === null ? null : await stores.connections.byId(id);
  if (connection?.state === 'connected') return connection;
  throw wrong('destinationConnection', 'Choose the connection that writes there; this one is gone.');
}

/** A connection writes to its own account and partition only. */
function refuseElsewhere(read: Extract<PlaceRead<unknown>, { ok: true }>, connection: Connection): void {
  const { accountId, partition } = connection;
  if (read.accountId !== null && read.accountId !== accountId) {
    throw wrong(
      'destinationConnection',
      `The ARN is of account ${read.accountId}, and this connection reaches ${accountId}. Choose one of that account.`,
    );
  }
  if (read.region !== null && partitionOfRegion(read.region) !== partition) {
    throw wrong(
      'place.region',
      `This connection is of the partition ${partition}: choose one of its regions.`,
    );
  }
}

function wrong(field: string, why: string): RekeyError {
  return new RekeyError('invalid', why, { field });
}
