import type { CloudTrailEvent } from './event.ts';
import type { About } from './rule.ts';

/** New networks for each active day from which on one more is nothing special. */
export const ROAMS = 0.25;

/** A key that made so many different calls reads widely. */
const WIDE = 60;

/** A key that made so few different calls does one job. */
const NARROW = 20;

/** True for a key that is known, and for one job: what it looks around for is not its own. */
export function isOfOneJob({ profile }: About): boolean {
  return profile.isSettled && profile.tables.actions.size <= NARROW;
}

/** True for a key of which nothing is known that would explain a look around: it is new, or it has one job. */
export function isWithoutReason(about: About): boolean {
  return !about.profile.isSettled || isOfOneJob(about);
}

/** True for a program that reads widely, known for a day at least, where it always runs: it learns to read more. */
export function isReaderAtHome({ agent, address }: CloudTrailEvent, { profile, now }: About): boolean {
  return (
    address !== null &&
    profile.isSettled &&
    profile.tables.actions.size >= WIDE &&
    profile.isEstablished('agents', agent.family, now) &&
    profile.isEstablished('prefixes', address.prefix, now)
  );
}
