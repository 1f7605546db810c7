import { mayApprove, type AskedBinding } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { answerWrites } from './ask.ts';
import { destinationAct, destinationAt } from './kept.ts';

/** What a second person saw: the destination at one version, and these bindings. */
export interface Reviewed {
  readonly destinationId: string;
  readonly seen: number;
  readonly bindingIds: readonly string[];
}

/**
 * The second person's yes to exactly what was shown. Throws `forbidden` for who made, changed or bound it, `conflict`
 * when anything of it was changed or decided since.
 */
export async function approveBindings(
  services: Services,
  request: Request,
  reviewed: Reviewed,
): Promise<Binding[]> {
  authorise(request.actor, 'admin', 'approve destinations', services.admins);
  await refuseClaimed(services, request);
  const { destination, bindings, all } = await waitingOf(services, reviewed);
  const by = request.actor.userId;
  if (!bindings.every((binding) => mayApprove(destination, binding, by))) {
    throw new RekeyError(
      'forbidden',
      'You made, changed or bound this destination yourself: somebody else must approve it.',
      { next: 'Ask another admin; the role admin is given under /aws-settings.' },
    );
  }
  const approved = {
    approvedBy: by,
    approvedAt: services.clock.now(),
    destinationVersion: destination.version,
  };
  const kept = services.stores.rotation.bindings;
  const writes = bindings.map((binding) => kept.update(binding, { ...binding, ...approved }));
  await settle(services, request, { destination, bindings, all, outcome: 'approved', why: '' }, writes);
  return bindings.map((binding) => ({ ...binding, ...approved }));
}

/** An admin's no: the users are unbound, and whoever bound them is told. */
export async function refuseBindings(
  services: Services,
  request: Request,
  reviewed: Reviewed,
  why: string,
): Promise<Binding[]> {
  authorise(request.actor, 'admin', 'refuse destinations', services.admins);
  await refuseClaimed(services, request);
  const { destination, bindings, all } = await waitingOf(services, reviewed);
  const kept = services.stores.rotation.bindings;
  await settle(services, request, { destination, bindings, all, outcome: 'refused', why }, [
    ...bindings.map(({ id }) => kept.remove(id)),
    ...(await tellAskers(services, request, { destination, bindings, why })),
  ]);
  return [...bindings];
}

/** What was shown, as it is now. */
async function waitingOf(services: Services, { destinationId, seen, bindingIds }: Reviewed) {
  const destination = await destinationAt(services, destinationId, seen);
  const all = await services.stores.rotation.bindings.ofDestination(destinationId);
  const bindings = bindingIds.map((id) => {
    const binding = all.find((each) => each.id === id);
    if (binding === undefined) {
      throw new RekeyError('conflict', 'This was refused or unbound already.', { next: 'Look again.' });
    }
    const { approvedBy, destinationVersion } = binding;
    if (approvedBy !== null && destinationVersion === destination.version) {
      throw new RekeyError('conflict', `This was approved already by <@${approvedBy}>.`);
    }
    return binding;
  });
  if (bindings.length === 0) throw new RekeyError('conflict', 'Nothing waits for approval here any more.');
  return { destination, bindings, all };
}

interface Settled {
  readonly destination: KeptDestination;
  readonly bindings: readonly Binding[];
  readonly all: readonly Binding[];
  readonly outcome: 'approved' | 'refused';
  readonly why: string;
}

async function settle(
  services: Services,
  request: Request,
  { destination, bindings, all, outcome, why }: Settled,
  writes: readonly Write[],
): Promise<void> {
  const { correlationId, actor } = request;
  const said: AskedBinding['outcome'] = { what: outcome, by: actor.userId };
  const outcomes = new Map(bindings.map(({ id }) => [id, said]));
  const verb = outcome === 'approved' ? 'destination.approve' : 'destination.refuse';
  await claimAndWrite(services, request, [
    services.stores.rotation.destinations.still(destination.id, destination.version),
    ...writes,
    ...bindings.map(({ accountId, userId, userName, createdBy }) => {
      const detail = { user: userName, userId, accountId, boundBy: createdBy };
      return auditOutcome(services, { ...destinationAct(request, verb, destination, detail), why }, 'done');
    }),
    ...(await answerWrites(services, { destination, bindings: all, correlationId }, outcomes)),
  ]);
  await wakeOutbox(services);
}

/** A refusal is told to those who asked, with its reason. */
async function tellAskers(
  services: Services,
  { actor, correlationId }: Request,
  { destination, bindings, why }: Pick<Settled, 'destination' | 'bindings' | 'why'>,
): Promise<Write[]> {
  const askers = [...new Set(bindings.map(({ createdBy }) => createdBy))].filter(
    (userId) => userId !== actor.userId,
  );
  const alerts = askers.map((userId) => {
    const users = bindings.filter(({ createdBy }) => createdBy === userId).map(({ userName }) => userName);
    const message = services.presenter.refusedMessage({
      name: destination.name,
      users,
      by: actor.userId,
      why,
    });
    return alertWrites(services, { target: { kind: 'person', userId }, message, correlationId });
  });
  return (await Promise.all(alerts)).flatMap(({ writes }) => writes);
}
