import type { ModalView } from '@slack/types';
import { section } from '../../src/slack/blocks/elements.ts';
import { cut, plain } from '../../src/slack/blocks/mrkdwn.ts';

/** A window with nothing but a text (which may hold our own mrkdwn). */
export function messageView(title: string, text: string): ModalView {
  return {
    type: 'modal',
    title: plain(title, 24),
    close: plain('Close', 24),
    blocks: [section(cut(text, 3000))],
  };
}
