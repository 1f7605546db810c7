import type { RotationCard } from '../../domain/rotation-card.ts';
import { troubleOf } from '../../domain/rotation-trouble.ts';
import { isFinal } from '../../domain/rotation.ts';
import { counted, lengthWords, spanWords } from '../../domain/time-words.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { brief, moment, person } from './mrkdwn.ts';

/** How long a key of ours stays Inactive before it may be deleted. */
const ORPHAN_WORDS = 'an hour after AWS showed it Inactive';

/** What a rotation waits for and until when at the earliest, in sentences of mrkdwn; null when it has ended. */
export function waitsText(card: RotationCard): string | null {
  const { rotation, paused } = card;
  if (isFinal(rotation.state)) return null;
  const parts = [
    ...(paused === null
      ? []
      : [`*Rekey is paused* (${brief(paused, 200)}): nothing changes until an admin resumes it.`]),
    ...heldText(card),
    stateText(card),
  ];
  return joined(...parts);
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function heldText({ rotation: { wait, state }, now }: RotationCard): string[] {
  if (wait === null || wait.until <= now || state === 'undoing') return [];
  return [`*Held* by ${person(wait.by)} until ${moment(wait.until)}: ${brief(wait.reason, 300)}.`];
}

function stateText(card: RotationCard): string {
  const { rotation } = card;
  const { state, soakMs, deactivatedAt, deliveries, approvals } = rotation;
  switch (state) {
    case 'planned':
      return again(card) || 'Usually takes some seconds. Nothing is changed yet.';
    case 'creating':
      return creatingText(card);
    case 'verifying':
      return 'AWS must take the new key several times in a row: usually some seconds, ten minutes at the most. The old key works.';
    case 'delivering': {
      const held = deliveries.filter((each) => each.state === 'held').length;
      return joined(
        `${held} of ${counted(deliveries.length, 'destination')} so far.`,
        again(card),
        'Both keys work.',
      );
    }
    case 'cutover':
      return joined('Redeploy hooks are called.', again(card), 'Both keys work.');
    case 'quiet':
      return quietText(card);
    case 'deactivated':
      return deactivatedAt === null
        ? 'AWS must show the old key Inactive: usually some seconds.'
        : `Asks whether anything broke, then soaks until ${moment(deactivatedAt + soakMs)}.`;
    case 'soaking': {
      const approved = approvals.some(({ what }) => what === 'delete');
      const end = (deactivatedAt ?? rotation.stateAt) + soakMs;
      if (approved && end <= card.now) return 'The old key is deleted next.';
      const then = approved
        ? 'then the old key is deleted'
        : 'then a second person is asked to approve the deletion';
      return `Until ${moment(end)} at the earliest; ${then}.`;
    }
    case 'deleted':
      return 'Takes some seconds.';
    case 'undoing':
      return joined(
        `Destinations go back to the old key; the new one is made Inactive, and deleted ${ORPHAN_WORDS}.`,
        again(card),
      );
    case 'blocked':
      return `Since ${moment(rotation.block?.since ?? rotation.stateAt)}. Nothing changes until somebody decides.`;
    case 'done':
    case 'undone':
      return '';
  }
}

function creatingText(card: RotationCard): string {
  const { intents, orphans } = card.rotation;
  const open = intents.find(({ outcome }) => outcome === 'open');
  const left = orphans.filter(({ deletedAt }) => deletedAt === null);
  if (left.length > 0) {
    return `A key whose secret was lost goes first: it is made Inactive, and deleted ${ORPHAN_WORDS}.`;
  }
  if (open !== undefined && open.closesAt > card.now && (card.rotation.nextAt ?? 0) >= open.closesAt) {
    return `AWS did not say whether it made the key. Rekey looks for it from ${moment(open.closesAt)} on.`;
  }
  return again(card) || 'Usually takes some seconds. The old key works.';
}

/** The clock begins anew with each use: the time is the earliest. */
function quietText(card: RotationCard): string {
  const { rotation, oldUse } = card;
  const { quietMs, cutoverAt, stateAt, nextAt, approvals, change, oldKeyId } = rotation;
  if (change?.accessKeyId === oldKeyId) {
    return change.change === 'activate'
      ? 'The old key is made Active again: usually some seconds.'
      : 'The old key is made Inactive now.';
  }
  const allowed = approvals.find(({ what }) => what === 'deactivate');
  if (allowed !== undefined) return `${person(allowed.by)} let the old key be deactivated now.`;
  const from = Math.max(cutoverAt ?? stateAt, oldUse?.lastAt ?? 0);
  const earliest = Math.max(nextAt ?? 0, from + quietMs + SETTLE_MS);
  return (
    `The old key must be silent for ${lengthWords(quietMs)}: not before ${moment(earliest)}. ` +
    `Each use of it begins that anew. CloudTrail shows a call up to ${spanWords(SETTLE_MS)} late.`
  );
}

/** When it tries again; empty when it does not wait for that. */
function again({ rotation, now }: RotationCard): string {
  const { nextAt } = rotation;
  return troubleOf(rotation) === null || nextAt === null || nextAt <= now
    ? ''
    : `Tries again at ${moment(nextAt)}.`;
}
