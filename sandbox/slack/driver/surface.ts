import type { Container } from '../acts/action.ts';
import type { Ack } from '../delivery.ts';
import { stateKey, type Placed, type StateValues } from '../form-state.ts';
import { text, type Json } from '../json.ts';
import type { Client } from './client.ts';
import { confirmed, findButton, findOffer, optionOf, wordsOf } from './find.ts';

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
  readonly #seen: readonly Json[];

  constructor(client: Client, userId: string, seen: readonly Json[]) {
    this.client = client;
    this.userId = userId;
    this.#seen = seen;
  }

  /** The blocks as they are shown now. */
  abstract get blocks(): readonly Json[];
  protected abstract get container(): Container;

  protected values(): StateValues | undefined {
    return undefined;
  }

  /** Everything written here, one piece a line. */
  get words(): string {
    return wordsOf(this.blocks);
  }

  /** Clicks a button by its text or action_id; undefined when its confirmation was denied. */
  async click(label: string, options: ClickOptions = {}): Promise<Ack | undefined> {
    const { found, seen } = this.#find(options, (blocks) => findButton(blocks, label, options.in));
    if (!confirmed(found.element, options.confirm)) return undefined;
    return this.act(found, undefined, seen);
  }

  /** Chooses an option of an overflow or other menu by its text; undefined when its confirmation was denied. */
  async choose(label: string, options: ClickOptions = {}): Promise<Ack | undefined> {
    const { found, seen } = this.#find(options, (blocks) => findOffer(blocks, label, options.in));
    if (!confirmed(found.element, options.confirm)) return undefined;
    const option = optionOf(found.element, label);
    return this.act(found, { [stateKeyOfMenu(found.element)]: option }, seen);
  }

  protected async act(found: Placed, chosen?: Json, seen?: readonly Json[]): Promise<Ack> {
    const [blockId, actionId] = [text(found.block, 'block_id') ?? '', text(found.element, 'action_id') ?? ''];
    const action = {
      blockId,
      actionId,
      ...(chosen === undefined ? {} : { chosen }),
      ...(seen ? { seen } : {}),
    };
    return this.client.blockAction(this.userId, this.container, action, this.values());
  }

  #find(
    options: ClickOptions,
    find: (blocks: readonly Json[]) => Placed,
  ): { found: Placed; seen?: readonly Json[] } {
    if (options.stale !== true) return { found: find(this.blocks) };
    return { found: find(this.#seen), seen: this.#seen };
  }
}

function stateKeyOfMenu(element: Json): string {
  return text(element, 'type') === 'overflow' ? 'selected_option' : stateKey(element);
}
