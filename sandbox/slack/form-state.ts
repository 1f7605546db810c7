import { isPlain, part, parts, text, type Json } from './json.ts';

/** `view.state.values`: by block_id, then action_id. */
export type StateValues = Record<string, Record<string, Json>>;

/** The empty state of each stateful element, and where its initial value comes from. */
const STATES: Readonly<
  Record<string, { readonly key: string; readonly initial: string; readonly empty: unknown }>
> = {
  plain_text_input: { key: 'value', initial: 'initial_value', empty: null },
  email_text_input: { key: 'value', initial: 'initial_value', empty: null },
  url_text_input: { key: 'value', initial: 'initial_value', empty: null },
  number_input: { key: 'value', initial: 'initial_value', empty: null },
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value', empty: null },
  static_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  external_select: { key: 'selected_option', initial: 'initial_option', empty: null },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', empty: null },
  users_select: { key: 'selected_user', initial: 'initial_user', empty: null },
  conversations_select: { key: 'selected_conversation', initial: 'initial_conversation', empty: null },
  channels_select: { key: 'selected_channel', initial: 'initial_channel', empty: null },
  multi_static_select: { key: 'selected_options', initial: 'initial_options', empty: [] },
  multi_external_select: { key: 'selected_options', initial: 'initial_options', empty: [] },
  checkboxes: { key: 'selected_options', initial: 'initial_options', empty: [] },
  multi_users_select: { key: 'selected_users', initial: 'initial_users', empty: [] },
  multi_conversations_select: { key: 'selected_conversations', initial: 'initial_conversations', empty: [] },
  multi_channels_select: { key: 'selected_channels', initial: 'initial_channels', empty: [] },
  datepicker: { key: 'selected_date', initial: 'initial_date', empty: null },
  timepicker: { key: 'selected_time', initial: 'initial_time', empty: null },
  datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time', empty: null },
  file_input: { key: 'files', initial: 'files', empty: [] },
};

/** An element and the block it stands in. */
export interface Placed {
  readonly block: Json;
  readonly blockIndex: number;
  readonly element: Json;
}

/** Every interactive element of the blocks, in order. */
export function placed(blocks: readonly Json[]): Placed[] {
  return blocks.flatMap((block, blockIndex) => {
    const inside =
      block['type'] === 'context' ? [] : [...parts(block, 'elements'), ...parts(block, 'actions')];
    const single = ['element', 'accessory'].flatMap((key) => (isPlain(block[key]) ? [part(block, key)] : []));
    const here = [...single, ...inside].map((element) => ({ block, blockIndex, element }));
    return [...here, ...placed(parts(block, 'child_blocks')).map((each) => ({ ...each, blockIndex }))];
  });
}

/** Whether the element keeps a value, as inputs, selects and pickers do and buttons do not. */
export function isStateful(element: Json): boolean {
  return STATES[text(element, 'type') ?? ''] !== undefined;
}

/** The name of the member of an element's state that holds its value, for example `selected_option`. */
export function stateKey(element: Json): string {
  return STATES[text(element, 'type') ?? '']?.key ?? 'value';
}

/** The state of one element: what was typed or chosen, else its initial value, else empty. */
export function stateOf(element: Json, typed?: unknown): Json {
  const type = text(element, 'type') ?? '';
  const state = STATES[type];
  if (state === undefined) return { type };
  return { type, [state.key]: typed === undefined ? (element[state.initial] ?? state.empty) : typed };
}

/**
 * The `state.values` a client sends for these blocks.
 * @param typed what the person typed or chose, by `block_id/action_id`
 */
export function stateValues(
  blocks: readonly Json[],
  typed: ReadonlyMap<string, unknown> = new Map(),
): StateValues {
  const values: StateValues = {};
  for (const { block, element } of placed(blocks)) {
    const [blockId, actionId] = [text(block, 'block_id'), text(element, 'action_id')];
    if (blockId === undefined || actionId === undefined || !isStateful(element)) continue;
    values[blockId] = {
      ...values[blockId],
      [actionId]: stateOf(element, typed.get(`${blockId}/${actionId}`)),
    };
  }
  return values;
}
