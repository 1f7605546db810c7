import { isDeepStrictEqual } from 'node:util';
import { factsOf } from '../../destinations/index.ts';
import type { KeptDestination } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { answerWrites, askWrites, hostOf, needsSecondPerson } from './ask.ts';
import { destinationAct, destinationAt } from './kept.ts';
import { openDeliveries, whose } from './open-deliveries.ts';
import { readInput, type DestinationInput } from './read-input.ts';

/**
 * Changes a destination as the person saw it. Whatever changes, its approvals no longer count, and are asked for again;
 * the place itself stays while a rotation has put a key there. Null: nothing was changed.
 */
export async function changeDestination(
  services: Services,
  request: Request,
  { destinationId, seen }: { readonly destinationId: string; readonly seen: number },
  input: DestinationInput,
): Promise<KeptDestination | null> {
  authorise(request.actor, 'admin', 'change destinations', services.admins);
  await refuseClaimed(services, request);
  const { stores, clock } = services;
  const before = await destinationAt(services, destinationId, seen);
  const read = await readInput(services, before.kind, input, before);
  const sameConnection = read.connectionId === before.connectionId;
  const samePlace = sameConnection && isDeepStrictEqual(read.target, before.target);
  if (samePlace && read.name === before.name && read.redeployHook === before.redeployHook) return null;
  if (!samePlace) await refuseUnderWay(services, before);
  const after: KeptDestination = {
    ...before,
    ...read,
    ...changerOf(before, samePlace, { changedBy: request.actor.userId, changedAt: clock.now() }),
    version: seen + 1,
  };
  const facts = factsOf(before.kind);
  const from = {
    name: before.name,
    place: facts.describe(before.target),
    connectionId: before.connectionId,
    hook: hostOf(before.redeployHook),
  };
  await claimAndWrite(services, request, [
    stores.rotation.destinations.update(after),
    auditOutcome(services, destinationAct(request, 'destination.change', after, { from }), 'done'),
    ...(await askedAnew(services, request, before, after)),
  ]);
  await wakeOutbox(services);
  return after;
}

/**
 * Who counts as its changer: an address is not shown again, so that whoever alters only the name or the hook has not
 * seen the place, and whoever chose it must not become the second person by that.
 */
function changerOf(
  { createdBy, changedBy, changedAt }: KeptDestination,
  samePlace: boolean,
  now: Pick<KeptDestination, 'changedBy' | 'changedAt'>,
): Pick<KeptDestination, 'changedBy' | 'changedAt'> {
  return samePlace && changedBy !== null && changedBy !== createdBy ? { changedBy, changedAt } : now;
}

/** A key lies there, and is looked for there at each step to come. */
async function refuseUnderWay(services: Services, { id }: KeptDestination): Promise<void> {
  const deliveries = (await openDeliveries(services, id)).filter(
    ({ delivery: { state, attempts } }) =>
      // A write that was begun may have come through, although nobody knows it yet.
      state === 'written' || state === 'held' || (state === 'waiting' && attempts > 0),
  );
  if (deliveries.length === 0) return;
  throw new RekeyError(
    'conflict',
    `A rotation of ${whose(deliveries)} has delivered there: only the name and the hook can be changed now.`,
    { next: 'Wait until it has ended, or undo it.' },
  );
}

/** One notice for all whose approval is needed; the earlier ones say that they were overtaken. */
async function askedAnew(
  services: Services,
  { actor, correlationId }: Request,
  before: KeptDestination,
  after: KeptDestination,
): Promise<Write[]> {
  const { bindings } = services.stores.rotation;
  const all = await bindings.ofDestination(after.id);
  const those = all.filter((binding) => needsSecondPerson(after, binding));
  if (those.length === 0) return [];
  const by = actor.userId;
  const told = new Map(those.map(({ id }) => [id, { what: 'changed', by } as const]));
  const asked = await askWrites(services, {
    destination: after,
    bindings: those,
    askedBy: by,
    changed: true,
    correlationId,
  });
  return [
    ...(await answerWrites(services, { destination: before, bindings: all, correlationId }, told)),
    ...asked.writes,
    ...those.map((binding) => bindings.update(binding, { ...binding, noticeId: asked.noticeId })),
  ];
}
