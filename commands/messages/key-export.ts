import { counted } from '../../src/domain/time-words.ts';
import { IN_MESSAGES, type ExportHead, type ExportWords } from '../../src/handlers/export-keys.ts';
import type { Message } from '../../src/ports/slack.ts';
import { coverageLines } from './coverage.ts';
import { context, section } from '../../src/slack/blocks/elements.ts';
import { queryTexts } from './key-list.ts';
import { linePages } from '../../src/slack/blocks/line-pages.ts';
import { moment, wholeLines } from '../../src/slack/blocks/mrkdwn.ts';

/** Lines of CSV in one message at the most; Slack's limit of characters comes first with long ones. */
const PER_MESSAGE = 45;

/** What stands over an export: what it is of, how many, and how complete that is. */
export const exportWords: ExportWords = {
  fileMessage(head) {
    return headMessage(head, 'The file follows.');
  },
  pages(head, lines) {
    const more = head.total - head.sent;
    const pages = linePages(lines, {
      perMessage: PER_MESSAGE,
      title: (page, pages, first, last) =>
        `Access keys as CSV, ${page} of ${pages}: lines ${first} to ${last} of ${lines.length}; the first line has the names of the columns`,
      rest:
        more > 0
          ? `${counted(more, 'more key')} matched: messages hold ${IN_MESSAGES} at the most. Narrow the filter, or let an admin add the optional scope \`files:write\` to the app, and the export comes as one file.`
          : null,
    });
    return [headMessage(head, 'It comes in pages, since Rekey could not send it as a file.'), ...pages];
  },
};

function headMessage(head: ExportHead, how: string): Message {
  const { query, accounts, names, total, sent, now } = head;
  const count = sent === total ? counted(sent, 'access key') : `${sent} of ${counted(total, 'access key')}`;
  const coverage = wholeLines(coverageLines(accounts, now), 2_900).join('\n');
  return {
    text: `Your export of ${count}`,
    blocks: [
      section(
        [`*Your export of ${count}*`, ...queryTexts(query, names), `made at ${moment(now)}`].join(' · '),
      ),
      ...(coverage === '' ? [] : [context(coverage)]),
      context(
        `${how} Each line says as of when its facts are; empty means unknown or none, and the columns beside it say which. Owners are Slack ids.`,
      ),
    ],
  };
}
