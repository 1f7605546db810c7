import {
  CONFIRM_READS,
  holdingOf,
  INLINE_DATE_DENY,
  INLINE_DENY,
  isConfirmed,
  isGone,
  isOver,
  movedTo,
  partsInPlay,
  wantedKeys,
  type ContainedKey,
  type Containment,
  type ContainmentPart,
} from './containment.ts';
import { wasStolen } from './containment-reasons.ts';

/** The user's keys could not be read for so long, though AWS was asked again and again, before a stolen one is made Inactive all the same; ms. */
export const UNREAD_AFTER_MS = 10_000;

/** AWS took what each key is to be, and nothing shows it, since the user's keys cannot be read. */
export function isTakenUnread({
  holders,
  keys,
  parts,
}: Pick<Containment, 'holders' | 'keys' | 'parts'>): boolean {
  const wanted = [...wantedKeys({ holders, keys })];
  if (wanted.length === 0 || parts.key.reads >= CONFIRM_READS) return false;
  return wanted.every(
    ([id, status]) => keys.find(({ accessKeyId }) => accessKeyId === id)?.sent?.status === status,
  );
}

/** Whether a part is as far as it can be: confirmed, or taken where nothing can be read. */
export function isAsFarAsItCan(containment: Containment, part: ContainmentPart): boolean {
  return containment.parts[part].reads >= CONFIRM_READS || (part === 'key' && isTakenUnread(containment));
}

/** A key that was there is not listed any more though its user is, or was gone before us. */
export function isDeleted({ before, missed = 0 }: ContainedKey): boolean {
  return before === 'gone' || missed > 0;
}

/** None of the keys that were to be switched off is there any more. */
export function areAllDeleted(containment: Pick<Containment, 'keys'>): boolean {
  return containment.keys.length > 0 && containment.keys.every(isDeleted);
}

/** Whether IAM confirmed all of it, and it is so still; never while it is not even known whose key it is. */
export function isShutOff(containment: Containment, now: number): boolean {
  return !isOver(containment.state) && containment.state !== 'finding' && isConfirmed(containment, now);
}

/** Over because what it held is not in AWS any more, and not because somebody took it back, or left it as it is. */
export function isOverAsGone({
  state,
  holders,
  left,
}: Pick<Containment, 'state' | 'holders' | 'left'>): boolean {
  return state === 'ended' && left === undefined && holdingOf({ holders }).length > 0;
}

/** A change that failed is tried again so soon that a process which is to stop waits for it; ms. */
const SOON_MS = 5_000;

/** Nothing was sent yet: the key works. */
export function isUnsent({ state, sentAt }: Pick<Containment, 'state' | 'sentAt'>): boolean {
  return sentAt === null && (state === 'finding' || state === 'acting');
}

/** Nothing was sent yet, or it failed in a way that may pass: the key, or a session of it, works. */
export function isToBeShutOff(containment: Containment, now: number): boolean {
  const { state, parts } = containment;
  if (isUnsent(containment)) return true;
  if (state !== 'acting' && state !== 'holding') return false;
  return partsInPlay(containment, now).some((part) => {
    const { failure } = parts[part];
    return failure !== null && failure.retryAt - now < SOON_MS;
  });
}

/** Nobody could act on its user when that was tried last: nothing connects to the account, as a rule. */
export function isOutOfReach({ state, trouble }: Pick<Containment, 'state' | 'trouble'>): boolean {
  return !isOver(state) && state !== 'finding' && trouble?.code === 'nobody';
}

/** What may be in AWS still, of a containment that nobody can act on: for whoever can there. */
export function leftWords({ keys, deny, dateDeny, userName }: Containment): string {
  const ids = keys.filter((key) => !isDeleted(key)).map(({ accessKeyId }) => accessKeyId);
  const policies = [
    ...(deny?.attached === true ? ['AWSDenyAll'] : []),
    ...(deny?.inline === true ? [`the inline policy ${INLINE_DENY}`] : []),
    ...(dateDeny === null ? [] : [`the inline policy ${INLINE_DATE_DENY}`]),
  ];
  const off = ids.length === 0 ? [] : [`${ids.join(', ')} Inactive`];
  const denied = policies.length === 0 ? [] : [`${policies.join(' and ')} on the user ${userName ?? '?'}`];
  const all = [...off, ...denied].join('; ');
  return all === ''
    ? 'Rekey set nothing there.'
    : `What Rekey set may be in AWS still: ${all}. Whoever has rights there takes it off by hand.`;
}

/** What is known of a user that is gone, where its containment ended for that. */
const GONE_FOR_GOOD =
  'No complete list of the account’s users has it, by its unique ID, and IAM knows neither its name nor its key: nothing is left to hold, or to give back.';

/** What is not there can neither be confirmed nor given back; a user may have been renamed, its keys deleted. */
export function goneWords(containment: Containment): string {
  const { userName, state } = containment;
  if (isOverAsGone(containment)) return GONE_FOR_GOOD;
  const user = `IAM has no user ${userName ?? ''} of this key (any more), nor does it name another for it`;
  if (state === 'undone') return `${user}: nothing could be given back.`;
  const ways =
    'If it was renamed and its keys deleted, find it in CloudTrail (UpdateUser) and attach AWSDenyAll.';
  const end =
    state === 'standing' && isGone(containment)
      ? ` If it was deleted, ${wasStolen(containment) ? 'Undo' : 'Reactivate'} ends this; by itself it ends once a connection that may list users (inventory) does not find it by its unique ID.`
      : '';
  return `${user}: key and deny are not confirmed. ${ways}${end}`;
}

/** What stands for a key, or a whole user, that is gone: over, with nothing left to give back. */
export function endedAsGone(row: Containment, what: 'key' | 'user', now: number): Containment {
  return {
    ...movedTo(row, 'ended', now),
    absent: what === 'user' ? CONFIRM_READS : row.absent,
    keys: row.keys.map((key) => (isDeleted(key) ? key : { ...key, missed: CONFIRM_READS })),
    deny: null,
    dateDeny: null,
    nextAt: null,
    proofAt: null,
  };
}
