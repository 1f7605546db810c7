import type { DryRunWords } from '../../src/handlers/rotations/schedule-dry-run.ts';
import { counted } from '../../src/domain/time-words.ts';
import { context, section } from '../../src/slack/blocks/elements.ts';
import { linePages } from '../../src/slack/blocks/line-pages.ts';
import { brief, moment } from '../../src/slack/blocks/mrkdwn.ts';

const PER_MESSAGE = 45;

/** What stands over a dry run, and its pages where no file can be sent. */
export const dryRunWords: DryRunWords = {
  head({ connectionName, hit, spared, asked, at }) {
    const unasked = hit - asked;
    const text = `Dry run of the rotation schedule of ${brief(connectionName, 90)}: ${counted(hit, 'key')} replaced, ${spared} spared`;
    return {
      text,
      blocks: [
        section(`*${text}* · made at ${moment(at)}`),
        context(
          `Nothing was changed. Under each key stand the calls its rotation would make, as far as nothing comes in between${unasked > 0 ? `; for ${counted(unasked, 'key')} they were not worked out, to spare AWS` : ''}.`,
        ),
      ],
    };
  },
  pages(lines) {
    return linePages(lines, {
      perMessage: PER_MESSAGE,
      title: (page, pages, first, last) =>
        `Dry run, ${page} of ${pages}: lines ${first} to ${last} of ${lines.length}`,
      rest: null,
    });
  },
  failed(connectionName) {
    const text = `The dry run of ${brief(connectionName, 90)} failed. Nothing was changed. Try again in a moment; if it stays so, run \`npm run doctor\` on the host.`;
    return { text, blocks: [section(text)] };
  },
};
