import type { Container } from '../acts/action.ts';
import type { Ack } from '../delivery.ts';
import { isStateful, stateKey, stateValues, type Placed } from '../form-state.ts';
import { text, type Json } from '../json.ts';
import type { Client } from './client.ts';
import { buttonsIn, confirmed, findButton, findOffer, offersIn, optionOf, wordsOf } from './find.ts';
import { dispatches, entered, Typed } from './form.ts';

export interface ClickOptions {
  /** Words near the button, where several read the same. */
  readonly in?: string;
  /** The answer to its confirmation dialog; required when it has one. */
  readonly confirm?: boolean;
  /** Clicks what was shown when this object was made, though it may have changed since. */
  readonly stale?: boolean;
}

/** Blocks in front of a person: a message, a modal or Home. */
export abstract class Surface {
  readonly userId: string;
  protected readonly client: Client;
  protected readonly typed = new Typed();
  readonly #seen: readonly Json[];

  constructor(client: Client, userId: string, seen: readonly Json[]) {
    this.client = client;
    this.userId = userId;
    this.#seen = seen;
  }

  /** The blocks as they are shown now. */
  abstract get blocks(): readonly Json[];
  protected abstract get container(): Container;

  /** Everything written here, one piece a line. */
  get words(): string {
    return wordsOf(this.blocks);
  }

  /** The texts of the buttons, in order. */
  get buttons(): string[] {
    return buttonsIn(this.blocks);
  }

  /** The texts of all options that menus, radio buttons and checkboxes here offer, in order. */
  get offers(): string[] {
    return offersIn(this.blocks);
  }

  /** Clicks a button by its text or action_id; undefined when its confirmation was denied. */
  async click(label: string, options: ClickOptions = {}): Promise<Ack | undefined> {
    const { found, blocks } = this.#find(options, (shown) => findButton(shown, label, options.in));
    return confirmed(found.element, options.confirm) ? this.act(found, undefined, blocks) : undefined;
  }

  /**
   * Chooses an option of an overflow or other menu by its text; undefined when its confirmation was denied or when the
   * client keeps the choice for a later submission.
   */
  async choose(label: string, options: ClickOptions = {}): Promise<Ack | undefined> {
    const { found, blocks } = this.#find(options, (shown) => findOffer(shown, label, options.in));
    if (!confirmed(found.element, options.confirm)) return undefined;
    if (isStateful(found.element))
      return this.enter(found, entered(found.element, label, this.client.world), blocks);
    return this.act(found, { selected_option: optionOf(found.element, label) }, blocks);
  }

  /** Keeps what was entered and, where the client does, tells the app. */
  protected async enter(found: Placed, value: unknown, blocks = this.blocks): Promise<Ack | undefined> {
    this.typed.set(found, value);
    const tells = dispatches(found, 'on_character_entered');
    return tells ? this.act(found, { [stateKey(found.element)]: value }, blocks) : undefined;
  }

  protected async act(found: Placed, chosen?: Json, blocks = this.blocks): Promise<Ack> {
    const [blockId, actionId] = [text(found.block, 'block_id') ?? '', text(found.element, 'action_id') ?? ''];
    const action = { blockId, actionId, seen: blocks, ...(chosen === undefined ? {} : { chosen }) };
    const values = stateValues(blocks, this.typed.values);
    return this.client.blockAction(this.userId, this.container, action, values);
  }

  #find(
    options: ClickOptions,
    find: (blocks: readonly Json[]) => Placed,
  ): { found: Placed; blocks: readonly Json[] } {
    const blocks = options.stale === true ? this.#seen : this.blocks;
    return { found: find(blocks), blocks };
  }
}
