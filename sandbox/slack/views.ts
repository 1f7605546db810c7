import { randomBytes } from 'node:crypto';
import { VIEW } from '../../src/slack/blocks/limits.ts';
import type { StateValues } from './form-state.ts';
import { parts, text, type Json } from './json.ts';
import type { World } from './world.ts';

/** A modal that a person has open, or their Home tab. */
export interface OpenView {
  readonly id: string;
  readonly userId: string;
  readonly teamId: string;
  readonly rootId: string;
  readonly previousId: string | null;
  /** As the app sent it, with the ids Slack adds. */
  content: Json;
  hash: string;
}

/** Gives blocks and elements the ids that the app left out, as Slack does. */
export function withIds(blocks: readonly Json[]): Json[] {
  const id = (): string => randomBytes(4).toString('base64url').slice(0, 5);
  const named = (element: Json): Json =>
    element['type'] === 'image' || element['type'] === 'mrkdwn' || element['type'] === 'plain_text'
      ? element
      : { action_id: id(), ...element };
  return blocks.map((block) => {
    const filled: Record<string, unknown> = { block_id: id(), ...block };
    if (['actions', 'context_actions'].includes(text(block, 'type') ?? '')) {
      filled['elements'] = parts(block, 'elements').map(named);
    }
    if (block['actions'] !== undefined) filled['actions'] = parts(block, 'actions').map(named);
    for (const key of ['accessory', 'element']) {
      const [only] = parts({ one: [block[key]] }, 'one');
      if (only !== undefined) filled[key] = named(only);
    }
    if (block['child_blocks'] !== undefined) filled['child_blocks'] = withIds(parts(block, 'child_blocks'));
    return filled;
  });
}

/** The stacks of open modals and the Home tabs, by person. */
export class Views {
  readonly #world: World;
  readonly #stacks = new Map<string, OpenView[]>();
  readonly #homes = new Map<string, OpenView>();
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  stack(userId: string): readonly OpenView[] {
    return this.#stacks.get(userId) ?? [];
  }

  home(userId: string): OpenView | undefined {
    return this.#homes.get(userId);
  }

  /** An open modal or a Home tab. */
  find(id: string): OpenView | undefined {
    const all = [...[...this.#stacks.values()].flat(), ...this.#homes.values()];
    return all.find((each) => each.id === id);
  }

  findExternal(externalId: string): OpenView | undefined {
    const all = [...[...this.#stacks.values()].flat(), ...this.#homes.values()];
    return all.find((each) => text(each.content, 'external_id') === externalId);
  }

  /** Opens a modal; it takes the place of any other stack of this person. */
  open(userId: string, content: Json): OpenView {
    const view = this.#made(userId, content, undefined);
    this.#stacks.set(userId, [view]);
    return view;
  }

  /** Puts a modal on top; undefined when the stack is full. */
  push(userId: string, content: Json): OpenView | undefined {
    const stack = this.stack(userId);
    if (stack.length >= VIEW.stack) return undefined;
    const view = this.#made(userId, content, stack.at(-1));
    this.#stacks.set(userId, [...stack, view]);
    return view;
  }

  publish(userId: string, content: Json): OpenView {
    const known = this.#homes.get(userId);
    if (known !== undefined) {
      this.replace(known, content);
      return known;
    }
    const view = this.#made(userId, content, undefined);
    this.#homes.set(userId, view);
    return view;
  }

  replace(view: OpenView, content: Json): void {
    view.content = { ...content, blocks: withIds(parts(content, 'blocks')) };
    view.hash = this.#hash();
  }

  /** Closes one modal with those above it. */
  close(view: OpenView): void {
    const stack = this.stack(view.userId);
    const at = stack.indexOf(view);
    if (at >= 0) this.#stacks.set(view.userId, stack.slice(0, at));
  }

  clear(userId: string): void {
    this.#stacks.delete(userId);
  }

  /** The view as Slack writes it in answers and payloads. */
  object(view: OpenView, values: StateValues = {}): Json {
    const home = view.content['type'] === 'home';
    const modal = { title: null, close: null, submit: null, ...view.content };
    return {
      id: view.id,
      team_id: view.teamId,
      app_id: this.#world.app.appId,
      app_installed_team_id: this.#world.teamId,
      bot_id: this.#world.app.botId,
      callback_id: '',
      private_metadata: '',
      external_id: '',
      clear_on_close: false,
      notify_on_close: false,
      ...(home ? view.content : modal),
      hash: view.hash,
      state: { values },
      root_view_id: view.rootId,
      previous_view_id: view.previousId,
    };
  }

  #made(userId: string, content: Json, below: OpenView | undefined): OpenView {
    this.#count += 1;
    const id = `V0${String(this.#count).padStart(8, '0')}`;
    return {
      id,
      userId,
      teamId: this.#world.person(userId).teamId,
      rootId: below?.rootId ?? id,
      previousId: below?.id ?? null,
      content: { ...content, blocks: withIds(parts(content, 'blocks')) },
      hash: this.#hash(),
    };
  }

  #hash(): string {
    return `${Math.floor(Date.now() / 1_000)}.${randomBytes(4).toString('hex')}`;
  }
}
