import type { KeptDestination } from '../../domain/destination.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { askWrites, needsSecondPerson } from './ask.ts';
import type { UserCheck } from './check.ts';
import { destinationAct } from './kept.ts';

/**
 * Keeps what a check found of the users' rights; asks a second person where that is needed and was not asked yet. What
 * was changed meanwhile stays: the next check says it again.
 */
export async function keepChecked(
  services: Services,
  request: Request,
  destination: KeptDestination,
  checks: readonly UserCheck[],
): Promise<void> {
  const { bindings, destinations } = services.stores.rotation;
  const kept = await bindings.ofDestination(destination.id);
  const looked = kept.flatMap((before) => {
    const check = checks.find(
      ({ user }) => user.userId === before.userId && user.accountId === before.accountId,
    );
    return check === undefined ? [] : [{ before, after: { ...before, administrator: check.administrator } }];
  });
  const unasked = looked.filter(
    ({ before, after }) => before.noticeId === null && needsSecondPerson(destination, after),
  );
  const { actor, correlationId } = request;
  const asked =
    unasked.length === 0
      ? null
      : await askWrites(services, {
          destination,
          bindings: unasked.map(({ after }) => after),
          askedBy: actor.userId,
          changed: false,
          correlationId,
        });
  const noticeOf = (each: (typeof looked)[number]) =>
    unasked.includes(each) ? (asked?.noticeId ?? null) : each.before.noticeId;
  await services.stores.atomically([
    destinations.still(destination.id, destination.version),
    ...looked.map((each) => bindings.update(each.before, { ...each.after, noticeId: noticeOf(each) })),
    ...(asked?.writes ?? []),
    ...unasked.map(({ before }) => {
      const detail = { user: before.userName, userId: before.userId, accountId: before.accountId };
      const act = destinationAct(request, 'destination.ask', destination, detail);
      return auditOutcome(services, act, 'done');
    }),
  ]);
  if (asked !== null) await wakeOutbox(services);
}
