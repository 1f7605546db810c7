/** What Slack sent, reduced to what we use. Typed values stay in `values` and are never recorded. */
export interface Incoming {
  readonly kind: 'command' | 'submission' | 'action' | 'options' | 'event';
  /** The command, callback, action or event name. */
  readonly name: string;
  /** Every workspace id the payload names, of the person, the event and the view; all must be ours. */
  readonly teamIds: readonly string[];
  readonly appId: string | null;
  readonly userId: string;
  readonly triggerId: string | null;
  readonly responseUrl: string | null;
  /** The text behind a command, the value of a button or chosen option, or what was typed into a menu. */
  readonly text: string;
  /** Changes with each event, click or state of a submitted window; empty for an event without an id. */
  readonly uniqueId: string;
  readonly view: IncomingView | null;
}

export interface IncomingView {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly hash: string;
  readonly rootId: string | null;
  /** The view it was pushed on, or null. */
  readonly previousId: string | null;
  readonly callbackId: string;
  readonly metadata: string;
  readonly values: Values;
}

/** Typed values by block id. A secret may be among them: read it with `parse`, never log it. */
export type Values = ReadonlyMap<string, FieldValue>;

export interface FieldValue {
  /** Text typed, or the value or id chosen; null when empty. */
  readonly one: string | null;
  /** Values or ids chosen where several may be. */
  readonly many: readonly string[];
}

type Json = Record<string, unknown>;

/** Reads any body of Slack; unknown shapes become empty fields, so that `serve` refuses rather than crashes. */
export function readIncoming(kind: Incoming['kind'], body: unknown): Incoming {
  const root = object(body);
  const action = object(list(root['actions'])[0]);
  const event = object(root['event']);
  const view = readView(root['view']);
  const user = object(root['user']);
  return {
    kind,
    name: nameOf(kind, root, action, event, view),
    teamIds: [
      text(root['team_id']),
      text(root['context_team_id']),
      text(object(root['team'])['id']),
      text(user['team_id']),
      ...teamsOf(event, ['team', 'team_id', 'user_team', 'source_team']),
      ...teamsOf(object(event['view']), ['team_id', 'app_installed_team_id']),
      ...teamsOf(object(root['view']), ['team_id', 'app_installed_team_id']),
    ].filter((id) => id !== ''),
    appId: text(root['api_app_id']) || null,
    userId: text(root['user_id']) || text(user['id']) || text(event['user']),
    triggerId: text(root['trigger_id']) || null,
    responseUrl: text(root['response_url']) || null,
    text: textOf(kind, root, action),
    uniqueId: uniqueOf(kind, root, action, view),
    view,
  };
}

function teamsOf(holder: Json, keys: readonly string[]): string[] {
  return keys.map((key) => text(holder[key]));
}

function nameOf(
  kind: Incoming['kind'],
  root: Json,
  action: Json,
  event: Json,
  view: IncomingView | null,
): string {
  switch (kind) {
    case 'command':
      return text(root['command']);
    case 'submission':
      return view?.callbackId ?? '';
    case 'action':
      return text(action['action_id']);
    case 'options':
      return text(root['action_id']);
    case 'event':
      return text(event['type']);
  }
}

function textOf(kind: Incoming['kind'], root: Json, action: Json): string {
  if (kind === 'command') return text(root['text']);
  if (kind === 'options') return text(root['value']);
  return text(action['value']) || text(object(action['selected_option'])['value']);
}

function uniqueOf(kind: Incoming['kind'], root: Json, action: Json, view: IncomingView | null): string {
  switch (kind) {
    case 'event':
      return text(root['event_id']) === '' ? '' : `event:${text(root['event_id'])}`;
    case 'submission':
      // The hash too: a window that was drawn again (Back to the form) may be submitted again.
      return `view:${view?.id ?? ''}:${view?.hash ?? ''}`;
    case 'action':
      return `action:${text(root['trigger_id'])}:${text(action['action_ts'])}`;
    case 'command':
    case 'options':
      return `${kind}:${text(root['trigger_id']) || text(root['action_ts'])}`;
  }
}

function readView(value: unknown): IncomingView | null {
  const view = object(value);
  if (text(view['id']) === '') return null;
  const values = new Map<string, FieldValue>();
  for (const [blockId, block] of Object.entries(object(object(view['state'])['values']))) {
    const element = object(Object.values(object(block))[0]);
    values.set(blockId, readField(element));
  }
  return {
    id: text(view['id']),
    type: text(view['type']) === 'home' ? 'home' : 'modal',
    hash: text(view['hash']),
    rootId: text(view['root_view_id']) || null,
    previousId: text(view['previous_view_id']) || null,
    callbackId: text(view['callback_id']),
    metadata: text(view['private_metadata']),
    values,
  };
}

function readField(element: Json): FieldValue {
  const one =
    text(element['value']) ||
    text(object(element['selected_option'])['value']) ||
    text(element['selected_conversation']) ||
    text(element['selected_channel']) ||
    text(element['selected_user']) ||
    text(element['selected_date']) ||
    text(element['selected_time']);
  const many = [
    ...list(element['selected_options']).map((option) => text(object(option)['value'])),
    ...list(element['selected_users']).map(text),
    ...list(element['selected_conversations']).map(text),
  ].filter((item) => item !== '');
  return { one: one === '' ? null : one, many };
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
