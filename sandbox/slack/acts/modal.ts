import { placed, stateKey, stateValues, type StateValues } from '../form-state.ts';
import type { Core } from '../core.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Ack } from '../delivery.ts';
import { flag, isPlain, part, parts, text, type Json } from '../json.ts';
import { closedPayload, submissionPayload } from '../payloads.ts';
import type { OpenView } from '../views.ts';
import { viewComplaints } from '../web-api/checked.ts';

/** What came of submitting a modal. */
export type SubmitOutcome =
  | { readonly result: 'closed' | 'cleared' | 'updated' | 'pushed'; readonly ack: Ack }
  /** By block_id. */
  | { readonly result: 'errors'; readonly errors: Readonly<Record<string, string>>; readonly ack: Ack }
  /** No sound answer in time: the modal stays, with a warning. */
  | { readonly result: 'failed'; readonly ack: Ack };

/** Submitting and closing modals. */
export class Filling {
  readonly #core: Core;
  readonly #deliveries: Deliveries;

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core;
    this.#deliveries = deliveries;
  }

  /**
   * Submits the top modal of a person and does what the acknowledgement says.
   * @throws Error when that view is not on top or has no submit button
   */
  async submitView(userId: string, viewId: string, values?: StateValues): Promise<SubmitOutcome> {
    const view = this.#core.views.stack(userId).at(-1);
    if (view?.id !== viewId) throw new Error('That view is not on top');
    if (view.content['submit'] === undefined) throw new Error('That view has no submit button');
    const state = values ?? stateValues(parts(view.content, 'blocks'));
    const urls = this.#responseUrls(view, state);
    const person = this.#core.world.person(userId);
    const body = submissionPayload(this.#core, person, view, state, urls);
    const ack = await this.#deliveries.send('interaction', body);
    const outcome = this.#obeyed(view, ack);
    if (outcome.result === 'failed') {
      const words = 'We had some trouble connecting. Try again?';
      this.#core.notices.tell(userId, 'trouble_connecting', words);
    }
    this.#core.journal.changed();
    return outcome;
  }

  /**
   * Closes a modal as a person does: `cancel` is the close button (that view only, unless `clear_on_close`), `x` the
   * cross in the corner (all of them).
   */
  async closeView(userId: string, viewId: string, how: 'cancel' | 'x' = 'cancel'): Promise<Ack | undefined> {
    const { views, journal, world } = this.#core;
    const stack = views.stack(userId);
    const view = stack.find((each) => each.id === viewId);
    if (view === undefined) throw new Error('That view is not open');
    const all = how === 'x' || flag(view.content, 'clear_on_close');
    const told = how === 'x' ? (stack[0] ?? view) : view;
    if (all) views.clear(userId);
    else views.close(view);
    journal.changed();
    if (!flag(told.content, 'notify_on_close')) return undefined;
    return this.#deliveries.send('interaction', closedPayload(this.#core, world.person(userId), told, all));
  }

  #obeyed(view: OpenView, ack: Ack): SubmitOutcome {
    if (ack.outcome !== 'ack') return { result: 'failed', ack };
    const { views, journal } = this.#core;
    if (!views.stack(view.userId).includes(view)) return { result: 'closed', ack };
    const payload = isPlain(ack.payload) ? ack.payload : {};
    const action = text(payload, 'response_action');
    const failed = (why: string, detail?: unknown): SubmitOutcome => {
      journal.defect(why, detail);
      return { result: 'failed', ack };
    };
    switch (action) {
      case undefined:
        if (Object.keys(payload).length > 0) return failed('an acknowledgement Slack does not know', payload);
        views.close(view);
        return { result: 'closed', ack };
      case 'clear':
        views.clear(view.userId);
        return { result: 'cleared', ack };
      case 'errors':
        return (
          this.#errors(view, part(payload, 'errors'), ack) ?? failed('errors for no input block', payload)
        );
      case 'update':
      case 'push': {
        const next = payload['view'];
        const complaints = viewComplaints(next);
        if (complaints.length > 0 || !isPlain(next))
          return failed('an acknowledgement with an invalid view', complaints);
        if (next['type'] !== 'modal') return failed('an acknowledgement with a view that is no modal');
        if (action === 'update') views.replace(view, next);
        else if (views.push(view.userId, next) === undefined) return failed('push_limit_reached');
        return { result: action === 'update' ? 'updated' : 'pushed', ack };
      }
      default:
        return failed(`an unknown response_action: ${action}`);
    }
  }

  #errors(view: OpenView, errors: Json, ack: Ack): SubmitOutcome | undefined {
    const inputs = parts(view.content, 'blocks').filter((each) => each['type'] === 'input');
    const ids = new Set(inputs.map((each) => text(each, 'block_id')));
    const entries = Object.entries(errors).filter(
      (each): each is [string, string] => typeof each[1] === 'string',
    );
    const sound = entries.length > 0 && entries.every(([id, words]) => ids.has(id) && words !== '');
    return sound ? { result: 'errors', errors: Object.fromEntries(entries), ack } : undefined;
  }

  /** One for each conversation menu with `response_url_enabled`. */
  #responseUrls(view: OpenView, values: StateValues): Json[] {
    return placed(parts(view.content, 'blocks')).flatMap(({ block, element }) => {
      const [blockId, actionId] = [text(block, 'block_id') ?? '', text(element, 'action_id') ?? ''];
      const channelId = text(values[blockId]?.[actionId] ?? {}, stateKey(element));
      if (!flag(element, 'response_url_enabled') || channelId === undefined) return [];
      const url = this.#core.responseUrls.issue({ userId: view.userId, channelId, original: undefined });
      return [{ block_id: blockId, action_id: actionId, channel_id: channelId, response_url: url }];
    });
  }
}
