import { isConflict } from '../../errors.ts';
import type { EvidenceRef, EvidenceTold } from '../../domain/evidence.ts';
import { alertWrites, standingMessage, wakeOutbox } from '../alert.ts';
import { auditIntent } from '../audit.ts';
import { claimAndWrite } from '../claim.ts';
import { recordingRefusals } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { evidenceAbout, evidenceRef, type EvidenceAbout } from './about.ts';
import { authoriseEvidence, evidenceAct } from './may.ts';
import { readState, refOf, stateWrite, toldOf, type Asker, type EvidenceState } from './state.ts';

/** The job that gathers evidence. */
export const EVIDENCE_JOB = 'evidence';
const TRIES = 5;

/** What became of the wish. */
export interface EvidenceBegun {
  readonly told: EvidenceTold;
  /** It was under way already; the files come to whoever asked meanwhile, too. */
  readonly joined: boolean;
}

/**
 * Records that somebody reads the evidence of an incident or a containment, and lets it be gathered; two who ask at once
 * share one gathering. Responders may; refused attempts are recorded. Throws `forbidden` or `not_found`.
 */
export async function beginEvidence(
  services: Services,
  request: Request,
  asked: EvidenceRef,
): Promise<EvidenceBegun> {
  const { actor, correlationId } = request;
  const ref = await recordingRefusals(
    services,
    () => evidenceAct(asked, actor, correlationId),
    async () => {
      await authoriseEvidence(services, request, asked);
      return evidenceRef(services, asked);
    },
  );
  const asker: Asker = { userId: actor.userId, teamId: actor.teamId, correlationId };
  for (let tries = 1; ; tries += 1) {
    const before = await readState(services, ref);
    const { state } = before;
    const isUnderWay = state?.phase === 'gathering';
    const mine = isUnderWay ? state.askers.find(({ userId }) => userId === asker.userId) : undefined;
    if (isUnderWay && mine !== undefined && mine.answered === undefined) {
      return { told: toldOf(state), joined: true };
    }
    const intent = auditIntent(services, evidenceAct(ref, actor, correlationId));
    const { after, writes } = isUnderWay
      ? { after: { ...state, askers: [...state.askers.filter((each) => each !== mine), asker] }, writes: [] }
      : await anew(services, asker, await evidenceAbout(services, ref));
    try {
      await claimAndWrite(services, request, [stateWrite(services, before, after), intent, ...writes]);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // This very click was served before, or somebody was quicker: what there is now tells.
      const claimed = (await services.stores.interactions.byId(request.claimId)) !== null;
      const now = claimed ? (await readState(services, ref)).state : null;
      if (now !== null) return { told: toldOf(now), joined: true };
      if (claimed || tries === TRIES) throw error;
      continue;
    }
    if (!isUnderWay) await enqueueGathering(services, after);
    await wakeOutbox(services);
    return { told: toldOf(after), joined: isUnderWay };
  }
}

/** Lets a gathering be taken up by whichever process is free. */
export async function enqueueGathering(
  { jobs }: Pick<Services, 'jobs'>,
  state: EvidenceState,
): Promise<void> {
  const { kind, id: about } = refOf(state);
  // What a killed process ran is leased to it for a while: another key lets it be taken up before.
  await jobs.enqueue(EVIDENCE_JOB, `${state.id}#${state.tries}`, { kind, about });
}

async function anew(services: Services, asker: Asker, about: EvidenceAbout) {
  const now = services.clock.now();
  const { ref, subject, userName, accountId } = about;
  const after: EvidenceState = {
    v: 1,
    id: services.ids.next(),
    kind: ref.kind,
    about: ref.id,
    phase: 'gathering',
    askers: [asker],
    noticeId: null,
    subject,
    userName,
    accountId,
    begunAt: now,
    beatAt: now,
    owner: null,
    tries: 0,
    progress: 'It begins in a moment.',
    summary: null,
  };
  const head = await standingMessage(services, about.noticeId);
  const { noticeId, writes } = await alertWrites(services, {
    // Without a message of its own it is told to whoever asked.
    ...(head === null
      ? { target: { kind: 'person', userId: asker.userId } }
      : { target: head.target, threadOf: head.thread }),
    message: services.presenter.evidenceMessage(toldOf(after)),
    correlationId: asker.correlationId,
  });
  return { after: { ...after, noticeId }, writes };
}
