import { part, text, type Json } from '../../slack/json.ts';
import { el } from './dom.ts';
import type { Names } from './names.ts';
import { drawText, wordsOf } from './text.ts';

/** Asks what a confirmation dialog asks; true when it was confirmed. */
export function askConfirmation(dialog: Json, names: Names): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const danger = text(dialog, 'style') === 'danger';
  const close = (value: 'yes' | 'no') => (): void => box.close(value);
  const no = el(
    'button',
    { class: 'button plain', attributes: { type: 'button' }, on: { click: close('no') } },
    wordsOf(part(dialog, 'deny')) || 'Cancel',
  );
  const yes = el(
    'button',
    {
      class: `button ${danger ? 'danger filled' : 'primary'}`,
      attributes: { type: 'button' },
      on: { click: close('yes') },
    },
    wordsOf(part(dialog, 'confirm')) || 'Yes',
  );
  const box = el(
    'dialog',
    {
      class: 'confirmation',
      attributes: { role: 'alertdialog', 'aria-labelledby': 'asked', 'aria-describedby': 'asked-about' },
    },
    el('h2', { id: 'asked' }, wordsOf(part(dialog, 'title')) || 'Are you sure?'),
    el('p', { id: 'asked-about' }, drawText(part(dialog, 'text'), names)),
    el('div', { class: 'buttons' }, no, yes),
  );
  box.addEventListener('close', () => {
    box.remove();
    resolve(box.returnValue === 'yes');
  });
  // Escape belongs to this dialog alone.
  box.addEventListener('keydown', (event) => event.stopPropagation());
  document.body.append(box);
  box.showModal();
  (danger ? no : yes).focus();
  return promise;
}
