import type { KnownBlock } from '@slack/types';
import type { FindingCode } from '../../domain/finding.ts';
import type { Gap } from '../../domain/inventory.ts';
import { findingMeaning, findingName, gapWords } from '../../domain/key-words.ts';
import type { KeyPolicy } from '../../domain/key-policy.ts';
import { counted, momentWords } from '../../domain/time-words.ts';
import type { KeyRow } from '../../ports/inventory.ts';
import type { Message } from '../../ports/slack.ts';
import { context, header, section } from './elements.ts';
import { accountText, keyRow } from './keys.ts';
import { MESSAGE } from './limits.ts';
import { brief, escape, group, words } from './mrkdwn.ts';

/** One key of a digest. */
export interface DigestRow {
  readonly row: KeyRow;
  /** Its snooze ended by itself, or was ended, since it was told of last. */
  readonly snoozeEnded: boolean;
}

/** What is said of an account as a whole. */
export interface DigestNote {
  readonly accountId: string;
  readonly policy: KeyPolicy;
  readonly rootKey: boolean;
  readonly gaps: readonly Gap[];
  readonly failing: { readonly since: number; readonly why: string } | null;
}

export interface Digest {
  /** Whether it is for one person, about their own keys. */
  readonly personal: boolean;
  readonly notes: readonly DigestNote[];
  /** The most urgent first. */
  readonly rows: readonly DigestRow[];
  /** Slack user groups to mention. */
  readonly onCall: readonly string[];
  /** What accounts are called, by account id. */
  readonly names: ReadonlyMap<string, string>;
}

export interface DigestMessages {
  readonly message: Message;
  /** What did not fit, for the thread of the message. */
  readonly thread: readonly Message[];
}

/** A message's JSON, far enough from the 13,200 characters that Slack takes for all blocks together. */
const ROOM = 11_500;
/** What the last line of a message may take of it. */
const LAST_LINE = 400;
const THREAD = 5;
const GAPS = 4;
const SHOWN_COUNTS = 5;

/** A digest as a message and, for what does not fit into it, some in its thread; the rest is left to `/aws-keys`. */
export function digestMessages(digest: Digest, now: number): DigestMessages {
  const { rows, notes } = digest;
  const text = summary(digest);
  const top: KnownBlock[] = [header(title(digest)), context(escape(text)), ...onCallBlocks(digest.onCall)];
  const main = new Page(top);
  const pages = [main];
  const noted = notes.map((note) => ({ blocks: [section(noteText(note, digest.names))], rows: 0 }));
  const keyed = rows.map((each) => ({ blocks: rowBlocks(each, digest.names, now), rows: 1 }));
  let shown = 0;
  let accounts = 0;
  for (const { blocks, rows: count } of [...noted, ...keyed]) {
    let page = pages.at(-1) ?? main;
    if (!page.fits(blocks)) {
      if (pages.length > THREAD) break;
      page = new Page([]);
      pages.push(page);
    }
    page.add(blocks, count);
    shown += count;
    accounts += 1 - count;
  }
  const left = rows.length - shown;
  const unsaid = notes.length - accounts;
  const more = [
    ...(unsaid === 0
      ? []
      : [
          `${counted(unsaid, 'more account')}: \`/aws-keys\` with \`account:\`, and Home, say what is wrong.`,
        ]),
    ...(left === 0 ? [] : [`${counted(left, 'more key')}: \`/aws-keys\` lists all by urgency.`]),
  ];
  const inThread = shown - main.rows;
  const accountsInThread = accounts - main.accounts;
  const last = [
    ...(accountsInThread === 0 ? [] : [`${counted(accountsInThread, 'more account')} in the thread.`]),
    ...(inThread === 0 ? [] : [`${counted(inThread, 'more key')} in the thread.`]),
    ...more,
  ];
  const foot = last.length === 0 ? 'All keys: `/aws-keys`.' : last.join(' ');
  return {
    message: { text, blocks: [...main.blocks, context(foot)] },
    thread: pages.slice(1).map((page, at) => ({
      text: `More access keys (${at + 1} of ${pages.length - 1})`,
      blocks: at === pages.length - 2 && more.length > 0 ? [...page.blocks, context(...more)] : page.blocks,
    })),
  };
}

/** Blocks that go out together, within the limits of one message. */
class Page {
  rows = 0;
  accounts = 0;
  readonly blocks: KnownBlock[];
  #size: number;

  constructor(blocks: readonly KnownBlock[]) {
    this.blocks = [...blocks];
    this.#size = JSON.stringify(blocks).length + LAST_LINE;
  }

  fits(blocks: readonly KnownBlock[]): boolean {
    const few = this.blocks.length + blocks.length < MESSAGE.blocks;
    return few && this.#size + JSON.stringify(blocks).length <= ROOM;
  }

  /** `rows`: 1 for a key, 0 for an account. */
  add(blocks: readonly KnownBlock[], rows: number): void {
    this.blocks.push(...blocks);
    this.#size += JSON.stringify(blocks).length;
    this.rows += rows;
    this.accounts += 1 - rows;
  }
}

function title({ personal, rows }: Digest): string {
  if (rows.length === 0) return 'AWS accounts to look at';
  return personal ? 'Your AWS access keys' : 'AWS access keys to look at';
}

/** `12 access keys: 3 over age, 2 unused …`; holds no name from outside. */
function summary({ rows, notes, personal }: Digest): string {
  const counts = new Map<FindingCode, number>();
  for (const { row } of rows) {
    for (const { code } of row.standing?.findings ?? []) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const most = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, SHOWN_COUNTS);
  const found = most.map(([code, count]) => `${count} ${findingName(code)}`).join(', ');
  const keys = `${counted(rows.length, 'access key')}${personal ? ' of yours' : ''}`;
  const parts = [
    ...(rows.length === 0 ? [] : [found === '' ? keys : `${keys}: ${found}`]),
    ...(notes.length === 0 ? [] : [`${counted(notes.length, 'account')} to look at`]),
  ];
  return `${parts.join('; ')}.`;
}

function onCallBlocks(groups: readonly string[]): KnownBlock[] {
  if (groups.length === 0) return [];
  return [
    section(`${groups.map((id) => group(id)).join(' ')} some of these are long over their maximum age.`),
  ];
}

function rowBlocks(
  { row, snoozeEnded }: DigestRow,
  names: ReadonlyMap<string, string>,
  now: number,
): KnownBlock[] {
  const blocks = keyRow(row, now, { names, actions: 'buttons' });
  return snoozeEnded ? [context('Its snooze is over:'), ...blocks] : blocks;
}

function noteText(note: DigestNote, names: ReadonlyMap<string, string>): string {
  const { accountId, policy, rootKey, gaps, failing } = note;
  const more = gaps.length - GAPS;
  const lines = [
    `*Account* ${accountText(accountId, names)}`,
    ...(failing === null
      ? []
      : [
          `Rekey does not see it well: no good sweep since ${momentWords(failing.since)} (${brief(failing.why, 300)}).`,
        ]),
    ...(rootKey ? [`It has a root access key. ${words(findingMeaning('root_key', policy))}`] : []),
    ...(gaps.length === 0 ? [] : ['Not readable, so nothing is said of it:']),
    ...gaps.slice(0, GAPS).map((gap) => `• ${brief(gapWords(gap), 250)}`),
    ...(more > 0 ? [`• ${more} more`] : []),
  ];
  return lines.join('\n');
}
