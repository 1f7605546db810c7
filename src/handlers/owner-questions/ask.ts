import { isAccessKeyId } from '../../domain/access-key-id.ts';
import type { KeptIncident } from '../../domain/incident.ts';
import {
  findingsToShow,
  isSilent,
  SILENCE_MS,
  type AskedPerson,
  type OwnerQuestion,
} from '../../domain/owner-question.ts';
import { ownersBefore, ownersSince } from '../../domain/owner-change.ts';
import type { OnCallRef } from '../../domain/on-call.ts';
import { RekeyError } from '../../errors.ts';
import type { OwnerAsk } from '../../ports/people-presenter.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, editWrites, standingMessage, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { pageKey } from '../close-incident.ts';
import { membersOf } from '../group-members.ts';
import { lookAccounts } from '../look-keys.ts';
import { ofIncident, signalsOf } from '../look-incident.ts';
import { onCallFor } from '../on-call.ts';
import { reachOwners, type Reach } from '../reach.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import { changeQuestion, forgetQuestion, keptQuestions, type KeptQuestion } from './keep.ts';

/** While Slack cannot say who somebody is, it is tried again; after so long that is told, too; ms. */
const PATIENCE_MS = 30 * 60_000;
/** So long the inventory may take to work out whose a key is, just after its account was connected; ms. */
const SWEEP_MS = 5 * 60_000;

/**
 * Asks the owners of keys with incidents whether it was them, once; tells when nobody answers, once; and forgets what
 * belongs to incidents that were closed. Any number of processes may. Answers how many messages it led to.
 */
export async function askOwners(services: Services, signal: AbortSignal): Promise<number> {
  let told = 0;
  const all = await keptQuestions(services);
  const now = services.clock.now();
  const open = await services.stores.watch.incidents.openAmong(all.map(({ row }) => row.incidentId));
  for (const kept of all) {
    if (signal.aborted) break;
    const { incidentId } = kept.row;
    // Most wait for nothing but the end of their incident.
    if (open.has(incidentId) && isSettled(kept.row, now)) continue;
    try {
      if (await takeFurther(services, kept)) told += 1;
    } catch (error) {
      services.log.warn('an owner could not be asked', { incidentId, error });
    }
  }
  if (told > 0) await wakeOutbox(services);
  return told;
}

function isSettled(question: OwnerQuestion, now: number): boolean {
  return question.asked !== null && question.again !== true && !isSilent(question, now);
}

async function takeFurther(services: Services, kept: KeptQuestion): Promise<boolean> {
  const { row: question } = kept;
  const incident = await services.stores.watch.incidents.byId(question.incidentId);
  if (incident === null || incident.closed !== null) return over(services, kept, incident);
  if (question.asked === null || question.again === true) return ask(services, kept, incident);
  return isSilent(question, services.clock.now()) ? tellSilence(services, kept, incident) : false;
}

async function ask(services: Services, kept: KeptQuestion, incident: KeptIncident): Promise<boolean> {
  const { clock, presenter } = services;
  const { row: question } = kept;
  const { correlationId } = question;
  const now = clock.now();
  const reach = await reachNow(services, question, incident);
  if (reach === null) return false;
  const until = now + SILENCE_MS;
  const message = presenter.ownerQuestion(await askOf(services, incident, until));
  const asked = await Promise.all(
    reach.people.map(async (userId) => {
      const { noticeId, writes } = await alertWrites(services, {
        target: { kind: 'person', userId },
        message,
        correlationId,
      });
      return { person: { userId, noticeId } satisfies AskedPerson, writes };
    }),
  );
  const people = asked.map(({ person }) => person);
  const line = { kind: 'asked', people: reach.people, out: reach.out, until } as const;
  return writeIfUnchanged(services, [
    changeQuestion(services, kept, { ...question, asked: { at: now, people }, again: reach.again }),
    ...asked.flatMap(({ writes }) => writes),
    ...(await threadWrites(services, { noticeId: incident.noticeId, correlationId }, [
      presenter.ownerLine(incident, line),
    ])),
    audited(services, incident, question, 'incident.ask_owner', {
      asked: reach.people,
      notAsked: reach.out.map(({ owner, why }) => ({ ...owner, why })),
    }),
  ]);
}

