import { wasStolen } from '../../domain/containment-reasons.ts';
import { isOutOfReach } from '../../domain/containment-unread.ts';
import { isOver, type Containment, type ContainmentProof } from '../../domain/containment.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { counted } from '../../domain/time-words.ts';
import { brief, code, cut, moment } from './mrkdwn.ts';

/** What CloudTrail proves, and until then that it does not. */
export function proofLines(containment: Containment): string[] {
  const { state, proof, confirmedAt } = containment;
  if (isOver(state) || confirmedAt === null || !wasStolen(containment)) return [];
  if (proof === null) {
    if (isOutOfReach(containment)) {
      return ['CloudTrail: *not proven*, and it cannot be asked while nobody can act on the user.'];
    }
    return [
      `CloudTrail: *not yet proven*. Calls appear there up to ${counted(SETTLE_MS / 60_000, 'minute')} late; the first answer comes about ${moment(confirmedAt + SETTLE_MS + 60_000)}.`,
    ];
  }
  return [proofText(proof)];
}

/** The same of one answer. */
export function proofText({
  accepted,
  lastAcceptedAt,
  calls,
  refused,
  since,
  completeTo,
  why,
}: ContainmentProof): string {
  const tries = refused === 0 ? '' : ` ${counted(refused, 'refused call')} since.`;
  if (accepted > 0) {
    const last = lastAcceptedAt === null ? '' : `, the last at ${moment(lastAcceptedAt)}`;
    return `CloudTrail: *AWS accepted ${counted(accepted, 'call')} after that*${last}: ${calls.map((call) => code(cut(call, 120))).join(', ')}.${tries}`;
  }
  if (completeTo === null) return `CloudTrail: *not proven* (${brief(why, 400)}).${tries}`;
  if (completeTo <= since) {
    const later = why === '' ? '' : ` It could not be read since (${brief(why, 400)}).`;
    return `CloudTrail: *not yet proven*; data complete to ${moment(completeTo)}.${later}${tries}`;
  }
  const later = why === '' ? '' : ` What came later could not be read (${brief(why, 400)}).`;
  return `CloudTrail: no accepted call since ${moment(since)}, data complete to ${moment(completeTo)}.${later}${tries}`;
}
