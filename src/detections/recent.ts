export type RecentJson = Readonly<Record<string, readonly (readonly [string, number])[]>>;

/** Things of one kind that are remembered for one key; more than any rule counts to. */
const MOST = 128;

/**
 * What a key did lately, by kind: which different things, and when each was last done. For rules that count. One list for
 * all, in the order in which they were done: most keys do few such things, and ten thousand keys have as many lists.
 */
export class Recent {
  readonly #kinds: string[] = [];
  readonly #things: string[] = [];
  readonly #times: number[] = [];

  /** Notes a thing; true when it was not done since `since` (ms). */
  note(kind: string, what: string, at: number, since: number): boolean {
    const place = this.#find(kind, what);
    const before = place < 0 ? undefined : this.#times[place];
    if (before !== undefined && before >= at) return false;
    if (before !== undefined) this.#remove(place);
    this.#add(kind, what, at);
    if (before === undefined) this.#makeRoom(kind);
    return before === undefined || before < since;
  }

  /** The different things of a kind done since `since`. */
  since(kind: string, since: number): readonly string[] {
    return this.#things.filter(
      (_, place) => this.#kinds[place] === kind && (this.#times[place] ?? 0) >= since,
    );
  }

  /** When a thing, or the latest of a kind, was done; null when it was not. */
  last(kind: string, what?: string): number | null {
    if (what !== undefined) {
      const place = this.#find(kind, what);
      return place < 0 ? null : (this.#times[place] ?? null);
    }
    let latest: number | null = null;
    for (let place = this.#kinds.indexOf(kind); place >= 0; place = this.#kinds.indexOf(kind, place + 1)) {
      latest = Math.max(latest ?? 0, this.#times[place] ?? 0);
    }
    return latest;
  }

  /** Forgets all other kinds. */
  keepOnly(kinds: ReadonlySet<string>): void {
    for (let place = this.#kinds.length - 1; place >= 0; place -= 1) {
      if (!kinds.has(this.#kinds[place] ?? '')) this.#remove(place);
    }
  }

  toJSON(): RecentJson {
    const byKind = new Map<string, [string, number][]>();
    for (const [place, kind] of this.#kinds.entries()) {
      const things = byKind.get(kind) ?? [];
      byKind.set(kind, things);
      things.push([this.#things[place] ?? '', this.#times[place] ?? 0]);
    }
    return Object.fromEntries(byKind);
  }

  static from(json: RecentJson): Recent {
    const recent = new Recent();
    for (const [kind, things] of Object.entries(json))
      for (const [what, at] of things) recent.#add(kind, what, at);
    return recent;
  }

  /** Where a thing is; below 0 when it is not there. */
  #find(kind: string, what: string): number {
    for (let place = this.#kinds.indexOf(kind); place >= 0; place = this.#kinds.indexOf(kind, place + 1)) {
      if (this.#things[place] === what) return place;
    }
    return -1;
  }

  #add(kind: string, what: string, at: number): void {
    this.#kinds.push(kind);
    this.#things.push(what);
    this.#times.push(at);
  }

  #remove(place: number): void {
    for (const list of [this.#kinds, this.#things, this.#times]) list.splice(place, 1);
  }

  /** The oldest of a kind that has too many goes. */
  #makeRoom(kind: string): void {
    const count = this.#kinds.reduce((sum, each) => (each === kind ? sum + 1 : sum), 0);
    if (count > MOST) this.#remove(this.#kinds.indexOf(kind));
  }
}
