import { personOf } from '../../domain/actor.ts';
import { NEW_QUEUE, queueArn, type TrailQueue } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import { ownIntent, ownOutcome, recordOwnOutcome } from '../own-outcome.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { QUEUE_JOB } from './job.ts';
import { readQueueInput, type QueueInput, type QueuePlace } from './read-input.ts';

/** Which queue a form is about: a new one, or one to change at the version that was seen. */
export interface QueueTarget {
  readonly id: string | null;
  readonly seen: number;
}

/** A queue as it is kept, at the version a person saw. Throws RekeyError. */
export async function queueAt(
  { stores }: Pick<Services, 'stores'>,
  id: string,
  seen: number | null,
): Promise<TrailQueue> {
  const queue = await stores.watch.queues.byId(id);
  if (queue === null) {
    throw new RekeyError('not_found', 'This queue was removed.', { next: 'Open *Trail queues* again.' });
  }
  if (seen !== null && queue.setAt !== seen) {
    throw new RekeyError('conflict', 'Somebody changed this queue meanwhile.', {
      next: 'Open it again to see it as it is.',
    });
  }
  return queue;
}

/**
 * Understands what was typed and records that somebody set out to set it; once for each claim. Before the
 * acknowledgement: AWS is asked afterwards. Throws `invalid` with the field.
 */
export async function beginQueue(
  services: Services,
  request: Request,
  target: QueueTarget,
  input: QueueInput,
): Promise<QueuePlace> {
  authorise(request.actor, 'admin', 'set trail queues', services.admins);
  if (target.id !== null) await queueAt(services, target.id, target.seen);
  const place = await readQueueInput(services, input, target.id);
  await claimAndWrite(
    services,
    request,
    ownIntent(services, act(request, verbOf(target), idOf(target), place)),
  );
  return place;
}

/** Records that a check was asked for; once for each claim. */
export async function beginQueueCheck(services: Services, request: Request, id: string): Promise<QueuePlace> {
  authorise(request.actor, 'admin', 'check trail queues', services.admins);
  const queue = await queueAt(services, id, null);
  const { connectionId, bucket } = queue;
  const place = await readQueueInput(services, { connectionId, bucket, url: queueArn(queue) }, id);
  const recorded = auditOutcome(services, act(request, 'trail_queue.check', id, place), 'done');
  await claimAndWrite(services, request, [recorded]);
  return place;
}

/**
 * Records that what was typed did not pass its check, or, with `why`, that it could not be checked or kept. Where that
 * cannot be written, as without a database, it stays owed: whoever waits is told all the same.
 */
export async function refuseQueue(
  services: Services,
  request: Request,
  target: QueueTarget,
  place: QueuePlace,
  why: string | null = null,
): Promise<void> {
  const failed = act(request, verbOf(target), idOf(target), place);
  try {
    await recordOwnOutcome(services, why === null ? failed : { ...failed, why }, 'failed');
  } catch (error) {
    services.log.error('how the check of a trail queue came out was not recorded', { error });
  }
}

/**
 * Keeps a queue that passed its check. Another address or bucket makes another queue: what was proven of the former does
 * not count for it, and events are looked up until this is proven, too.
 */
export async function keepQueue(
  services: Services,
  request: Request,
  target: QueueTarget,
  place: QueuePlace,
): Promise<TrailQueue> {
  const { stores, ids, clock, jobs } = services;
  const { queues } = stores.watch;
  const { connection, address, bucket } = place;
  const before = target.id === null ? null : await queueAt(services, target.id, target.seen);
  // Somebody may have set the same one while AWS was asked.
  await readQueueInput(services, { connectionId: connection.id, url: queueArn(address), bucket }, target.id);
  const isSame = before !== null && queueArn(before) === queueArn(address) && before.bucket === bucket;
  const by = { connectionId: connection.id, setBy: request.actor.userId, setAt: clock.now() };
  const fresh = { id: ids.next(), ...address, bucket, readAt: null, state: NEW_QUEUE, version: 1, ...by };
  const kept: TrailQueue = isSame ? { ...before, ...by, version: before.version + 1 } : fresh;
  const writes: Write[] = isSame
    ? [queues.update(kept)]
    : [...(before === null ? [] : queues.remove(before.id, before.version)), queues.insert(kept)];
  const done = act(request, verbOf(target), kept.id, place);
  await stores.atomically([...writes, ...(await ownOutcome(services, done, 'done'))]);
  await jobs.enqueue(QUEUE_JOB, kept.id);
  return kept;
}

/** Forgets a queue and what was announced in it; events are looked up again, from where both agreed. */
export async function removeQueue(services: Services, request: Request, id: string): Promise<TrailQueue> {
  authorise(request.actor, 'admin', 'remove trail queues', services.admins);
  const queue = await queueAt(services, id, null);
  await claimAndWrite(services, request, [
    ...services.stores.watch.queues.remove(id, queue.version),
    auditOutcome(services, onQueue(request, 'trail_queue.remove', queue), 'done'),
  ]);
  return queue;
}

/** Has everything read again that was set aside. */
export async function readAgain(services: Services, request: Request, id: string): Promise<TrailQueue> {
  authorise(request.actor, 'admin', 'have files read again', services.admins);
  const queue = await queueAt(services, id, null);
  await claimAndWrite(services, request, [
    services.stores.watch.files.again(id, services.clock.now()),
    auditOutcome(services, onQueue(request, 'trail_queue.again', queue), 'done'),
  ]);
  return queue;
}

function verbOf({ id }: QueueTarget): string {
  return id === null ? 'trail_queue.add' : 'trail_queue.change';
}

function idOf({ id }: QueueTarget): string {
  return id ?? 'new';
}

function act(request: Request, verb: string, entityId: string, { connection, address, bucket }: QueuePlace) {
  return record(request, verb, entityId, { queue: queueArn(address), bucket, connection: connection.name });
}

function onQueue(request: Request, verb: string, queue: TrailQueue) {
  return record(request, verb, queue.id, { queue: queueArn(queue), bucket: queue.bucket });
}

function record(
  { actor, correlationId }: Request,
  verb: string,
  entityId: string,
  detail: Readonly<Record<string, string>>,
) {
  return { doer: personOf(actor), verb, entityKind: 'trail_queue', entityId, correlationId, detail };
}
