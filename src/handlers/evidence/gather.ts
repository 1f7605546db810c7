import type { Actor } from '../../domain/actor.ts';
import type { EvidenceRef, EvidenceSummary } from '../../domain/evidence.ts';
import { NEVER_SHOWN, type EvidenceDocument } from '../../evidence/document.ts';
import { evidenceOf } from '../../evidence/evidence.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, editWrites, standingMessage, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { findActor } from '../find-actor.ts';
import { pageWrites } from '../send-pages.ts';
import type { Services } from '../services.ts';
import { evidenceAbout } from './about.ts';
import { evidenceAct, mayReadEvidence } from './may.ts';
import { packed, type PackedEvidence } from './pack.ts';
import { readTrail } from './read-trail.ts';
import {
  BEAT_MS,
  changeState,
  isFree,
  readState,
  stateWrite,
  toldOf,
  whileAtWork,
  type Asker,
  type EvidenceState,
} from './state.ts';
import { actionsAbout, timesAbout } from './what-was-done.ts';

/** After so many processes that did not come to its end it is given up. */
const MOST_TRIES = 6;
/** Lines of the report that go as messages, where no files can be sent: some thirty of them. */
const LINES_IN_MESSAGES = 700;

/** A gathering this process has. */
type Mine = EvidenceState & { readonly owner: string };

/**
 * Gathers the evidence somebody asked for, tells it in the thread and sends the files to whoever asked. Nothing, when it
 * is done, or another process is at it. When this process dies, or AWS does not answer, another run begins it anew.
 */
export async function gatherEvidence(
  services: Services,
  ref: EvidenceRef,
  signal: AbortSignal,
  version: string,
): Promise<void> {
  const mine = await takeUp(services, ref);
  if (mine !== null) await whileAtWork(mine.owner, () => gather(services, mine, ref, signal, version));
}

async function gather(
  services: Services,
  mine: Mine,
  ref: EvidenceRef,
  signal: AbortSignal,
  version: string,
): Promise<void> {
  try {
    if (mine.tries > MOST_TRIES) {
      await giveUp(
        services,
        mine,
        'It was broken off again and again. Ask for it once more; the log says why.',
      );
      return;
    }
    const document = await documentOf(services, mine, ref, version, signal);
    await finish(services, mine, await packed(document, services.clock));
  } catch (error) {
    // What was broken off, as by a stop of Rekey, has not failed: the next run need not wait for this process's end.
    if (signal.aborted || !(error instanceof AwsFailure || error instanceof RekeyError)) {
      await changeState(services, mine, (state) => ({ ...state, owner: null })).catch(() => null);
      throw error;
    }
    services.log.warn('evidence was not gathered', { error });
    await giveUp(services, mine, whyOf(error));
  }
}

