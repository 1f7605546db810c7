import type { Services } from '../../handlers/services.ts';

/** What the outbox works with. */
export type OutboxDeps = Pick<
  Services,
  'stores' | 'poster' | 'pager' | 'sealer' | 'clock' | 'ids' | 'log' | 'admins' | 'defaultAlertChannel'
>;

/** A notice being delivered is left alone for this long; then whoever took it is taken for dead. */
export const TAKEN_MS = 45_000;
/** A call begun later than this would outlive the time we hold the notice for. */
export const BEGIN_WITHIN_MS = TAKEN_MS - 15_000;

/** Slack takes one message a second in a channel (facts: rate limits). */
export const POST_GAP_MS = 1_000;
/** And some fifty edits a minute in a workspace. */
export const EDIT_GAP_MS = 1_250;

/** Slack's wait, within reason: nothing is held for longer, so that a clock stepping back frees it. */
export const LONGEST_HOLD_MS = 10 * 60_000;

const FIRST_WAIT_MS = 5_000;
/** The first of a channel's messages keeps all behind it: once Slack takes it again, alerts must not wait for minutes. */
const LONGEST_WAIT_MS = 60_000;
const GIVE_UP_MS = 3 * 86_400_000;
/** Some eight hours of tries: those of a process that was away for days are not days of trying. */
const FEWEST_TRIES = 500;

/** How long to wait after this many tries. */
export function waitAfter(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 20));
}

/** Days of trying are enough; a process that was away, or a clock that stepped forward, does not count as days. */
export function isHopeless(
  notice: { readonly triedSince: number | null; readonly attempts: number },
  now: number,
): boolean {
  return notice.attempts >= FEWEST_TRIES && now - (notice.triedSince ?? now) > GIVE_UP_MS;
}
