import type { Severity } from '../domain/notice.ts';
import type { CloudTrailEvent } from './event.ts';
import { DAY } from './profile.ts';
import type { About } from './rule.ts';

/** New networks for each active day from which on one more is nothing special. */
export const ROAMS = 0.25;

const WEEK = 7 * DAY;

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

/**
 * True for a long-term key that nobody knows yet, or known for one job, when it is no tool for infrastructure that uses
 * it: what is a trifle from others has no explanation here. A key that is seldom used is known after a week, where it was.
 */
export function isUnexplained(event: CloudTrailEvent, about: About): boolean {
  if (!isByHand(event, about)) return false;
  const { profile } = about;
  if (profile.isSettled) return isOfOneJob(about);
  return profile.span < WEEK || !isAtWork(event, about);
}

/** How grave a trifle is: more so where it has no explanation. */
export function trifle(event: CloudTrailEvent, about: About): Severity {
  return isUnexplained(event, about) ? 'medium' : 'low';
}

/** True for a long-term key used by anything but a tool for infrastructure. */
export function isByHand({ agent, fromConsole }: CloudTrailEvent, { keyId }: About): boolean {
  return keyId !== null && !fromConsole && agent.kind !== 'infrastructure';
}

/** True where a key has been for a day at least, with a program it has used for as long. */
export function isAtWork({ address, agent }: CloudTrailEvent, { profile, now }: About): boolean {
  return (
    address !== null &&
    profile.isEstablished('agents', agent.family, now) &&
    profile.isEstablished('prefixes', address.prefix, now)
  );
}

/** True for a program that reads widely, known for a day at least, where it always runs: it learns to read more. */
export function isReaderAtHome(event: CloudTrailEvent, about: About): boolean {
  const { profile } = about;
  return profile.isSettled && profile.tables.actions.size >= WIDE && isAtWork(event, about);
}
