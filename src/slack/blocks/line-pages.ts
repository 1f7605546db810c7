import type { KnownBlock } from '@slack/types';
import type { Message } from '../../ports/slack.ts';
import { preformatted, section } from './elements.ts';
import { cut, packedLines } from './mrkdwn.ts';

/** Characters of one block, and of one message; Slack takes 13,200 in all blocks together. */
const BLOCK = 2_900;
const MESSAGE = 11_600;

/** Entries of the audit log in one message at the most. */
export const EXPORTED_PER_MESSAGE = 25;

export interface LinePages {
  /** How many lines one message holds at the most. */
  readonly perMessage: number;
  /** The head of a message: which page of how many, and its lines counted from 1. */
  readonly title: (page: number, pages: number, first: number, last: number) => string;
  /** Stands under the last message, in mrkdwn; null for nothing. */
  readonly rest: string | null;
}

/** Lines of fixed width as private messages, as many in each as Slack takes. */
export function linePages(lines: readonly string[], { perMessage, title, rest }: LinePages): Message[] {
  const pages = paged(
    lines.map((line) => cut(line, BLOCK)),
    perMessage,
  );
  let before = 0;
  return pages.map((page, index) => {
    const text = title(index + 1, pages.length, before + 1, before + page.length);
    before += page.length;
    const last = rest !== null && index === pages.length - 1 ? [section(rest)] : [];
    return { text, blocks: [section(text), ...inBlocks(page), ...last] };
  });
}

/** Entries of the audit log as lines of JSON. `more`: not all that match are among them. */
export function exportMessages(lines: readonly string[], more: boolean): Message[] {
  return linePages(lines, {
    perMessage: EXPORTED_PER_MESSAGE,
    title: (page, pages, first, last) =>
      `Audit export, ${page} of ${pages}: entries ${first} to ${last} of ${lines.length}, newest first`,
    rest: more ? MORE : null,
  });
}

const MORE =
  'There are more entries than messages hold. Narrow the filters, let an admin add the optional scope `files:write` to the app, and the export comes as one file, or run `npm run -s audit -- export --since 30d` on the host.';

function paged(lines: readonly string[], perMessage: number): string[][] {
  const pages: string[][] = [];
  let size = Infinity;
  for (const line of lines) {
    const page = pages.at(-1);
    if (page !== undefined && page.length < perMessage && size + line.length < MESSAGE) {
      page.push(line);
      size += line.length + 1;
    } else {
      pages.push([line]);
      size = line.length;
    }
  }
  return pages;
}

function inBlocks(lines: readonly string[]): KnownBlock[] {
  return packedLines(lines, BLOCK).map(preformatted);
}
