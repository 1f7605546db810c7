import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';

/** The pre-formatted texts of a window: those that follow one another are joined, as the window says. */
export function textsToCopy(window: ModalDriver): string[] {
  const found: string[] = [];
  let open = false;
  for (const block of window.blocks) {
    const pre = block['type'] === 'rich_text';
    if (pre) found.push(`${open ? (found.pop() ?? '') : ''}${preformattedText(block)}`);
    open = pre;
  }
  return found;
}

function preformattedText(block: Readonly<Record<string, unknown>>): string {
  const { elements } = block as { elements: readonly { elements: readonly { text: string }[] }[] };
  return elements.flatMap((each) => each.elements.map(({ text }) => text)).join('');
}
