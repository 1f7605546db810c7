import { personOf } from '../domain/actor.ts';
import { covers, mayBeExpected, type Expectation } from '../domain/expectation.ts';
import type { KeptIncident } from '../domain/incident.ts';
import { DAY_MS, dayWords } from '../domain/time-words.ts';
import { RekeyError } from '../errors.ts';
import type { KeptSignal } from '../ports/watch.ts';
import { wakeOutbox } from './alert.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import { closingWrites, isHarmless, openIncident, unseen } from './close-incident.ts';
import { ofIncident } from './look-incident.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

export interface ExpectationInput {
  readonly incidentId: string;
  /** How many findings it had when the person looked. */
  readonly seen: number;
  /** What it is limited to, one of them at least. */
  readonly network: string | null;
  readonly agent: string | null;
  readonly action: string | null;
  readonly reason: string;
  readonly days: number;
}

/** The longest that something may be expected. */
export const MOST_DAYS = 90;

/**
 * “This is us”: keeps what is alike quiet for a while, and closes the incident, unless it holds what nobody can expect
 * (AWS's quarantine, a trail that is stopped, a key that gives itself rights). Responders may; `conflict` when more was
 * found since the person looked, unless all of it is alike.
 */
export async function expectSignals(
  services: Services,
  request: Request,
  { incidentId, seen, network, agent, action, reason, days }: ExpectationInput,
): Promise<{ readonly expectation: Expectation; readonly closed: boolean }> {
  authorise(request.actor, 'responder', 'say what is expected of a key', services.admins);
  if (network === null && agent === null && action === null) {
    throw new RekeyError(
      'invalid',
      'Choose a network, a program or an action: all of a key is never expected.',
      {
        field: 'expectNetwork',
      },
    );
  }
  if (!(days >= 1 && days <= MOST_DAYS)) {
    throw new RekeyError('invalid', `Something can be expected for ${MOST_DAYS} days at the most.`, {
      field: 'expectDays',
    });
  }
  const { stores, ids, clock } = services;
  const incident = await expectable(services, incidentId);
  const signals = await ofIncident(services, incidentId);
  const isOpen = incident.closed === null;
  const mayClose = isOpen && signals.every(({ signal }) => mayBeExpected(signal));
  const now = clock.now();
  const { userId } = request.actor;
  const expectation: Expectation = {
    id: ids.next(),
    accountId: incident.accountId,
    subject: incident.subject,
    network,
    agent,
    action,
    reason,
    by: userId,
    at: now,
    until: now + days * DAY_MS,
    endedAt: null,
    endedBy: null,
  };
  const news = isOpen ? incident.count - seen : 0;
  if (news > 0 && !isAllExpected(expectation, incident, signals)) throw unseen(news);
  const closing = mayClose ? (await closingWrites(services, request, incident, 'ours', reason)).writes : [];
  await claimAndWrite(services, request, [
    stores.watch.expectations.add(expectation),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'expectation.add',
        entityKind: 'expectation',
        entityId: expectation.id,
        correlationId: request.correlationId,
        why: reason,
        detail: { subject: incident.subject, network, agent, action, until: dayWords(expectation.until) },
      },
      'done',
    ),
    ...closing,
  ]);
  await wakeOutbox(services);
  return { expectation, closed: mayClose || !isOpen };
}

/** Whether all of an incident is kept quiet by it; not, where not all of it can be looked at. */
function isAllExpected(
  expectation: Expectation,
  { subject, count }: KeptIncident,
  signals: readonly KeptSignal[],
): boolean {
  const { at } = expectation;
  return signals.length >= count && signals.every(({ signal }) => covers(expectation, signal, subject, at));
}

/** One that is open, or was closed as harmless: what is alike is to be quiet from then on. */
async function expectable(services: Services, id: string): Promise<KeptIncident> {
  const kept = await services.stores.watch.incidents.byId(id);
  if (kept?.closed && isHarmless(kept.closed.verdict)) return kept;
  return openIncident(services, id);
}

/** Ends an expectation early. Responders may; `conflict` when it ended before. */
export async function revokeExpectation(
  services: Services,
  request: Request,
  id: string,
): Promise<Expectation> {
  authorise(request.actor, 'responder', 'revoke expectations', services.admins);
  const { stores, clock } = services;
  const expectation = await stores.watch.expectations.byId(id);
  if (expectation === null) throw new RekeyError('not_found', 'There is no such expectation.');
  const { userId } = request.actor;
  await claimAndWrite(services, request, [
    stores.watch.expectations.end(id, clock.now(), userId),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'expectation.revoke',
        entityKind: 'expectation',
        entityId: id,
        correlationId: request.correlationId,
        detail: { subject: expectation.subject },
      },
      'done',
    ),
  ]);
  return expectation;
}
