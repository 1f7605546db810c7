import { holds, personOf } from '../../domain/actor.ts';
import type { KeptIncident } from '../../domain/incident.ts';
import { ownersBefore } from '../../domain/owner-change.ts';
import type { OwnerAnswer, OwnerQuestion } from '../../domain/owner-question.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import type { OwnerLine } from '../../ports/people-presenter.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, editWrites, standingMessage, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { openIncident, pageKey } from '../close-incident.ts';
import { onCallFor } from '../on-call.ts';
import { ownsKey } from '../owns-key.ts';
import { recordingRefusals, type Attempted } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { askOf } from './ask.ts';
import { changeQuestion, questionOf, type KeptQuestion } from './keep.ts';

export interface AnswerInput {
  readonly incidentId: string;
  readonly answer: OwnerAnswer;
  /** Empty where they gave none. */
  readonly reason: string;
}

const TRIES = 5;
/** That the owner denies it makes any incident as bad as they come. */
const DENIED = 'critical';

/**
 * An owner's answer whether it was them: into the thread of the incident, and the audit log. It decides nothing: that it
 * was not them mentions on-call and pages. Who was asked, and owners by now, may; `conflict` once the incident is closed.
 */
export async function answerOwnerQuestion(
  services: Services,
  request: Request,
  input: AnswerInput,
): Promise<KeptIncident> {
  return recordingRefusals(
    services,
    () => attempted(request, input),
    async () => {
      const incident = await answerable(services, request, input.incidentId);
      await refuseClaimed(services, request);
      for (let tries = 1; ; tries += 1) {
        try {
          await write(services, request, incident, input);
          break;
        } catch (error) {
          const first = await services.stores.interactions.byId(request.claimId);
          if (!isConflict(error) || first !== null || tries === TRIES) throw error;
        }
      }
      await wakeOutbox(services);
      return incident;
    },
  );
}

/** The open incident, for somebody who may answer; throws else, and that is recorded. */
export async function lookToAnswer(
  services: Services,
  request: Request,
  input: Pick<AnswerInput, 'incidentId' | 'answer'>,
): Promise<KeptIncident> {
  return recordingRefusals(
    services,
    () => attempted(request, { ...input, reason: '' }),
    () => answerable(services, request, input.incidentId),
  );
}

async function answerable(services: Services, { actor }: Request, incidentId: string): Promise<KeptIncident> {
  const { stores } = services;
  const kept = await stores.watch.incidents.byId(incidentId);
  if (kept === null) throw new RekeyError('not_found', 'There is no such incident.');
  const asked = (await questionOf(services, incidentId))?.row.asked?.people ?? [];
  const standing = await stores.inventory.standings.byKey(kept.subject);
  const ownership = ownersBefore(standing?.ownership ?? null, kept.openedAt);
  const isAsked = asked.some(({ userId }) => userId === actor.userId);
  if (!isAsked && !(await ownsKey(services, actor, ownership))) {
    const who = asked.slice(0, 10).map(({ userId }) => `<@${userId}>`);
    throw new RekeyError('forbidden', 'Only an owner of this key can say whether it was them.', {
      next:
        who.length === 0
          ? 'Nobody is known to own it: a responder decides, from the incident.'
          : `Asked were ${who.join(', ')}. Responders decide from the incident.`,
    });
  }
  return openIncident(services, incidentId);
}

async function write(
  services: Services,
  request: Request,
  incident: KeptIncident,
  input: AnswerInput,
): Promise<void> {
  const { clock } = services;
  const now = clock.now();
  const { userId, roles } = request.actor;
  const { answer, reason } = input;
  const mayDecide = holds(roles, 'responder');
  const kept = await questionOf(services, incident.id);
  const line = { kind: 'answered', by: userId, mayDecide, answer, reason, at: now } as const;
  await claimAndWrite(services, request, [
    ...(kept === null ? [] : [changeQuestion(services, kept, answered(kept.row, line))]),
    ...(await toldWrites(services, request, incident, line)),
    ...(await ownEdit(services, incident, kept, line)),
    auditOutcome(services, { ...attempted(request, input), why: reason }, 'done'),
  ]);
}

type Answered = Extract<OwnerLine, { kind: 'answered' }>;

function answered(question: OwnerQuestion, { by, answer, at }: Answered): OwnerQuestion {
  return { ...question, answers: [...question.answers, { userId: by, answer, at }] };
}

/** The line in the thread; a denial is told aloud. */
async function toldWrites(
  services: Services,
  { correlationId }: Request,
  incident: KeptIncident,
  line: Answered,
): Promise<Write[]> {
  const { presenter } = services;
  const message = presenter.ownerLine(incident, line);
  if (line.answer === 'me') {
    return threadWrites(services, { noticeId: incident.noticeId, correlationId }, [message]);
  }
  const head = await standingMessage(services, incident.noticeId);
  if (head === null) return [];
  const onCall = await onCallFor(services, DENIED);
  const alert = await alertWrites(services, {
    target: head.target,
    message: presenter.calling(message, onCall === null ? [] : [onCall]),
    correlationId,
    threadOf: head.thread,
    severity: DENIED,
    incidentKey: pageKey(incident.id),
    details: { account: incident.accountId, subject: incident.subject.slice(0, 200), denied: 'by its owner' },
  });
  return alert.writes;
}

/** Their own message says what they answered, and lets them put it right. */
async function ownEdit(
  services: Services,
  incident: KeptIncident,
  kept: KeptQuestion | null,
  { by, answer, reason, at }: Answered,
): Promise<Write[]> {
  const own = kept?.row.asked?.people.find(({ userId }) => userId === by);
  if (kept === null || own === undefined) return [];
  const { correlationId } = kept.row;
  return editWrites(services, { noticeId: own.noticeId, correlationId }, async () =>
    services.presenter.ownerQuestionOver(await askOf(services, incident, 0), {
      kind: 'answered',
      answer,
      reason,
      at,
    }),
  );
}

function attempted({ actor, correlationId }: Request, { incidentId, answer }: AnswerInput): Attempted {
  return {
    doer: personOf(actor),
    verb: 'incident.answer',
    entityKind: 'incident',
    entityId: incidentId.slice(0, 64),
    correlationId,
    detail: { answer, incidents: [incidentId.slice(0, 64)] },
  };
}
