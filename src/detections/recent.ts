export type RecentJson = Readonly<Record<string, readonly (readonly [string, number])[]>>;

/** Things of one kind that are remembered for one key; more than any rule counts to. */
const MOST = 128;

/**
 * What a key did lately, by kind: which different things, and when each was last done. For rules that count. One list for
 * all, in the order in which they were done: most keys do few such things, and ten thousand keys have as many lists.
 */
export class Recent {
  /** Of each thing its kind and what it is. */
  readonly #things: string[] = [];
  readonly #times: number[] = [];

  /** Notes a thing; true when it was not done since `since` (ms). */
  note(kind: string, what: string, at: number, since: number): boolean {
    const place = this.#find(kind, what);
    const before = place < 0 ? undefined : this.#times[place];
    if (before !== undefined && before >= at) return false;
    if (before !== undefined) {
      this.#moveToEnd(place, at);
      return before < since;
    }
    this.#add(kind, what, at);
    this.#makeRoom(kind);
    return true;
  }

  /** The different things of a kind done since `since`. */
  since(kind: string, since: number): readonly string[] {
    return this.#placesOf(kind)
      .filter((place) => (this.#times[place] ?? 0) >= since)
      .map((place) => this.#whatOf(place));
  }

  /** When a thing, or the latest of a kind, was done; null when it was not. */
  last(kind: string, what?: string): number | null {
    if (what !== undefined) {
      const place = this.#find(kind, what);
      return place < 0 ? null : (this.#times[place] ?? null);
    }
    let latest: number | null = null;
    for (let place = 0; place < this.#times.length; place += 1) {
      if (this.#kindOf(place) === kind) latest = Math.max(latest ?? 0, this.#times[place] ?? 0);
    }
    return latest;
  }

  /** Forgets all other kinds. */
  keepOnly(kinds: ReadonlySet<string>): void {
    for (let place = this.#times.length - 1; place >= 0; place -= 1) {
      if (!kinds.has(this.#kindOf(place))) this.#remove(place);
    }
  }

  toJSON(): RecentJson {
    const byKind = new Map<string, [string, number][]>();
    for (const [place, at] of this.#times.entries()) {
      const kind = this.#kindOf(place);
      const things = byKind.get(kind) ?? [];
      byKind.set(kind, things);
      things.push([this.#whatOf(place), at]);
    }
    return Object.fromEntries(byKind);
  }

  static from(json: RecentJson): Recent {
    const recent = new Recent();
    for (const [kind, things] of Object.entries(json))
      for (const [what, at] of things) recent.#add(kind, what, at);
    return recent;
  }

  #kindOf(place: number): string {
    return this.#things[2 * place] ?? '';
  }

  #whatOf(place: number): string {
    return this.#things[2 * place + 1] ?? '';
  }

  /** Where a thing is; below 0 when it is not there. */
  #find(kind: string, what: string): number {
    const things = this.#things;
    for (let at = 0; at < things.length; at += 2)
      if (things[at] === kind && things[at + 1] === what) return at >> 1;
    return -1;
  }

  #placesOf(kind: string): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.#times.length; place += 1)
      if (this.#kindOf(place) === kind) places.push(place);
    return places;
  }

  #add(kind: string, what: string, at: number): void {
    this.#things.push(kind, what);
    this.#times.push(at);
  }

  /** Puts a thing where the latest is. In place: what is made anew for each note is dear, of ten thousand keys. */
  #moveToEnd(place: number, at: number): void {
    const [things, times] = [this.#things, this.#times];
    const [kind, what, last] = [this.#kindOf(place), this.#whatOf(place), times.length - 1];
    for (let each = place; each < last; each += 1) {
      times[each] = times[each + 1] ?? 0;
      things[2 * each] = this.#kindOf(each + 1);
      things[2 * each + 1] = this.#whatOf(each + 1);
    }
    times[last] = at;
    things[2 * last] = kind;
    things[2 * last + 1] = what;
  }

  #remove(place: number): void {
    this.#things.splice(2 * place, 2);
    this.#times.splice(place, 1);
  }

  /** The oldest of a kind that has too many goes. */
  #makeRoom(kind: string): void {
    const places = this.#placesOf(kind);
    const [oldest] = places;
    if (oldest !== undefined && places.length > MOST) this.#remove(oldest);
  }
}
