import type { ModalView } from '@slack/types';
import { counted } from '../../src/domain/time-words.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import { button, context, section } from '../../src/slack/blocks/elements.ts';
import { KEY_ROTATE, keyText } from '../../src/slack/blocks/keys.ts';
import { brief, plain } from '../../src/slack/blocks/mrkdwn.ts';

const SHOWN = 20;

/** Several keys answer to a name: a person chooses, with the facts of each. */
export function whichKeyView(
  userName: string,
  rows: readonly KeyRow[],
  names: ReadonlyMap<string, string>,
  now: number,
): ModalView {
  const more = rows.length - SHOWN;
  return {
    type: 'modal',
    title: plain('Which key?', 24),
    close: plain('Close', 24),
    blocks: [
      section(
        `*${counted(rows.length, 'access key')}* for “${brief(userName, 90)}”. Which one is to be replaced?`,
      ),
      ...rows.slice(0, SHOWN).map((row) =>
        section(
          keyText(row, now, { names }),
          button('Rotate', KEY_ROTATE, {
            value: row.key.accessKeyId,
            about: `Rotate ${row.key.accessKeyId} of ${row.key.userName}`,
          }),
        ),
      ),
      context(
        more > 0
          ? `and ${more} more: type more of the name, or the access key ID.`
          : 'Rotate shows first what would be done.',
      ),
    ],
  };
}
