import type { KnownBlock } from '@slack/types';
import type { Message } from '../../ports/slack.ts';
import { preformatted, section } from './elements.ts';
import { cut } from './mrkdwn.ts';

/** Entries in one message at the most. */
export const EXPORTED_PER_MESSAGE = 25;

/** Characters of one block, and of one message; Slack takes 13,200 in all blocks together. */
const BLOCK = 2_900;
const MESSAGE = 11_600;

/** Lines of JSON as private messages, as many in each as Slack takes. `more`: not all that match are among them. */
export function exportMessages(lines: readonly string[], more: boolean): Message[] {
  const pages = paged(lines.map((line) => cut(line, BLOCK)));
  let before = 0;
  return pages.map((page, index) => {
    const text = `Audit export, ${index + 1} of ${pages.length}: entries ${before + 1} to ${before + page.length} of ${lines.length}, newest first`;
    before += page.length;
    const rest = more && index === pages.length - 1 ? [section(MORE)] : [];
    return { text, blocks: [section(text), ...inBlocks(page), ...rest] };
  });
}

const MORE =
  'There are more entries than one export sends. Narrow the filters, or run `npm run -s audit -- export --since 30d` on the host.';

function paged(lines: readonly string[]): string[][] {
  const pages: string[][] = [];
  let size = Infinity;
  for (const line of lines) {
    const page = pages.at(-1);
    if (page !== undefined && page.length < EXPORTED_PER_MESSAGE && size + line.length < MESSAGE) {
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
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= BLOCK) {
      texts[texts.length - 1] = `${last}\n${line}`;
    } else {
      texts.push(line);
    }
  }
  return texts.map(preformatted);
}
