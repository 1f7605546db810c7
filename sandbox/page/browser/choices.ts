import { dispatches } from '../../slack/driver/form.ts';
import { stateKey, type Placed } from '../../slack/form-state.ts';
import { isPlain, part, parts, text, type Json } from '../../slack/json.ts';
import { actConfirmed } from './buttons.ts';
import { el, whileBusy } from './dom.ts';
import { namingAttributes, placeholderOf, type Ground, type Naming } from './ground.ts';
import type { Names } from './names.ts';
import { drawText, wordsOf } from './text.ts';

/** One thing that may be chosen. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** As it stands in `view.state`: an option, or an id. */
  readonly value: unknown;
}

/** Keeps a choice, and sends it where the block says so; undone when its confirmation is denied. */
export async function choose(ground: Ground, at: Placed, value: unknown, undo: () => void): Promise<void> {
  const before = ground.typed.get(at);
  ground.typed.set(at, value);
  if (!dispatches(at, 'on_character_entered')) return;
  if (await actConfirmed(ground, at, { [stateKey(at.element)]: value })) return;
  ground.typed.set(at, before);
  undo();
}

/** What a menu offers this person, but for external menus. */
export function choicesOf(element: Json, names: Names): Choice[] {
  const type = (text(element, 'type') ?? '').replace(/^multi_/, '');
  switch (type) {
    case 'users_select':
      return names.people
        .filter(({ isBot }) => !isBot)
        .map(({ id, realName, name }) => ({ id, label: realName, description: `@${name}`, value: id }));
    case 'conversations_select':
    case 'channels_select':
      return names.channels
        .filter((channel) => isOffered(element, channel))
        .map(({ id, name, kind }) => {
          const description = kind === 'private' ? 'private' : '';
          return { id, label: `#${name}`, description, value: id };
        });
    default:
      return [
        ...parts(element, 'options'),
        ...parts(element, 'option_groups').flatMap((group) => parts(group, 'options')),
      ].map(optionChoice);
  }
}

/** An option object as a choice. */
export function optionChoice(option: Json): Choice {
  return {
    id: text(option, 'value') ?? '',
    label: wordsOf(part(option, 'text')),
    description: wordsOf(part(option, 'description')),
    value: option,
  };
}

function isOffered(element: Json, channel: Names['channels'][number]): boolean {
  const filter = part(element, 'filter');
  const include: unknown = filter['include'];
  const kindFits = Array.isArray(include) ? include.includes(channel.kind) : true;
  const publicOnly = (text(element, 'type') ?? '').endsWith('channels_select') && channel.kind !== 'public';
  const shared = filter['exclude_external_shared_channels'] === true && channel.extShared;
  return kindFits && !publicOnly && !shared && !channel.archived;
}

/** The id of what is kept in `view.state`. */
export function idOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isPlain(value) ? (text(value, 'value') ?? '') : '';
}

/** A menu from which one thing is chosen. */
export function drawSelect(ground: Ground, at: Placed, naming: Naming): HTMLElement {
  const choices = choicesOf(at.element, ground.names);
  const optional = at.block['optional'] === true || at.block['type'] !== 'input';
  const none = el('option', { attributes: { value: '' } }, placeholderOf(at.element) ?? 'Choose…');
  none.hidden = !optional;
  const options = choices.map(({ id, label }) => el('option', { attributes: { value: id } }, label));
  const select = el(
    'select',
    { id: naming.id, class: 'field', attributes: namingAttributes(naming) },
    none,
    ...options,
  );
  const about = el('small', { class: 'hint', attributes: { 'aria-live': 'polite' } });
  const describe = (): void => {
    about.textContent = choices.find(({ id }) => id === select.value)?.description ?? '';
  };
  select.value = idOf(ground.typed.get(at));
  describe();
  select.addEventListener('change', () => {
    const before = idOf(ground.typed.get(at));
    describe();
    const value = choices.find(({ id }) => id === select.value)?.value ?? null;
    const undo = (): void => {
      select.value = before;
      describe();
    };
    void whileBusy(select, () => choose(ground, at, value, undo));
  });
  return el('div', { class: 'select' }, select, about);
}

/** Radio buttons or checkboxes; their legend stands outside. */
export function drawTicks(ground: Ground, at: Placed, naming: Naming): HTMLElement {
  const many = at.element['type'] === 'checkboxes';
  const known = ground.typed.get(at);
  const chosen = new Set(Array.isArray(known) ? known.map(idOf) : [idOf(known)]);
  const inputs: { readonly input: HTMLInputElement; readonly option: Json }[] = [];
  const rows = parts(at.element, 'options').map((option, index) => {
    const id = index === 0 ? naming.id : `${naming.id}-${index}`;
    const description = part(option, 'description');
    const described = wordsOf(description) === '' ? undefined : `${id}-about`;
    const input = el('input', {
      id,
      attributes: {
        type: many ? 'checkbox' : 'radio',
        name: naming.id,
        'aria-describedby': [described, naming.describedBy].filter((each) => each !== undefined).join(' '),
      },
    });
    input.checked = chosen.has(idOf(option));
    inputs.push({ input, option });
    return el(
      'div',
      { class: 'tick' },
      input,
      el('label', { attributes: { for: id } }, drawText(part(option, 'text'), ground.names)),
      described === undefined
        ? null
        : el('small', { id: described, class: 'hint' }, drawText(description, ground.names)),
    );
  });
  const group = el('div', { class: 'ticks' }, ...rows);
  group.addEventListener('change', () => {
    const before = ground.typed.get(at);
    const ticked = inputs.filter(({ input }) => input.checked).map(({ option }) => option);
    const undo = (): void => {
      const again = new Set(Array.isArray(before) ? before.map(idOf) : [idOf(before)]);
      for (const { input, option } of inputs) input.checked = again.has(idOf(option));
    };
    void whileBusy(group, () => choose(ground, at, many ? ticked : (ticked[0] ?? null), undo));
  });
  return group;
}
