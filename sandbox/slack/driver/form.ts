import { isStateful, placed, stateKey, stateOf, type Placed } from '../form-state.ts';
import { part, text, type Json } from '../json.ts';
import type { World } from '../world.ts';
import { optionOf, wordsOf } from './find.ts';

/** What a person may put in a field: a text, an option's text, an id, several of them, or null to empty it. */
export type Entry = string | readonly string[] | null;

function many(entry: Entry): readonly string[] {
  if (entry === null) return [];
  return typeof entry === 'string' ? [entry] : entry;
}

function one(entry: Entry, type: string): string | null {
  if (entry === null || typeof entry === 'string') return entry;
  throw new Error(`A ${type} takes one value`);
}

/** The value of an element's state after a person entered this; refuses what the client would not offer. */
export function entered(element: Json, entry: Entry, world: World): unknown {
  const type = text(element, 'type') ?? '';
  switch (type) {
    case 'static_select':
    case 'radio_buttons': {
      const label = one(entry, type);
      return label === null ? null : optionOf(element, label);
    }
    case 'multi_static_select':
    case 'checkboxes':
      return many(entry).map((label) => optionOf(element, label));
    case 'users_select':
    case 'multi_users_select':
      for (const id of many(entry)) if (!world.people.has(id)) throw new Error(`No such person: ${id}`);
      return type === 'users_select' ? one(entry, type) : many(entry);
    case 'conversations_select':
    case 'multi_conversations_select':
    case 'channels_select':
    case 'multi_channels_select':
      for (const id of many(entry)) offered(element, id, world);
      return type.startsWith('multi_') ? many(entry) : one(entry, type);
    case 'external_select':
    case 'multi_external_select':
      throw new Error('Choose from an external select with suggest() and pick()');
    case 'file_input':
    case 'rich_text_input':
      throw new Error(`A ${type} cannot be filled here`);
    default:
      return one(entry, type) === '' ? null : one(entry, type);
  }
}

/** A conversation that the select's filter leaves out cannot be chosen. */
function offered(element: Json, id: string, world: World): void {
  const channel = world.channels.get(id);
  if (channel === undefined) throw new Error(`No such channel: ${id}`);
  const filter = part(element, 'filter');
  const include: unknown = filter['include'];
  const outside = Array.isArray(include) && !include.includes(channel.kind);
  const shared = filter['exclude_external_shared_channels'] === true && channel.extShared;
  if (outside || shared || channel.archived) throw new Error(`The menu does not offer ${channel.name}`);
}

/** What the person typed or chose in one modal; forgets fields that are no longer shown, as the real client does. */
export class Typed {
  readonly values = new Map<string, unknown>();

  set({ block, element }: Placed, value: unknown): void {
    this.values.set(key(block, element), value);
  }

  get({ block, element }: Placed): unknown {
    return stateOf(element, this.values.get(key(block, element)))[stateKey(element)];
  }

  prune(blocks: readonly Json[]): void {
    const shown = new Set(placed(blocks).map(({ block, element }) => key(block, element)));
    for (const each of this.values.keys()) if (!shown.has(each)) this.values.delete(each);
  }
}

function key(block: Json, element: Json): string {
  return `${text(block, 'block_id') ?? ''}/${text(element, 'action_id') ?? ''}`;
}

/** What the client itself says before it submits: missing and ill-formed inputs, by block_id. */
export function clientErrors(blocks: readonly Json[], typed: Typed): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const each of placed(blocks)) {
    if (each.block['type'] !== 'input' || !isStateful(each.element)) continue;
    const complaint = complaintAbout(each, typed.get(each));
    if (complaint !== undefined) errors[text(each.block, 'block_id') ?? ''] = complaint;
  }
  return errors;
}

function complaintAbout({ block, element }: Placed, value: unknown): string | undefined {
  const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (empty) return block['optional'] === true ? undefined : 'Please complete this required field.';
  if (typeof value !== 'string') return undefined;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && value.length < min) return `Must be at least ${min} characters.`;
  if (typeof max === 'number' && value.length > max) return `Must be at most ${max} characters.`;
  switch (text(element, 'type') ?? '') {
    case 'email_text_input':
      return /^[^@\s]+@[^@\s]+$/.test(value) ? undefined : 'Please enter a valid email address.';
    case 'url_text_input':
      return /^https?:\/\/\S+$/.test(value) ? undefined : 'Please enter a valid URL.';
    case 'number_input':
      return /^-?\d+(\.\d+)?$/.test(value) ? undefined : 'Please enter a number.';
    default:
      return undefined;
  }
}

/** The label of a field, as the person reads it. */
export function labelOf(block: Json): string {
  return text(part(block, 'label'), 'text') ?? wordsOf(block);
}

const TYPED = new Set([
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
]);

/** Whether the client sends `block_actions` for this: always outside input blocks, inside with `dispatch_action`. */
export function dispatches(
  { block, element }: Placed,
  on: 'on_enter_pressed' | 'on_character_entered',
): boolean {
  if (block['type'] !== 'input') return on === 'on_character_entered';
  if (block['dispatch_action'] !== true) return false;
  if (!TYPED.has(text(element, 'type') ?? '')) return on === 'on_character_entered';
  const triggers: unknown = part(element, 'dispatch_action_config')['trigger_actions_on'];
  return (Array.isArray(triggers) ? triggers : ['on_enter_pressed']).includes(on);
}
