import {
  CONFIRM_READS,
  denyAllArn,
  INLINE_DATE_DENY,
  INLINE_DENY,
  type Containment,
  type ContainmentEvent,
  type ContainmentPart,
} from './containment.ts';
import type { ContainedLook } from './containment-steps.ts';

/** Events kept on the row; older ones are in the thread and in the audit log. */
const KEPT_EVENTS = 20;
/** Of what is put back again and again, one line so often. */
const SAID_AGAIN_MS = 60_000;
/**
 * So many new keys and policies are told in that time. Whoever makes hundreds would else bury what the channel must hear:
 * Slack takes one message a second there. A policy that is still there is told in its turn.
 */
const NEW_AT_MOST = 6;
const NEW: ReadonlySet<ContainmentEvent['what']> = new Set<ContainmentEvent['what']>([
  'new_key',
  'new_policy',
  'new_inline',
]);

/** Whether it was said a moment ago that a part is being put back. */
export function saidLately({ events }: Containment, part: ContainmentPart, now: number): boolean {
  return events.some(({ what, about, at }) => what === 'put_back' && about === part && isRecent(at, now));
}

/** What a look shows that was not known: keys, policies, a user that is gone. `row`: as it was before the look. */
export function appeared(row: Containment, before: Containment, look: ContainedLook): ContainmentEvent[] {
  if (look.user !== 'there')
    return missing(before, look.user === 'gone' ? 'gone_user' : 'other_user', look.at);
  const fresh = newOn(row, before, look);
  const room = roomFor(before, look.at);
  const isMoreSaid = before.events.some(({ what, at }) => what === 'more_new' && isRecent(at, look.at));
  return [
    ...fresh.slice(0, room),
    ...(fresh.length > room && !isMoreSaid ? [eventOf(look.at, 'more_new', '')] : []),
    ...before.keys
      .filter(({ missed }) => missed !== undefined)
      .filter(({ accessKeyId }) => !isTold(before, 'gone_key', accessKeyId))
      .map(({ accessKeyId }) => eventOf(look.at, 'gone_key', accessKeyId)),
  ];
}

/** Said once: a user is looked for again and again. */
function missing(row: Containment, what: 'gone_user' | 'other_user', at: number): ContainmentEvent[] {
  const about = row.userName ?? '';
  return isTold(row, what, about) ? [] : [eventOf(at, what, about)];
}

function isTold({ events }: Containment, what: ContainmentEvent['what'], name: string): boolean {
  return events.some((event) => event.what === what && event.about === name);
}

/** The user of what nobody holds any more is not to be found, and nothing proves that it is gone: said, and left so. */
export function toldAsGone(row: Containment, now: number): Containment {
  return remember({ ...row, absent: CONFIRM_READS }, missing(row, 'gone_user', now));
}

/**
 * The policies a look shows that are not to be told yet, and so stay unseen until their turn. A key never does: whoever
 * recovers the user must see all that work then.
 */
export function untoldPolicies(
  row: Containment,
  before: Containment,
  look: ContainedLook,
): ReadonlySet<string> {
  const later = newOn(row, before, look).slice(roomFor(before, look.at));
  return new Set(later.filter(({ what }) => what !== 'new_key').map(({ about }) => about));
}

/** The keys and policies of the user that were not known, keys first. */
function newOn(row: Containment, before: Containment, look: ContainedLook): ContainmentEvent[] {
  const { keys, attached, inline } = look;
  const own = denyAllArn(before.partition);
  const { seenKeys, seenPolicies, seenInline } = before;
  // What is read for the first time was there before, as far as anybody can tell.
  const firstKeys = seenKeys.length === 0;
  const firstPolicies = seenPolicies.length === 0 && row.deniedBefore === null;
  return [
    ...(firstKeys ? [] : (keys ?? []))
      .filter(({ accessKeyId }) => !seenKeys.includes(accessKeyId))
      .map(({ accessKeyId }) => eventOf(look.at, 'new_key', accessKeyId)),
    ...(firstPolicies ? [] : (attached ?? []))
      .filter(({ arn }) => arn !== own && !seenPolicies.includes(arn))
      .map(({ arn }) => eventOf(look.at, 'new_policy', arn)),
    ...(seenInline === null ? [] : (inline ?? []))
      .filter((name) => !seenInline?.includes(name) && name !== INLINE_DENY && name !== INLINE_DATE_DENY)
      .map((name) => eventOf(look.at, 'new_inline', name)),
  ];
}

function roomFor({ events }: Containment, now: number): number {
  const told = events.filter(({ what, at }) => NEW.has(what) && isRecent(at, now));
  return Math.max(0, NEW_AT_MOST - told.length);
}

function isRecent(at: number, now: number): boolean {
  return now - at < SAID_AGAIN_MS;
}

/** One thing that was found. */
export function eventOf(at: number, what: ContainmentEvent['what'], about: string): ContainmentEvent {
  return { at, what, about };
}

/** Adds events; of very many the newest are kept on the row. */
export function remember(containment: Containment, events: readonly ContainmentEvent[]): Containment {
  const all = [...containment.events, ...events];
  const dropped = Math.max(0, all.length - KEPT_EVENTS);
  return { ...containment, events: all.slice(dropped), eventsMore: containment.eventsMore + dropped };
}

/** Keys that somebody switched on while nobody looked. */
function foundOn({ keys }: Containment, look: ContainedLook): readonly string[] {
  return keys.flatMap(({ accessKeyId, unwatched }) => {
    const listed = look.keys?.find((key) => key.accessKeyId === accessKeyId);
    return unwatched === true && listed?.status === 'Active' ? [accessKeyId] : [];
  });
}

/** Those of them that were off for a plan alone: whoever needs one again has it, and we do not ask for it any more. */
export function leftOn(row: Containment, look: ContainedLook): readonly string[] {
  return foundOn(row, look).filter((id) =>
    row.holders
      .filter(({ accessKeyId, phase }) => accessKeyId === id && phase !== 'undone')
      .every(({ kind }) => kind === 'planned'),
  );
}

/** What is said of keys that somebody switched on while nobody looked. */
export function restedEvents(row: Containment, look: ContainedLook): ContainmentEvent[] {
  const left = leftOn(row, look);
  const off = foundOn(row, look).length > left.length;
  return [
    ...left.map((id) => eventOf(look.at, 'left_on', id)),
    ...(off ? [eventOf(look.at, 'put_back', 'key')] : []),
  ];
}
