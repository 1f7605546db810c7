import { standingWords } from '../../src/domain/containment-words.ts';
import type { Containment } from '../../src/domain/containment.ts';
import { LISTED } from '../../src/handlers/containments/look.ts';
import type { Message } from '../../src/ports/slack.ts';
import { CONTAINMENT_DETAILS } from '../../src/slack/blocks/containment-buttons.ts';
import { whoseText } from '../../src/slack/blocks/containment.ts';
import { button, context, section } from '../../src/slack/blocks/elements.ts';
import { accountText } from '../../src/slack/blocks/keys.ts';
import { moment, words } from '../../src/slack/blocks/mrkdwn.ts';

/** What is contained or deactivated, in the order it comes in: at most one more than is listed. */
export function containmentList(
  all: readonly Containment[],
  names: ReadonlyMap<string, string>,
  now: number,
): Message {
  const shown = all.slice(0, LISTED);
  if (shown.length === 0) {
    const text = 'Nothing is contained or deactivated by Rekey now. `/aws-deactivate AKIA…` shuts a key off.';
    return { text, blocks: [section(text)] };
  }
  return {
    text: `${shown.length} contained or deactivated`,
    blocks: [
      section('*Contained or deactivated by Rekey: what is under way first, then the newest*'),
      ...shown.map((containment) =>
        section(
          `*${words(standingWords(containment, now))}* · ${whoseText(containment)}\n${accountText(containment.accountId, names)} · since ${moment(containment.createdAt)}`,
          button('Details', CONTAINMENT_DETAILS, {
            value: containment.id,
            about: `Details of ${containment.userName ?? containment.accessKeyId}`,
          }),
        ),
      ),
      ...(all.length > LISTED ? [context('There are more than these.')] : []),
    ],
  };
}
