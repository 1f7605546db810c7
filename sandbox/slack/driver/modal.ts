import type { Container } from '../acts/action.ts';
import type { Ack } from '../delivery.ts';
import { isStateful, stateKey, stateValues, type Placed } from '../form-state.ts';
import { part, text, type Json } from '../json.ts';
import type { ShownView } from '../state.ts';
import type { Client } from './client.ts';
import { findField, optionOf } from './find.ts';
import { clientErrors, dispatches, entered, labelOf, type Entry } from './form.ts';
import { Surface } from './surface.ts';
import { until } from './wait.ts';

/** What came of submitting; errors are by the label of the field. */
export interface Submitted {
  readonly result: 'closed' | 'cleared' | 'updated' | 'pushed' | 'errors' | 'failed';
  readonly errors: Readonly<Record<string, string>>;
  /** Undefined when the client itself refused to submit. */
  readonly ack: Ack | undefined;
}

/** A modal as a person sees and fills it. */
export class ModalDriver extends Surface {
  readonly id: string;

  constructor(client: Client, userId: string, view: ShownView) {
    super(client, userId, view.blocks);
    this.id = view.id;
    const stop = client.onChange(() => {
      const shown = this.#find();
      if (shown === undefined) stop();
      else this.typed.prune(shown.blocks);
    });
  }

  /** Whether it is still open, in front or behind another. */
  get open(): boolean {
    return this.#find() !== undefined;
  }

  get title(): string {
    return this.#now().title ?? '';
  }

  /** The text of the submit button; undefined when there is none. */
  get submitLabel(): string | undefined {
    return this.#now().submit;
  }

  override get blocks(): readonly Json[] {
    return this.#now().blocks;
  }

  /** The labels of the input blocks, in order. */
  get labels(): string[] {
    return this.blocks.filter((each) => each['type'] === 'input').map(labelOf);
  }

  /** A field by its label. */
  field(label: string): Field {
    const found = findField(this.blocks, label);
    if (found === undefined) throw new Error(`No field "${label}"; there are: ${this.labels.join(', ')}`);
    return {
      element: found.element,
      hint: text(part(found.block, 'hint'), 'text'),
      optional: found.block['optional'] === true,
      value: this.typed.get(found),
      suggest: async (query) => this.client.suggest(this.userId, this.container, placeOf(found), query),
      pick: async (query, option) => {
        const options = await this.client.suggest(this.userId, this.container, placeOf(found), query);
        const chosen = optionOf({ options }, option);
        const before = this.typed.get(found);
        await this.#fillIn(found, Array.isArray(before) ? [...before, chosen] : chosen);
      },
    };
  }

  /**
   * Fills fields by label, in this order: texts as they are, menus and radio buttons by the option's text, checkboxes by
   * a list of texts, people and channels by id, null to empty. Waits for fields that appear because of an earlier one.
   */
  async fill(entries: Readonly<Record<string, Entry>>): Promise<void> {
    for (const [label, entry] of Object.entries(entries)) {
      const find = (): Placed | undefined => findField(this.blocks, label);
      const found = await until(this.client, find, `the field "${label}" among: ${this.labels.join(', ')}`);
      await this.#fillIn(found, entered(found.element, entry, this.client.world));
    }
  }

  /** Presses Enter in a field, which sends it when it has `dispatch_action` on Enter. */
  async pressEnter(label: string): Promise<Ack | undefined> {
    const found = findField(this.blocks, label);
    if (found === undefined) throw new Error(`No field "${label}"`);
    if (!dispatches(found, 'on_enter_pressed')) return undefined;
    return this.act(found, { [stateKey(found.element)]: this.typed.get(found) });
  }

  /** Presses the submit button; the client first checks required fields and lengths itself. */
  async submit(): Promise<Submitted> {
    const labels = new Map(this.blocks.map((each) => [text(each, 'block_id'), labelOf(each)]));
    const byLabel = (errors: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(errors).map(([id, words]) => [labels.get(id) ?? id, words]));
    const own = clientErrors(this.blocks, this.typed);
    if (Object.keys(own).length > 0) return { result: 'errors', errors: byLabel(own), ack: undefined };
    const outcome = await this.client.submitView(
      this.userId,
      this.id,
      stateValues(this.blocks, this.typed.values),
    );
    const errors = outcome.result === 'errors' ? byLabel(outcome.errors) : {};
    return { result: outcome.result, errors, ack: outcome.ack };
  }

  /** Presses the close button, or the cross that closes all modals. */
  async close(how: 'cancel' | 'x' = 'cancel'): Promise<Ack | undefined> {
    return this.client.closeView(this.userId, this.id, how);
  }

  protected override get container(): Container {
    return { kind: 'view', viewId: this.id };
  }

  async #fillIn(found: Placed, value: unknown): Promise<void> {
    if (!isStateful(found.element)) throw new Error(`Nothing can be entered in "${labelOf(found.block)}"`);
    await this.enter(found, value);
  }

  #find(): ShownView | undefined {
    return this.client.state(this.userId).modals.find((each) => each.id === this.id);
  }

  #now(): ShownView {
    const view = this.#find();
    if (view === undefined) throw new Error('That modal is closed');
    return view;
  }
}

/** A field of a modal. */
export interface Field {
  readonly element: Json;
  readonly hint: string | undefined;
  readonly optional: boolean;
  /** What is typed or chosen; null or an empty list when nothing is. */
  readonly value: unknown;
  /** Asks the app for options (external selects). */
  suggest(query: string): Promise<readonly Json[]>;
  /** Asks, and chooses the option with this text; where several may be chosen, adds it. */
  pick(query: string, option: string): Promise<void>;
}

function placeOf({ block, element }: Placed): { blockId: string; actionId: string } {
  return { blockId: text(block, 'block_id') ?? '', actionId: text(element, 'action_id') ?? '' };
}
