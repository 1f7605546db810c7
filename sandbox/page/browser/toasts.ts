import { byId, el } from './dom.ts';

const SHOWN_MS = 9_000;

/** Says something for a while, at the edge of the page. */
export function toast(words: string): void {
  const box = el(
    'div',
    { class: 'toast' },
    el('span', {}, words),
    el(
      'button',
      { attributes: { type: 'button', 'aria-label': 'Hide this' }, on: { click: () => box.remove() } },
      '×',
    ),
  );
  byId('toasts').append(box);
  setTimeout(() => box.remove(), SHOWN_MS);
}

/** Takes away what was said, but for an unreachable sandbox: the visitor has gone on. */
export function clearToasts(): void {
  for (const box of byId('toasts').querySelectorAll('.toast:not(#unreachable)')) box.remove();
}

const stopped = 'The sandbox has stopped, or cannot be reached. This page tries again by itself.';

/** Says that the sandbox cannot be reached, as long as that is so. */
export function sayReachable(yes: boolean): void {
  document.getElementById('unreachable')?.remove();
  if (!yes) byId('toasts').append(el('div', { id: 'unreachable', class: 'toast' }, stopped));
}
