import type { CloudTrailEvent } from './event.ts';
import { DAY, HOUR } from './profile.ts';
import type { Recent } from './recent.ts';
import type { About } from './rule.ts';

/** What is done all the time is noted anew once in so long. */
const NOTED_ANEW = HOUR;

/** Notes a thing, and, when it was never done before as far as is remembered, that it was done for the first time. */
export function noteFirst(recent: Recent, kind: string, what: string, at: number): void {
  const id = what.slice(0, 256);
  const last = recent.last(kind, id);
  if (last === null) recent.note(`first ${kind}`, id, at, at);
  if (last === null || at - last >= NOTED_ANEW) recent.note(kind, id, at, at);
}

/** The program and where it runs: what the key's own program read before, a stranger's reads for the first time. */
export function whoReads({ agent, address }: CloudTrailEvent, { place }: About): string {
  return `${agent.family} ${place().operator ?? address?.prefix ?? ''}`;
}

/** True when whoever reads listed such things in the last hour: he does not know what he looks for. */
export function hasListed(kind: string, event: CloudTrailEvent, about: About): boolean {
  const listed = about.profile.recent.last(kind, whoReads(event, about));
  return listed !== null && about.now - listed < HOUR;
}

/**
 * What a shape names that ends in a call the key makes as a matter of course, and was begun by one that it does not: the
 * habit of the former explains nothing then.
 */
export function unlikeHabit(begunBy: string, { call }: CloudTrailEvent, about: About): readonly string[] {
  return isCustom(call.action, about) && !isCustom(begunBy, about) ? [`after ${begunBy}`] : [];
}

/** So many times what it does on a day is beyond what a key does. */
const TIMES = 3;
const TWICE = 2;

/** The same of calls the key makes as a matter of course, but not so many on a day by far. */
export function beyondMeasure(count: number, { call }: CloudTrailEvent, about: About): readonly string[] {
  const { profile } = about;
  const each = profile.tables.actions.count(call.action) / Math.max(1, profile.activeDays);
  return isCustom(call.action, about) && count > TIMES * each ? ['more than ever'] : [];
}

/**
 * The same of things read for the first time: twice as many at once as the key ever read before, and not none. What it
 * read lately is among what is remembered.
 */
export function beyondKnown(
  kind: string,
  count: number,
  { call }: CloudTrailEvent,
  about: About,
): readonly string[] {
  const before = about.profile.recent.since(kind, 0).length - count;
  const isFar = before > 0 && count >= TWICE * before;
  return isFar && isCustom(call.action, about) ? ['more than ever'] : [];
}

function isCustom(action: string, { profile, now }: About): boolean {
  return profile.isSettled && profile.isEstablished('actions', action, now);
}

/** Who names so many places names others all the time. */
const FEW_PLACES = 2;

/**
 * True when a settled key that always named the same one or two places of a kind names another. Notes it: for good, beside
 * what rules found.
 */
export function isElsewhere(kind: string, place: string, { profile, now }: About): boolean {
  const { recent, isSettled } = profile;
  const what = `${kind}: ${place}`.slice(0, 160);
  const last = recent.last('found', what);
  const known = recent.since('found', 0).filter((each) => each.startsWith(`${kind}: `)).length;
  // Once a day does.
  if (last === null ? known <= FEW_PLACES : now - last > DAY) recent.note('found', what, now, now);
  return last === null && isSettled && known > 0 && known <= FEW_PLACES;
}

/** Who comes again after so long comes to work. */
const A_WHILE = HOUR / 2;

/**
 * True when a key in its first days did such a thing a while ago already, with this program, from here: who deploys to one
 * thing deploys to others. Notes it. What it did in vain, and what it did a minute ago, is no work; of a key that is
 * settled, its habit says more.
 */
export function isOneMore(kind: string, event: CloudTrailEvent, about: About): boolean {
  const { recent, isSettled } = about.profile;
  if (isSettled) return false;
  const who = whoReads(event, about).slice(0, 200);
  const first = recent.last(kind, who);
  if (first === null && !event.failed) recent.note(kind, who, about.now, about.now);
  return first !== null && about.now - first >= A_WHILE;
}
