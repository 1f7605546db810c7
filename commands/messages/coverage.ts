import { gapWords } from '../../src/domain/key-words.ts';
import type { AccountLook } from '../../src/handlers/look-keys.ts';
import { counted } from '../../src/domain/time-words.ts';
import { brief, moment, span } from '../../src/slack/blocks/mrkdwn.ts';

/** How complete the data is: always said, since what could not be read is not "no". */

const SHOWN_ACCOUNTS = 4;
const SHOWN_GAPS = 2;

/** A line for each account that needs one, those with gaps first; the rest in one line. Mrkdwn. */
export function coverageLines(accounts: readonly AccountLook[], now: number): string[] {
  const [unsure, sound] = [accounts.filter(isUnsure), accounts.filter((account) => !isUnsure(account))];
  const inOrder = [...unsure, ...sound];
  if (inOrder.length <= SHOWN_ACCOUNTS) return inOrder.map((account) => coverageLine(account, now));
  const shown = inOrder.slice(0, SHOWN_ACCOUNTS - 1);
  const rest = inOrder.slice(SHOWN_ACCOUNTS - 1);
  const unsureRest = rest.filter(isUnsure).length;
  const oldest = Math.min(...rest.map(({ inventory }) => inventory?.sweptAt ?? 0));
  const told = oldest === 0 ? 'some never read' : `the oldest read ${ago(oldest, now)}`;
  const gaps = unsureRest === 0 ? 'complete' : `${unsureRest} of them with gaps`;
  return [
    ...shown.map((account) => coverageLine(account, now)),
    `${counted(rest.length, 'more account')}: ${gaps}, ${told}`,
  ];
}

function isUnsure({ inventory, connected }: AccountLook): boolean {
  return (
    !connected ||
    inventory === null ||
    inventory.sweptAt === null ||
    inventory.running !== null ||
    inventory.trouble !== null ||
    inventory.gaps.length > 0
  );
}

/** When one account was last read, and what could not be read since when. */
export function coverageLine({ name, connected, inventory }: AccountLook, now: number): string {
  const account = brief(name, 90);
  if (inventory === null) {
    return connected ? `${account}: not read yet` : `${account}: no longer connected, and never read`;
  }
  const { sweptAt, gaps, running, trouble } = inventory;
  const facts = [
    ...(connected ? [] : ['no longer connected: what is shown stays as it was']),
    sweptAt === null ? 'not read completely yet' : `read ${ago(sweptAt, now)}`,
    ...(running === null ? [] : [progressWords(running)]),
    ...(trouble === null
      ? []
      : [`the last sweep failed (since ${moment(trouble.since)}): ${brief(trouble.why, 250)}`]),
    ...gapTexts(gaps),
    ...(sweptAt !== null && gaps.length === 0 && trouble === null ? ['complete'] : []),
  ];
  return `${account}: ${facts.join('; ')}`;
}

function gapTexts(gaps: NonNullable<AccountLook['inventory']>['gaps']): string[] {
  if (gaps.length === 0) return [];
  const shown = gaps.slice(0, SHOWN_GAPS).map((gap) => brief(gapWords(gap), 250));
  const more = gaps.length - shown.length;
  return [`could not be read: ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`];
}

/** How far a sweep is. */
export function progressWords(running: {
  readonly startedAt: number;
  readonly planned: number;
  readonly done: number;
}): string {
  const far = running.planned === 0 ? '' : `, ${running.done} of ${counted(running.planned, 'user')}`;
  return `being read since ${moment(running.startedAt)}${far}`;
}

function ago(at: number, now: number): string {
  return `${span(Math.max(0, now - at))} ago`;
}
