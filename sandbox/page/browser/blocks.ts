import type { Placed } from '../../slack/form-state.ts';
import { isPlain, part, parts, text, type Json } from '../../slack/json.ts';
import { drawButton, drawOverflow } from './buttons.ts';
import { drawSelect, drawTicks } from './choices.ts';
import { el } from './dom.ts';
import { controlId, placeholderOf, type Ground, type Naming } from './ground.ts';
import { drawPicker } from './picker.ts';
import { drawRichText } from './rich-text.ts';
import { drawText, wordsOf } from './text.ts';
import { unknownNotice } from './unknown.ts';
import { drawWritten, isWritten } from './written.ts';

const SELECTS = new Set(['static_select', 'users_select', 'conversations_select', 'channels_select']);
const PICKERS = new Set([
  'external_select',
  'multi_static_select',
  'multi_external_select',
  'multi_users_select',
  'multi_conversations_select',
  'multi_channels_select',
]);

/** Draws blocks; each block becomes one element, also those the page does not know. */
export function drawBlocks(blocks: readonly Json[], ground: Ground): HTMLElement {
  return el('div', { class: 'blocks' }, ...blocks.map((block, index) => drawBlock(block, index, ground)));
}

function drawBlock(block: Json, blockIndex: number, ground: Ground): HTMLElement {
  const { names } = ground;
  const placed = (element: Json): Placed => ({ block, blockIndex, element });
  switch (text(block, 'type') ?? '') {
    case 'header':
      return el('h3', { class: 'header' }, drawText(part(block, 'text'), names));
    case 'section':
      return drawSection(block, ground, placed);
    case 'context':
      return el(
        'div',
        { class: 'context' },
        ...parts(block, 'elements').map((each) =>
          text(each, 'type') === 'image' ? drawImage(each) : el('span', {}, drawText(each, names)),
        ),
      );
    case 'divider':
      return el('hr');
    case 'actions':
      return el(
        'div',
        { class: 'actions' },
        ...parts(block, 'elements').map((each) => drawElement(ground, placed(each), '')),
      );
    case 'image':
      return el(
        'figure',
        { class: 'image' },
        drawImage(block),
        isPlain(block['title']) ? el('figcaption', {}, drawText(part(block, 'title'), names)) : null,
      );
    case 'input':
      return drawInput(ground, placed(part(block, 'element')));
    case 'rich_text':
      return drawRichText(block, names);
    default:
      return unknownNotice('block', block);
  }
}

function drawSection(block: Json, ground: Ground, placed: (element: Json) => Placed): HTMLElement {
  const { names } = ground;
  const words = part(block, 'text');
  const fields = parts(block, 'fields');
  const accessory = block['accessory'];
  return el(
    'div',
    { class: 'section' },
    el(
      'div',
      { class: 'section-text' },
      wordsOf(words) === '' ? null : el('div', { class: 'lines' }, drawText(words, names)),
      fields.length === 0
        ? null
        : el('div', { class: 'fields' }, ...fields.map((each) => el('div', {}, drawText(each, names)))),
    ),
    isPlain(accessory) ? drawElement(ground, placed(accessory), firstWords(wordsOf(words))) : null,
  );
}

/** What a section is about, in few words, for the names of the controls in it. */
function firstWords(words: string): string {
  const [line = ''] = words.split('\n', 1);
  const bold = /\*([^*]+)\*/.exec(line)?.[1];
  return (bold ?? line).replaceAll(/[*_~`\u200B]/g, '').slice(0, 60);
}

function drawImage(image: Json): HTMLElement {
  return el('img', {
    attributes: { src: text(image, 'image_url'), alt: text(image, 'alt_text') ?? '', loading: 'lazy' },
  });
}

/** An element without a label of its own: in actions, or beside a section. */
function drawElement(ground: Ground, at: Placed, near: string): HTMLElement {
  const type = text(at.element, 'type') ?? '';
  if (type === 'button') return drawButton(ground, at);
  if (type === 'overflow') return drawOverflow(ground, at, near);
  if (type === 'image') return drawImage(at.element);
  const label = near !== '' ? near : (placeholderOf(at.element) ?? 'Choose');
  return drawControl(ground, at, {
    id: controlId(ground, at),
    label,
    describedBy: undefined,
    invalid: false,
  });
}

function drawControl(ground: Ground, at: Placed, naming: Naming): HTMLElement {
  const type = text(at.element, 'type') ?? '';
  if (isWritten(type)) return drawWritten(ground, at, naming);
  if (SELECTS.has(type)) return drawSelect(ground, at, naming);
  if (PICKERS.has(type)) return drawPicker(ground, at, naming);
  if (isTicked(type)) {
    const ticks = drawTicks(ground, at, naming);
    if (naming.label === null) return ticks;
    ticks.setAttribute('role', 'group');
    ticks.setAttribute('aria-label', naming.label);
    return ticks;
  }
  return unknownNotice('element', at.element);
}

function isTicked(type: string): boolean {
  return type === 'radio_buttons' || type === 'checkboxes';
}

/** An input block: label, control, hint, and what is wrong with it. */
function drawInput(ground: Ground, at: Placed): HTMLElement {
  const { block } = at;
  const id = controlId(ground, at);
  const hint = wordsOf(part(block, 'hint'));
  const error = ground.errors[text(block, 'block_id') ?? ''];
  const described = [error === undefined ? '' : `${id}-error`, hint === '' ? '' : `${id}-hint`];
  const describedBy = described.filter((each) => each !== '').join(' ');
  const naming: Naming = {
    id,
    label: null,
    describedBy: describedBy === '' ? undefined : describedBy,
    invalid: error !== undefined,
  };
  const optional = block['optional'] === true ? el('span', { class: 'optional' }, ' (optional)') : null;
  const label = drawText(part(block, 'label'), ground.names);
  const ticked = isTicked(text(at.element, 'type') ?? '');
  const control = drawControl(ground, at, naming);
  if (block['optional'] !== true && !ticked) {
    (control.matches('.field') ? control : control.querySelector('.field'))?.setAttribute(
      'aria-required',
      'true',
    );
  }
  return el(
    ticked ? 'fieldset' : 'div',
    {
      class: error === undefined ? 'input' : 'input wrong',
      attributes: { 'aria-describedby': ticked ? naming.describedBy : undefined },
    },
    // "(optional)" stands beside the label, not in it: the field is called by the app's own words.
    ticked
      ? el('legend', {}, label)
      : el('div', { class: 'label' }, el('label', { attributes: { for: id } }, label), optional),
    control,
    error === undefined ? null : el('p', { id: `${id}-error`, class: 'error' }, error),
    hint === ''
      ? null
      : el('p', { id: `${id}-hint`, class: 'hint' }, drawText(part(block, 'hint'), ground.names)),
  );
}
