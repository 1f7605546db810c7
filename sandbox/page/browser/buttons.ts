import type { Placed } from '../../slack/form-state.ts';
import { isPlain, part, parts, text, type Json } from '../../slack/json.ts';
import { askConfirmation } from './confirmation.ts';
import { el, whileBusy, workingButton } from './dom.ts';
import { controlId, type Ground } from './ground.ts';
import { safeLink, wordsOf } from './text.ts';

/** What a menu tells the page when it closes; a surface is not drawn again under an open menu. */
export const MENU_CLOSED = 'menu-closed';

/** True while a menu is open in there. */
export function hasOpenMenu(node: Element): boolean {
  return node.querySelector('.overflow-menu > [aria-expanded="true"]') !== null;
}

/** Sends a click or choice, after its confirmation dialog when it has one. */
export async function actConfirmed(ground: Ground, at: Placed, chosen?: Json): Promise<boolean> {
  const dialog = at.element['confirm'];
  if (isPlain(dialog) && !(await askConfirmation(dialog, ground.names))) return false;
  await ground.act(at, chosen);
  return true;
}

export function drawButton(ground: Ground, at: Placed): HTMLElement {
  const { element } = at;
  const words = wordsOf(part(element, 'text'));
  const style = text(element, 'style') ?? 'plain';
  const url = text(element, 'url');
  const about = text(element, 'accessibility_label');
  if (url !== undefined) {
    const link = safeLink(url, words);
    link.className = `button ${style}`;
    link.addEventListener('click', () => void actConfirmed(ground, at));
    return link;
  }
  const parts = {
    id: controlId(ground, at),
    class: `button ${style}`,
    // Its name stays what is written on it, by which people look for it.
    attributes: { 'aria-description': about, title: about },
  };
  return workingButton(parts, words, async () => void (await actConfirmed(ground, at)));
}

/** The menu behind three dots; `near` says what it belongs to. */
export function drawOverflow(ground: Ground, at: Placed, near: string): HTMLElement {
  const id = controlId(ground, at);
  const button = el(
    'button',
    {
      id,
      class: 'button overflow',
      attributes: {
        type: 'button',
        'aria-label': near === '' ? 'More actions' : `More actions for ${near}`,
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
      },
    },
    '⋯',
  );
  const items = parts(at.element, 'options').map((option) => {
    const item = el(
      'button',
      { class: 'menu-item', attributes: { type: 'button', role: 'menuitem', tabindex: '-1' } },
      wordsOf(part(option, 'text')),
    );
    const description = wordsOf(part(option, 'description'));
    if (description !== '') item.append(el('small', {}, description));
    item.addEventListener('click', () => {
      close(true);
      void whileBusy(button, async () => void (await actConfirmed(ground, at, { selected_option: option })));
    });
    return item;
  });
  const menu = el('div', { class: 'menu', attributes: { role: 'menu', hidden: '' } }, ...items);
  const wrapper = el('div', { class: 'overflow-menu' }, button, menu);
  const outside = (event: Event): void => {
    if (!(event.target instanceof Node) || !wrapper.contains(event.target)) close(false);
  };
  function close(refocus: boolean): void {
    menu.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside);
    wrapper.dispatchEvent(new Event(MENU_CLOSED, { bubbles: true }));
    if (refocus) button.focus();
  }
  button.addEventListener('click', () => {
    if (!menu.hidden) return close(true);
    menu.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside);
    items[0]?.focus();
  });
  menu.addEventListener('keydown', (event) => {
    const at = items.findIndex((item) => item === document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      close(true);
    } else if (event.key === 'Tab') close(false);
    else if (step !== undefined) {
      event.preventDefault();
      items.at((at + step) % items.length)?.focus();
    }
  });
  return wrapper;
}
