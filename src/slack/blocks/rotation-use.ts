import { counted } from '../../domain/time-words.ts';
import type { KeyUse, KeyUser } from '../../domain/key-use.ts';
import { brief, code, cut, moment, wholeLines } from './mrkdwn.ts';

/** What never shows in CloudTrail's history; said wherever somebody might take silence for proof. */
export const NEVER_SEEN =
  'Calls on data, such as reading an object of S3, and calls of sessions made with the key are never in this history.';

const ROOM = 2_600;

/** Who uses a key: one line each, the latest first, Rekey's own calls left out; at most 2,900 characters. */
export function useText(use: KeyUse, shown: number): string {
  const others = use.users.filter(({ ours }) => !ours);
  const lines = wholeLines(others.slice(0, shown).map(userLine), ROOM);
  const more = others.length - lines.length;
  return [
    ...(others.length === 0 ? [`No call was seen since ${moment(use.since)}.`] : lines),
    ...(more > 0 ? [`and ${counted(more, 'more caller')}`] : []),
    completeText(use),
  ].join('\n');
}

function userLine({ network, userAgent, service, region, lastAt, calls }: KeyUser): string {
  const where = `${code(cut(service, 40))} in ${code(cut(region, 30))}`;
  return `• ${code(cut(network, 60))} · ${code(cut(userAgent, 90))} · ${where} · ${counted(calls, 'call')}, last ${moment(lastAt)}`;
}

/** Up to when all of it was seen, or that it was not. */
export function completeText({ completeTo }: KeyUse): string {
  return completeTo.known
    ? `Complete to ${moment(completeTo.value)}.`
    : `*Incomplete:* ${brief(completeTo.why, 200)}. There may be more.`;
}

/** Whether a new key is in use, in a few words. */
export function seenText(use: KeyUse | null): string {
  if (use === null) return 'not looked for yet';
  if (use.lastAt !== null) return `in use, last seen ${moment(use.lastAt)}`;
  return use.completeTo.known
    ? `not seen in use (complete to ${moment(use.completeTo.value)})`
    : `unknown whether in use (${brief(use.completeTo.why, 120)})`;
}
