import { Typed } from '../../slack/driver/form.ts';
import type { Act, Done, Setup, Snapshot, WireView } from '../wire.ts';
import { perform } from './api.ts';

/** Where in the workspace a person looks. */
export type Place =
  | { readonly kind: 'app'; readonly tab: 'home' | 'messages' }
  | { readonly kind: 'channel'; readonly id: string };

/** What one browser tab knows: who the visitor is, where they look, what they typed. */
export class Client {
  readonly setup: Setup;
  snapshot: Snapshot | null = null;
  me: string;
  place: Place;
  /** What was typed into each window. */
  readonly #typed = new Map<string, Typed>();
  /** What is wrong with the fields of each window, by block_id. */
  readonly #errors = new Map<string, Readonly<Record<string, string>>>();
  readonly #say: (words: string) => void;

  constructor(setup: Setup, at: { me: string; place: Place }, say: (words: string) => void) {
    this.setup = setup;
    this.me = at.me;
    this.place = at.place;
    this.#say = say;
  }

  /** Does an act; a refusal is said. */
  async act(act: Act): Promise<Done> {
    const done = await perform(act);
    if (done.message !== undefined) this.#say(done.message);
    return done;
  }

  typedIn(view: WireView): Typed {
    const typed = this.#typed.get(view.id) ?? new Typed();
    this.#typed.set(view.id, typed);
    typed.prune(view.blocks);
    return typed;
  }

  errorsIn(view: WireView): Readonly<Record<string, string>> {
    return this.#errors.get(view.id) ?? {};
  }

  complain(view: WireView, errors: Readonly<Record<string, string>>): void {
    this.#errors.set(view.id, errors);
  }

  /** Forgets windows that are closed. */
  forgetClosed(open: readonly WireView[]): void {
    const ids = new Set(open.map(({ id }) => id));
    for (const kept of [this.#typed, this.#errors]) {
      for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id);
    }
  }
}
