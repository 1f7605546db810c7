export type RecentJson = Readonly<Record<string, readonly (readonly [string, number])[]>>;

/** Things of one kind that are remembered for one key; more than any rule counts to. */
const MOST = 128;

/** What a key did lately, by kind: which different things, and when each was last done. For rules that count. */
export class Recent {
  readonly #kinds = new Map<string, Map<string, number>>();

  /** Notes a thing; true when it was not done since `since` (ms). */
  note(kind: string, what: string, at: number, since: number): boolean {
    let things = this.#kinds.get(kind);
    if (things === undefined) {
      things = new Map();
      this.#kinds.set(kind, things);
    }
    const before = things.get(what);
    if (before !== undefined && before >= at) return false;
    things.delete(what);
    things.set(what, at);
    if (things.size > MOST) {
      const [oldest] = things.keys();
      if (oldest !== undefined) things.delete(oldest);
    }
    return before === undefined || before < since;
  }

  /** The different things of a kind done since `since`. */
  since(kind: string, since: number): readonly string[] {
    const found: string[] = [];
    for (const [what, at] of this.#kinds.get(kind) ?? []) if (at >= since) found.push(what);
    return found;
  }

  /** When a thing, or the latest of a kind, was done; null when it was not. */
  last(kind: string, what?: string): number | null {
    const things = this.#kinds.get(kind);
    if (things === undefined) return null;
    if (what !== undefined) return things.get(what) ?? null;
    let latest: number | null = null;
    for (const at of things.values()) if (latest === null || at > latest) latest = at;
    return latest;
  }

  /** Forgets all other kinds. */
  keepOnly(kinds: ReadonlySet<string>): void {
    for (const kind of this.#kinds.keys()) if (!kinds.has(kind)) this.#kinds.delete(kind);
  }

  toJSON(): RecentJson {
    return Object.fromEntries([...this.#kinds].map(([kind, things]) => [kind, [...things]]));
  }

  static from(json: RecentJson): Recent {
    const recent = new Recent();
    for (const [kind, things] of Object.entries(json)) recent.#kinds.set(kind, new Map(things));
    return recent;
  }
}