/** Null: it is tried again later. */
async function reachNow(
  services: Services,
  question: OwnerQuestion,
  { subject, openedAt }: KeptIncident,
): Promise<(Reach & { readonly again?: true }) | null> {
  const standing = await services.stores.inventory.standings.byKey(subject);
  const age = services.clock.now() - question.createdAt;
  if (standing === null && isAccessKeyId(subject) && age < SWEEP_MS) return null;
  try {
    const ownership = standing?.ownership ?? null;
    const reach = await reachOwners(services, ownersBefore(ownership, openedAt));
    return { ...reach, out: [...reach.out, ...ownersSince(ownership, openedAt)] };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    if (age < PATIENCE_MS || question.again === true) return null;
    return {
      again: true,
      people: [],
      out: [{ owner: null, why: `Slack did not say who the owner is: ${error.message}` }],
    };
  }
}

async function tellSilence(services: Services, kept: KeptQuestion, incident: KeptIncident): Promise<boolean> {
  const { clock, presenter } = services;
  const { row: question } = kept;
  const { correlationId, asked } = question;
  const people = (asked?.people ?? []).map(({ userId }) => userId);
  const line = { kind: 'silent', people, since: asked?.at ?? 0 } as const;
  const message = presenter.calling(
    presenter.ownerLine(incident, line),
    await calledBesides(services, incident, people),
  );
  const head = await standingMessage(services, incident.noticeId);
  const told =
    head === null
      ? []
      : (
          await alertWrites(services, {
            target: head.target,
            message,
            correlationId,
            threadOf: head.thread,
            severity: incident.severity,
            incidentKey: pageKey(incident.id),
            details: { account: incident.accountId, subject: incident.subject.slice(0, 200) },
          })
        ).writes;
  return writeIfUnchanged(services, [
    changeQuestion(services, kept, { ...question, silentAt: clock.now() }),
    ...told,
    audited(services, incident, question, 'incident.owner_silent', { asked: people }),
  ]);
}

/** On-call, by severity; and admins where nobody is on call but those who do not answer. */
async function calledBesides(
  services: Services,
  { severity }: KeptIncident,
  silent: readonly string[],
): Promise<readonly OnCallRef[]> {
  const onCall = await onCallFor(services, severity);
  if (onCall === null) return [];
  const { kind, id } = onCall;
  const reached = kind === 'user' ? [id] : await membersOf(services, id, false);
  const alone = reached !== null && reached.every((userId) => silent.includes(userId));
  const admins = services.admins.filter((userId) => !silent.includes(userId));
  return [onCall, ...(alone ? admins.map((userId) => ({ kind: 'user', id: userId }) as const) : [])];
}

/** Nobody waits for an answer any more: those who did not give one are told. */
async function over(services: Services, kept: KeptQuestion, incident: KeptIncident | null): Promise<boolean> {
  const { row: question } = kept;
  const { answers, asked, correlationId } = question;
  const silent = (asked?.people ?? []).filter(
    ({ userId }) => !answers.some((answer) => answer.userId === userId),
  );
  const edits =
    incident === null
      ? []
      : await Promise.all(
          silent.map(({ noticeId }) =>
            editWrites(services, { noticeId, correlationId }, async () =>
              services.presenter.ownerQuestionOver(await askOf(services, incident, 0), { kind: 'closed' }),
            ),
          ),
        );
  const written = await writeIfUnchanged(services, [...forgetQuestion(services, kept), ...edits.flat()]);
  return written && edits.length > 0;
}

/** What a question shows. */
export async function askOf(
  services: Pick<Services, 'stores' | 'clock'>,
  incident: KeptIncident,
  until: number,
): Promise<OwnerAsk> {
  const signals = signalsOf(await ofIncident(services, incident.id));
  const accounts = await lookAccounts(services);
  const account = accounts.find(({ accountId }) => accountId === incident.accountId);
  return {
    incident,
    accountName: account?.name ?? incident.accountId,
    findings: findingsToShow(signals, incident.places),
    until,
  };
}

function audited(
  services: Services,
  { id, subject, accountId }: KeptIncident,
  { correlationId }: OwnerQuestion,
  verb: string,
  detail: Readonly<Record<string, unknown>>,
): Write {
  return auditOutcome(
    services,
    {
      doer: { kind: 'rekey' },
      verb,
      entityKind: 'incident',
      entityId: id,
      correlationId,
      detail: { subject, accountId, incidents: [id], ...detail },
    },
    'done',
  );
}
