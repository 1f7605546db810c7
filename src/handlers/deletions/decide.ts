import { deletionMoved, deletionTitle, isOpenDeletion, type KeyDeletion } from '../../domain/key-deletion.ts';
import { RekeyError } from '../../errors.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { claimUnlessOvertaken, refuseClaimed } from '../claim.ts';
import { refuseWhilePaused } from '../pause.ts';
import { recordingRefusals } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { deletionOf, putDeletion, type KeptDeletion } from './kept.ts';
import { authoriseDeletion, deletionAct } from './may.ts';
import { deletionEdits } from './tell.ts';

/** Which wish a button is about: a later one for the same key has another id. */
export interface DeletionTarget {
  readonly accessKeyId: string;
  readonly id: string;
}

/** How often a decision is tried on the row as it is by then: it is looked at meanwhile. */
const TRIES = 5;

/**
 * The second person's yes. Whoever pursues it reads everything once more before anything is deleted. Admins may, but not
 * whoever asked; refused while Rekey is paused.
 */
export async function approveDeletion(
  services: Services,
  request: Request,
  target: DeletionTarget,
): Promise<KeyDeletion> {
  return decide(services, request, target, 'approve');
}

/** Nobody is to delete it: admins' word, or that of whoever asked. */
export async function declineDeletion(
  services: Services,
  request: Request,
  target: DeletionTarget,
): Promise<KeyDeletion> {
  return decide(services, request, target, 'decline');
}

async function decide(
  services: Services,
  request: Request,
  target: DeletionTarget,
  act: 'approve' | 'decline',
): Promise<KeyDeletion> {
  return recordingRefusals(
    services,
    () => deletionAct(request, act, { accessKeyId: target.accessKeyId }, ''),
    () => decided(services, request, target, act),
  );
}

async function decided(
  services: Services,
  request: Request,
  target: DeletionTarget,
  act: 'approve' | 'decline',
): Promise<KeyDeletion> {
  const { clock } = services;
  for (let tries = 1; ; tries += 1) {
    const before = await waiting(services, target);
    await authoriseDeletion(services, request, act, before.row);
    await refuseClaimed(services, request);
    if (before.row.state !== 'asked') throw overtaken(before.row);
    if (act === 'approve') await refuseWhilePaused(services, 'delete keys');
    const now = clock.now();
    const after = deletionMoved(before.row, now, {
      state: act === 'approve' ? 'approved' : 'declined',
      decidedBy: request.actor.userId,
      decidedAt: now,
      nextAt: act === 'approve' ? now : null,
    });
    const lost = await claimUnlessOvertaken(services, request, [
      putDeletion(services, before, after, now),
      auditOutcome(services, deletionAct(request, act, after, after.reason), 'done'),
      ...(await deletionEdits(services, after)),
    ]);
    if (lost === null) {
      await wakeOutbox(services);
      return after;
    }
    if (tries === TRIES) throw lost;
  }
}

async function waiting(services: Services, { accessKeyId, id }: DeletionTarget): Promise<KeptDeletion> {
  const kept = await deletionOf(services, accessKeyId);
  if (kept?.row.id === id) return kept;
  throw new RekeyError('conflict', 'That is no longer to be decided.', {
    next: 'Its message tells how it ended, or a later one asks anew.',
  });
}

function overtaken(row: KeyDeletion): RekeyError {
  const by = row.decidedBy === null ? '' : ` <@${row.decidedBy}> decided.`;
  const why = isOpenDeletion(row) || row.why === null ? '' : ` ${row.why}`;
  return new RekeyError('conflict', `That is no longer to be decided: ${deletionTitle(row)}.${by}${why}`);
}