/** Makes this process the one that gathers; null when there is nothing to do for it. */
async function takeUp(services: Services, ref: EvidenceRef): Promise<Mine | null> {
  const { instanceId, clock, ids } = services;
  const before = await readState(services, ref);
  const { state } = before;
  if (state === null || state.phase !== 'gathering') return null;
  if (!(await isFree(services, state))) return null;
  const now = clock.now();
  const after: Mine = {
    ...state,
    owner: `${instanceId} ${ids.next()}`,
    beatAt: now,
    tries: state.tries + 1,
    progress:
      state.tries === 0
        ? 'It has begun.'
        : 'It was broken off, since its process ended or met a failure, and has begun anew.',
  };
  try {
    await services.stores.atomically([
      stateWrite(services, before, after),
      ...(state.tries === 0 ? [] : await edited(services, after)),
    ]);
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
  return after;
}

async function documentOf(
  services: Services,
  mine: Mine,
  ref: EvidenceRef,
  version: string,
  signal: AbortSignal,
): Promise<EvidenceDocument> {
  const about = await evidenceAbout(services, ref);
  const lost = new AbortController();
  let beatAt = services.clock.now();
  const beat = async (progress: string): Promise<void> => {
    const now = services.clock.now();
    if (Math.abs(now - beatAt) < BEAT_MS) return;
    beatAt = now;
    const state = await changeState(
      services,
      mine,
      (each) => ({ ...each, beatAt: now, progress }),
      (after) => edited(services, after),
    );
    if (state === null) lost.abort(new Error('another process gathers this evidence'));
    else await wakeOutbox(services);
  };
  const stop = AbortSignal.any([signal, lost.signal]);
  const { trace, coverage } = await readTrail(services, about, beat, stop);
  // What was broken off is not told as what there is.
  stop.throwIfAborted();
  const events = trace.events();
  return {
    madeAt: services.clock.now(),
    rekey: version,
    subject: {
      kind: ref.kind,
      id: ref.id,
      accountId: about.accountId,
      accountName: about.accountName,
      partition: about.partition,
      subjects: about.subjects.length === 0 ? [about.subject] : about.subjects,
      userName: about.userName,
      severity: about.incident?.severity ?? null,
    },
    coverage,
    neverShown: NEVER_SHOWN,
    times: await timesAbout(services, about),
    evidence: evidenceOf(events, trace.credentials()),
    signals: about.signals,
    actions: await actionsAbout(services, about),
    events: events.map(({ raw }) => raw),
  };
}

/**
 * Sends the files to whoever asked, those who came meanwhile among them, and then tells it as done. Each answer is written
 * with the state that says so, the last one with the end: a process that dies in between leaves none to be written twice.
 */
async function finish(
  services: Services,
  mine: Mine,
  { files, report, summary }: PackedEvidence,
): Promise<void> {
  const lines = report.split('\n');
  for (;;) {
    const { state } = await readState(services, { kind: mine.kind, id: mine.about });
    if (state === null || state.id !== mine.id || state.owner !== mine.owner) return;
    const asker = state.askers.find(isWaiting);
    const answer =
      asker === undefined
        ? () => []
        : await delivered(services, { ...state, summary, phase: 'done' }, asker, files, lines);
    const after = await changeState(
      services,
      mine,
      (each) => {
        const askers = each.askers.map((one) =>
          one.userId === asker?.userId ? { ...one, answered: true as const } : one,
        );
        const next = { ...each, askers };
        return askers.some(isWaiting) ? next : ended(services, next, 'done', '', summary);
      },
      async (each) => [...answer(), ...(each.phase === 'done' ? await edited(services, each) : [])],
    );
    if (after === null || after.phase === 'done') break;
  }
  await wakeOutbox(services);
}

function isWaiting({ answered }: Asker): boolean {
  return answered === undefined;
}

/** Sends it to one person, who may still read it: as files, or as pages of private messages. What is written of it. */
async function delivered(
  services: Services,
  state: EvidenceState & { readonly summary: EvidenceSummary },
  asker: Asker,
  files: PackedEvidence['files'],
  lines: readonly string[],
): Promise<() => readonly Write[]> {
  const { presenter } = services;
  const { summary, kind, about } = state;
  const act = evidenceAct({ kind, id: about }, asker, asker.correlationId);
  let actor: Actor | null;
  try {
    actor = await findActor(services, asker, { irreversible: false });
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    if (error.code !== 'forbidden') return () => notSent(services, asker, act);
    actor = null;
  }
  if (actor === null || !mayReadEvidence(actor)) {
    const why = 'not permitted any more when it was ready';
    return () => [auditOutcome(services, { ...act, why }, 'refused')];
  }
  const told = toldOf(state);
  const sent = await services.files.send(asker.userId, files, presenter.evidenceHead(told, 'files'));
  const pages: readonly Message[] = sent.ok
    ? []
    : [presenter.evidenceHead(told, 'pages'), ...presenter.evidencePages(lines.slice(0, LINES_IN_MESSAGES))];
  const { sha256, calls, completeTo, from } = summary;
  const detail = { ...act.detail, how: sent.ok ? 'files' : 'messages', sha256, calls, from, completeTo };
  return () => [...pageWrites(services, asker, pages), auditOutcome(services, { ...act, detail }, 'done')];
}

/** That somebody may read it is not known: that is no yes, and no no. */
function notSent(services: Services, asker: Asker, act: ReturnType<typeof evidenceAct>): readonly Write[] {
  const why = 'Slack could not say whether you may read it';
  const message = services.presenter.alarmMessage(
    `The evidence is ready, but ${why}.`,
    'Press *Evidence* again in a few minutes.',
  );
  return [...pageWrites(services, asker, [message]), auditOutcome(services, { ...act, why }, 'failed')];
}

/** Says that it failed, in its message, to everybody who asked and has no answer yet. */
async function giveUp(services: Services, mine: Mine, why: string): Promise<void> {
  const { stores, ids, clock } = services;
  await changeState(
    services,
    mine,
    (state) => ended(services, state, 'failed', why, null),
    async (state) => [
      ...(await edited(services, state)),
      ...state.askers
        .filter(isWaiting)
        .map((asker) =>
          auditOutcome(
            { stores, ids, clock },
            { ...evidenceAct({ kind: state.kind, id: state.about }, asker, asker.correlationId), why },
            'failed',
          ),
        ),
    ],
  );
  await wakeOutbox(services);
}

function ended(
  { clock }: Pick<Services, 'clock'>,
  state: EvidenceState,
  phase: 'done' | 'failed',
  progress: string,
  summary: EvidenceSummary | null,
): EvidenceState {
  return { ...state, phase, progress, summary, owner: null, beatAt: clock.now() };
}

/** Its message as it is now; where that is gone, another in its place when it is over. */
async function edited(services: Services, state: EvidenceState): Promise<Write[]> {
  const [first] = state.askers;
  const told = { noticeId: state.noticeId, correlationId: first?.correlationId ?? state.id };
  const message = services.presenter.evidenceMessage(toldOf(state));
  if ((await standingMessage(services, state.noticeId)) !== null)
    return editWrites(services, told, () => message);
  if (state.phase === 'gathering' || first === undefined) return [];
  const target = { kind: 'person', userId: first.userId } as const;
  return (await alertWrites(services, { target, message, correlationId: told.correlationId })).writes;
}

function whyOf(error: AwsFailure | RekeyError): string {
  if (error instanceof AwsFailure)
    return `CloudTrail could not be read: ${error.action}, ${error.code.replaceAll('_', ' ')}.`;
  return error.next === undefined ? error.message : `${error.message} ${error.next}`;
}
