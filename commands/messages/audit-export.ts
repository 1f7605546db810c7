import type { AuditExportWords } from '../../src/handlers/export-audit.ts';
import { context, section } from '../../src/slack/blocks/elements.ts';
import { exportMessages } from '../../src/slack/blocks/line-pages.ts';
import { moment } from '../../src/slack/blocks/mrkdwn.ts';

/** What stands over an export of the audit log: how many entries, and whether that is all of them. */
export const auditExportWords: AuditExportWords = {
  fileMessage({ sent, more, now }) {
    const count = `${sent.toLocaleString('en')} ${sent === 1 ? 'entry' : 'entries'}`;
    const cut = more
      ? ' *More match*: these are the newest. Narrow the filters, or run `npm run -s audit -- export --since 30d` on the host, which prints all.'
      : ' These are all that match.';
    return {
      text: `Your export of ${count} of the audit log`,
      blocks: [
        section(`*Your export of ${count} of the audit log* · made at ${moment(now)}.${cut}`),
        context(
          'The file follows: a line of JSON an entry, newest first, with its place in the chain and its HMAC.',
        ),
      ],
    };
  },
  pages: exportMessages,
};
