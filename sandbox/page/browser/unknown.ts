import { text, type Json } from '../../slack/json.ts';
import { el } from './dom.ts';

/** Says that the page cannot draw something; nothing is ever left out in silence. */
export function unknownNotice(what: string, shown: Json): HTMLElement {
  const type = text(shown, 'type') ?? 'without a type';
  return el('p', { class: 'unknown' }, `This page cannot draw this ${what}: `, el('code', {}, type));
}
