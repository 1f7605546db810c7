import type { Core } from '../core.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Ack } from '../delivery.ts';
import { isStateful, placed, stateValues, type Placed, type StateValues } from '../form-state.ts';
import { isPlain, part, parts, text, type Json } from '../json.ts';
import { actor, channelOf, messageActionPayload, messageObject, viewActionPayload } from '../payloads.ts';

/** Where an element stands: in a message, or in a modal or Home. */
export type Container =
  | { readonly kind: 'message'; readonly channelId: string; readonly ts: string }
  | { readonly kind: 'view'; readonly viewId: string };

/** Which element, and for all but buttons what was chosen: `{ selected_option: … }`, `{ value: … }` and so on. */
export interface ChosenAction {
  readonly blockId: string;
  readonly actionId: string;
  readonly chosen?: Json;
  /** The blocks as the person saw them, when those of the container have changed since (two people clicking at once). */
  readonly seen?: readonly Json[];
}

/** Clicks and choices, which become `block_actions` and `block_suggestion`. */
export class Acting {
  readonly #core: Core;
  readonly #deliveries: Deliveries;

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core;
    this.#deliveries = deliveries;
  }

  /**
   * Clicks a button or chooses from a menu.
   * @throws Error when the person's client shows no such element
   */
  async blockAction(
    userId: string,
    container: Container,
    action: ChosenAction,
    values?: StateValues,
  ): Promise<Ack> {
    const { world, timestamps, notices, journal, views } = this.#core;
    const person = world.person(userId);
    const blocks = action.seen ?? this.#blocks(userId, container);
    const { element } = findPlaced(blocks, action);
    const done = { ...described(element, action), action_ts: timestamps.next() };
    let body: Json;
    if (container.kind === 'view') {
      const view = views.find(container.viewId);
      if (view === undefined) throw new Error('That view is closed');
      body = viewActionPayload(this.#core, person, view, done, values ?? stateValues(blocks));
    } else {
      const { message, ephemeral, channel } = this.#message(userId, container.channelId, container.ts);
      const more = { ephemeral, action: done, values: values ?? stateValues(blocks), blocks };
      body = messageActionPayload(this.#core, person, channel, message, more);
    }
    const ack = await this.#deliveries.send('interaction', body);
    if (ack.outcome !== 'ack') {
      notices.tell(userId, 'trouble_connecting', 'Sorry, something went wrong. Please try again.');
      journal.changed();
    }
    return ack;
  }

  /**
   * Asks the app for the options of an external select.
   * @returns the options, those of groups in one list
   */
  async suggest(
    userId: string,
    container: Container,
    at: Pick<ChosenAction, 'blockId' | 'actionId'>,
    query: string,
  ): Promise<readonly Json[]> {
    const { views, journal, world } = this.#core;
    const person = world.person(userId);
    findPlaced(this.#blocks(userId, container), at);
    const common = { block_id: at.blockId, action_id: at.actionId, value: query };
    const view = container.kind === 'view' ? views.find(container.viewId) : undefined;
    const place: Json =
      view === undefined ? this.#messagePlace(userId, container) : { view: views.object(view) };
    const where =
      container.kind === 'view'
        ? { type: 'view', view_id: container.viewId }
        : { type: 'message', message_ts: container.ts, channel_id: container.channelId };
    const body = {
      type: 'block_suggestion',
      ...actor(this.#core, person),
      container: where,
      ...common,
      ...place,
    };
    const ack = await this.#deliveries.send('suggestion', body);
    const given = ack.outcome === 'ack' && isPlain(ack.payload) ? ack.payload : {};
    const groups = parts(given, 'option_groups');
    const options = [...parts(given, 'options'), ...groups.flatMap((each) => parts(each, 'options'))];
    if (options.length > 100) journal.defect('more than 100 suggested options', options.length);
    if (options.some((each) => !isOption(each))) journal.defect('a suggested option Slack refuses', options);
    return options;
  }

  #blocks(userId: string, container: Container): readonly Json[] {
    if (container.kind === 'message')
      return this.#message(userId, container.channelId, container.ts).message.blocks;
    const view = this.#core.views.find(container.viewId);
    if (view === undefined || view.userId !== userId) throw new Error('That view is not open');
    return parts(view.content, 'blocks');
  }

  #message(userId: string, channelId: string, ts: string) {
    const { world, messages } = this.#core;
    const channel = world.channel(channelId);
    if (channel === undefined || !channel.members.has(userId))
      throw new Error(`${userId} is not in ${channelId}`);
    const hidden = messages.findEphemeral(channel.id, ts);
    const message = hidden?.forUser === userId ? hidden : messages.find(channel.id, ts);
    if (message === undefined) throw new Error('That message is gone');
    return { channel, message, ephemeral: message === hidden };
  }

  #messagePlace(userId: string, container: Container): Json {
    if (container.kind === 'view') return {};
    const { channel, message } = this.#message(userId, container.channelId, container.ts);
    return { channel: channelOf(channel), message: messageObject(this.#core, message) };
  }
}

function findPlaced(blocks: readonly Json[], at: Pick<ChosenAction, 'blockId' | 'actionId'>): Placed {
  const found = placed(blocks).find(
    ({ block, element }) =>
      text(block, 'block_id') === at.blockId && text(element, 'action_id') === at.actionId,
  );
  if (found === undefined)
    throw new Error(`Nothing shown has the action ${at.actionId} in block ${at.blockId}`);
  return found;
}

/** An element of `actions`: what identifies it, what it says, what was chosen. */
function described(element: Json, action: ChosenAction): Json {
  const own = isStateful(element)
    ? {}
    : { text: element['text'], value: element['value'], url: element['url'] };
  const told = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { actionId, blockId } = action;
  const placeholder = element['placeholder'] === undefined ? {} : { placeholder: element['placeholder'] };
  return {
    type: element['type'],
    action_id: actionId,
    block_id: blockId,
    ...told,
    ...placeholder,
    ...action.chosen,
  };
}

function isOption(option: Json): boolean {
  const label = text(part(option, 'text'), 'text') ?? '';
  const value = text(option, 'value') ?? '';
  return label.length > 0 && label.length <= 75 && value.length > 0 && value.length <= 150;
}
