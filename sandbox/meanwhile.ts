import type { WireMeanwhile } from './page/wire.ts';

/** More than this nobody reads. */
const KEPT = 30;

/** What the sandbox itself does for its make-believe, kept for the page. */
export class Meanwhile {
  #entries: readonly WireMeanwhile[] = [];
  readonly #listeners = new Set<() => void>();

  /** Newest first. */
  list(): readonly WireMeanwhile[] {
    return this.#entries;
  }

  add(
    where: WireMeanwhile['where'],
    happened: readonly { readonly at: number; readonly words: string }[],
  ): void {
    if (happened.length === 0) return;
    const added = happened.map(({ at, words }) => ({ at, where, words }));
    this.#entries = [...this.#entries, ...added].sort((a, b) => b.at - a.at).slice(0, KEPT);
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener after every addition; answers how to stop it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
