import type { KnownBlock, ModalView } from '@slack/types';
import type { EvidenceTold, ToldItem } from '../../src/domain/evidence.ts';
import { context, preformatted, section } from '../../src/slack/blocks/elements.ts';
import { evidenceBlocks, evidenceMessage, itemText } from '../../src/slack/blocks/evidence.ts';
import { brief, cut, plain } from '../../src/slack/blocks/mrkdwn.ts';

/** Things in a window: each is a section, and a window takes 100 blocks. */
const SHOWN_ITEMS = 60;

/** The evidence as it was gathered last, or how far it is. */
export function evidenceView(told: EvidenceTold, said: string | null): ModalView {
  const { summary, phase } = told;
  return {
    type: 'modal',
    title: plain('Evidence', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 1_500))]),
      ...(phase === 'done' && summary !== null
        ? evidenceBlocks(told, summary, SHOWN_ITEMS)
        : (evidenceMessage(told).blocks as KnownBlock[])),
    ],
  };
}

/** What a person does about one thing that was found. Nothing is changed here. */
export function evidenceItemView(told: EvidenceTold, item: ToldItem): ModalView {
  return {
    type: 'modal',
    title: plain('What to do', 24),
    close: plain('Close', 24),
    blocks: [
      section(itemText(item)),
      section(brief(item.advice, 900)),
      ...(item.line === null ? [] : [preformatted(cut(item.line, 2_900))]),
      context(
        `For a person with rights in the account ${told.accountId}. Rekey shuts off access keys, and nothing else of this; it has changed nothing here.`,
      ),
    ],
  };
}
