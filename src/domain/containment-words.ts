import {
  CONFIRM_READS,
  isConfirmed,
  isDated,
  isDenied,
  isGone,
  partsInPlay,
  wantedKeys,
  type Containment,
  type ContainmentHolder,
  type ContainmentPart,
} from './containment.ts';
import { wasStolen } from './containment-reasons.ts';
import { whyOf } from './containment-why.ts';
import { areAllDeleted, goneWords, isOverAsGone, isTakenUnread, leftWords } from './containment-unread.ts';
import { counted, momentWords } from './time-words.ts';

/** What could not be done, why, and what to do, as sentences. */
export interface FailureWords {
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

const PART_UNDONE: Readonly<Record<ContainmentPart, readonly [on: string, off: string]>> = {
  key: ['The key is not switched off', 'The key is not switched on again'],
  deny: ['The user is not denied', 'The deny is not taken off'],
  date: [
    'Sessions from before are not denied, so that the deny of everything stays',
    'The deny of sessions from before is not taken off',
  ],
};

const LEFT =
  'Nobody tries again by now. Mend the cause, then contain the key again (`/aws-deactivate` or `rekey contain`): all of it is done and read back anew.';

/** The parts that could not be done, the worst first. */
export function failuresOf(containment: Containment, now: number): readonly FailureWords[] {
  return partsInPlay(containment, now).flatMap((part) => {
    const { failure, reads } = containment.parts[part];
    if (failure === null || reads >= CONFIRM_READS) return [];
    const [on, off] = PART_UNDONE[part];
    const { why, next } = whyOf(failure);
    const what = isOn(containment, part, now) ? on : off;
    // Only the deny of sessions from before is still looked at, at its end.
    const isLeft = containment.state === 'standing' && part !== 'date';
    return [{ what, why, next: isLeft ? LEFT : next }];
  });
}

function isOn(containment: Containment, part: ContainmentPart, now: number): boolean {
  if (part === 'deny') return isDenied(containment);
  if (part === 'date') return isDated(containment, now);
  return [...wantedKeys(containment).values()].includes('Inactive') && containment.state !== 'undoing';
}

/** Why it is not done, the worst first, for a message of its own. */
export function notDoneWords(containment: Containment, now: number): FailureWords {
  const { refusal, trouble } = containment;
  const what = standingWords(containment, now);
  if (refusal !== null) return { what, ...refusal };
  const [failed] = failuresOf(containment, now);
  if (failed !== undefined) return { ...failed, what: `${what}. ${failed.what}` };
  if (trouble !== null) {
    return {
      what: `${what}, and its user cannot be read since ${momentWords(trouble.at)}`,
      ...whyOf(trouble),
    };
  }
  return { what, why: 'IAM does not show it yet.', next: 'Rekey goes on, and looks again and again.' };
}

/** How far the whole is, in a few words. */
export function standingWords(containment: Containment, now: number): string {
  const { state, confirmedAt } = containment;
  const stolen = isDenied(containment);
  if (isGone(containment) && (state === 'holding' || state === 'standing')) {
    return 'Its user is gone: not confirmed any more';
  }
  switch (state) {
    case 'finding':
      return 'Finding whose key it is';
    case 'acting':
      return stolen ? 'Being contained' : 'Being deactivated';
    case 'holding': {
      if (isConfirmed(containment, now)) return 'Contained and held';
      if (isTakenUnread(containment)) return 'Switched off as far as AWS answers, and held: not confirmed';
      return confirmedAt === null
        ? 'Not contained yet'
        : 'Somebody undoes it: being put back, not confirmed again yet';
    }
    case 'standing':
      if (!stolen) return areAllDeleted(containment) ? 'Deleted by somebody' : 'Deactivated';
      if (isConfirmed(containment, now)) return 'Contained, not held any more';
      return isTakenUnread(containment)
        ? 'Switched off as far as AWS answered: not confirmed, not held any more'
        : 'Not contained as far as IAM shows';
    case 'undoing':
      return 'Being taken back';
    case 'recovering':
      return 'Being recovered';
    case 'recovered':
      return 'Recovered: the key stays Inactive';
    case 'undone':
      return 'Taken back';
    case 'ended':
      if (containment.left !== undefined) return 'Closed as it is: nothing was taken back';
      if (!isOverAsGone(containment)) return 'Recovered, and over';
      return `Over: ${isGone(containment) ? 'its key and its user are' : 'its key is'} gone from AWS`;
    case 'refused':
      return 'Not contained';
    case 'merged':
      return 'Its user was contained already';
  }
}

/** What IAM confirms of the key and of the deny, as sentences; what was there before us is said. */
export function confirmedWords(containment: Containment, now: number): readonly string[] {
  const { parts, keys, deniedBefore, deny, dateDeny, state } = containment;
  if (state === 'finding' || state === 'refused' || state === 'merged') return [];
  if (containment.left !== undefined) return [leftWords(containment)];
  if (containment.absent > 0) return [goneWords(containment)];
  if (state === 'undone') return [restoredWords(containment)];
  const play = partsInPlay(containment, now);
  const has = (part: ContainmentPart): boolean => play.includes(part) && parts[part].reads >= CONFIRM_READS;
  const active = [...wantedKeys(containment)].flatMap(([id, status]) => (status === 'Active' ? [id] : []));
  const rows = readsWords(containment);
  const lines: string[] = [];
  if (areAllDeleted(containment)) {
    // Nothing is confirmed of a key that is not there.
    if (play.includes('deny')) lines.push(denyWords(containment, has('deny')));
  } else if (active.length === 0 && has('key') && has('deny') && isDenied(containment)) {
    lines.push(`IAM confirms Inactive and the deny (${rows}).`);
  } else {
    if (play.includes('key')) lines.push(keyWords(containment, has('key'), active.length > 0));
    if (play.includes('deny')) lines.push(denyWords(containment, has('deny')));
  }
  if (isDenied(containment) && has('deny')) {
    if (deniedBefore) lines.push('AWSDenyAll was attached before, and will stay.');
    else if (deny?.way === 'inline')
      lines.push('The deny is the inline policy RekeyDenyAll, since AWSDenyAll could not be attached.');
  }
  if (dateDeny !== null && isDated(containment, now)) {
    lines.push(
      has('date')
        ? `IAM confirms that sessions issued before the recovery are denied (${rows}).`
        : 'Sessions issued before the recovery are being denied first.',
    );
  }
  lines.push(...notHeldWords(containment, play));
  for (const { accessKeyId, before, missed = 0 } of keys) {
    if (before === 'Inactive') lines.push(`${accessKeyId} was Inactive before: Undo leaves it so.`);
    if (before === 'gone') lines.push(`${accessKeyId} does not exist any more.`);
    if (before === 'unknown') {
      lines.push(`Whether ${accessKeyId} was Active before could not be read: Undo asks.`);
    }
    if (missed > 0) {
      lines.push(
        missed < CONFIRM_READS
          ? `${accessKeyId} is not listed any more: it was deleted, as it seems.`
          : `${accessKeyId} was deleted: it cannot be used, and cannot be given back.`,
      );
    }
  }
  return lines;
}

/** So many reads confirm it; where nobody looks any more, when they ended. */
function readsWords({ state, stateAt }: Containment): string {
  const rows = `${CONFIRM_READS} reads in a row`;
  return state === 'standing' ? `${rows}; not read since ${momentWords(stateAt)}` : rows;
}

/** Where nobody looks any more: what was not as it should be when it was looked at last. */
function notHeldWords(containment: Containment, play: readonly ContainmentPart[]): readonly string[] {
  const { state, parts, stateAt, putBack } = containment;
  if (state !== 'standing' || !isDenied(containment)) return [];
  const off = play.filter((part) => parts[part].reads === 0 && parts[part].failure === null);
  const named = off.flatMap((part) =>
    part === 'key' && !isTakenUnread(containment)
      ? ['a key that was to be Inactive was Active']
      : part === 'deny'
        ? ['the deny was off']
        : [],
  );
  if (named.length === 0) return [];
  const tries = putBack === 0 ? '' : `, though it was put back ${counted(putBack, 'time')} at least`;
  return [`Not held: at the last look, at ${momentWords(stateAt)}, ${named.join(' and ')}${tries}.`];
}

function keyWords(containment: Containment, confirmed: boolean, active: boolean): string {
  const { reads } = containment.parts.key;
  const status = active ? 'Active' : 'Inactive';
  if (isTakenUnread(containment)) {
    const again =
      containment.state === 'holding' ? ' While it is held that is sent again every half a minute.' : '';
    return `AWS took the key as ${status}; its user’s keys cannot be read, so that it is not confirmed.${again}`;
  }
  return confirmed
    ? `IAM confirms the key as ${status} (${readsWords(containment)}).`
    : `The key as ${status}: not confirmed yet (${counted(reads, 'read')} of ${CONFIRM_READS} in a row).`;
}

function denyWords(containment: Containment, confirmed: boolean): string {
  const { reads } = containment.parts.deny;
  if (isDenied(containment)) {
    return confirmed
      ? `IAM confirms the deny (${readsWords(containment)}).`
      : `The deny: not confirmed yet (${counted(reads, 'read')} of ${CONFIRM_READS} in a row).`;
  }
  return confirmed ? 'IAM confirms that our deny is off.' : 'Our deny is being taken off.';
}

function restoredWords(containment: Containment): string {
  const kept = containment.quarantine.length === 0 ? '' : ' AWS’s own quarantine policy was not touched.';
  const gone = containment.events.filter(({ what }) => what === 'gone_key').map(({ about }) => about);
  const but = gone.length === 0 ? '' : ` But for what was deleted meanwhile: ${gone.join(', ')}.`;
  const whole = wasStolen(containment)
    ? `What was before is restored.${kept}`
    : 'The key is as it was before.';
  return `${whole}${but}`;
}

/** What a containment of this kind does not stop. */
export const NOT_STOPPED =
  'Not stopped by this: sessions of roles that the key assumed (up to 12 hours), and whatever was made with it, such as users, keys and functions of others.';

/** Who asked, for a line of text; the caller marks people. */
export function askedBy({ holders }: Containment): string {
  const [first] = holders;
  return first === undefined ? '' : askerOf(first);
}

/** The same of one reason. */
export function askerOf({ by, hostUser }: Pick<ContainmentHolder, 'by' | 'hostUser'>): string {
  return by === null ? `${hostUser ?? 'somebody'} on the host` : `<@${by}>`;
}
