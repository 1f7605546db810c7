import {
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

/** Whether it was said a moment ago that a part is being put back. */
export function saidLately({ events }: Containment, part: ContainmentPart, now: number): boolean {
  return events.some(
    ({ what, about, at }) => what === 'put_back' && about === part && now - at < SAID_AGAIN_MS,
  );
}

/** What a look shows that was not known: keys, policies, a user that is gone. `row`: as it was before the look. */
export function appeared(row: Containment, before: Containment, look: ContainedLook): ContainmentEvent[] {
  const told = (what: ContainmentEvent['what'], about: string) =>
    before.events.some((event) => event.what === what && event.about === about);
  if (look.user !== 'there') {
    const what = look.user === 'gone' ? 'gone_user' : 'other_user';
    const about = before.userName ?? '';
    return told(what, about) ? [] : [eventOf(look.at, what, about)];
  }
  const { keys, attached, inline } = look;
  const here = new Set((keys ?? []).map(({ accessKeyId }) => accessKeyId));
  const own = denyAllArn(before.partition);
  const { seenKeys, seenPolicies, seenInline } = before;
  // What is read for the first time was there before, as far as anybody can tell.
  const firstKeys = seenKeys.length === 0;
  const firstPolicies = seenPolicies.length === 0 && row.deniedBefore === null;
  return [
    ...(firstKeys
      ? []
      : [...here].filter((id) => !seenKeys.includes(id)).map((id) => eventOf(look.at, 'new_key', id))),
    ...(firstPolicies ? [] : (attached ?? []))
      .filter(({ arn }) => arn !== own && !seenPolicies.includes(arn))
      .map(({ arn }) => eventOf(look.at, 'new_policy', arn)),
    ...(seenInline === null ? [] : (inline ?? []))
      .filter((name) => !seenInline?.includes(name) && name !== INLINE_DENY && name !== INLINE_DATE_DENY)
      .map((name) => eventOf(look.at, 'new_inline', name)),
    ...before.keys
      .filter(({ missed }) => missed !== undefined)
      .filter(({ accessKeyId }) => !told('gone_key', accessKeyId))
      .map(({ accessKeyId }) => eventOf(look.at, 'gone_key', accessKeyId)),
  ];
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
