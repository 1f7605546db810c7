/** One event as CloudTrail keeps it. */
export interface HistoryEvent {
  readonly eventId: string;
  /** Milliseconds, whole seconds. */
  readonly at: number;
  /** When it can be looked up first. */
  readonly visibleAt: number;
  readonly name: string;
  readonly source: string;
  readonly userName: string | null;
  readonly accessKeyId: string;
  readonly readOnly: boolean;
  readonly resources: readonly { readonly ResourceType: string; readonly ResourceName: string }[];
  readonly record: Readonly<Record<string, unknown>>;
}

const kept = 120_000;

/** The event history of one account in one region. */
export class History {
  /** The oldest first; among those of one second, the last id first: the order of pages, backwards. */
  private readonly events: HistoryEvent[] = [];
  /** The last ones in the order they were added, and how many ever were. */
  private readonly latest: HistoryEvent[] = [];
  added = 0;

  /** Adds an event; also from outside, to play what other people did. */
  add(event: HistoryEvent): void {
    this.added += 1;
    this.latest.push(event);
    if (this.latest.length > kept) this.latest.shift();
    this.events.splice(
      this.place((other) => comesBefore(other, event)),
      0,
      event,
    );
    if (this.events.length > kept) this.events.shift();
  }

  /** Those added after the first `count`, as far as they are kept, in the order they were added. */
  since(count: number): readonly HistoryEvent[] {
    return this.latest.slice(Math.max(0, this.latest.length - (this.added - count)));
  }

  /** Newest first, of those that happened in a part of time (both ends included) and may be seen at `now`. */
  seen(now: number, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): readonly HistoryEvent[] {
    const first = this.place(({ at }) => at < from);
    const end = this.place(({ at }) => at <= to);
    return this.events
      .slice(first, end)
      .filter(({ visibleAt }) => visibleAt <= now)
      .toReversed();
  }

  /** How many events from the beginning are so; those that are come first. */
  private place(isSo: (event: HistoryEvent) => boolean): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.events[middle];
      if (event !== undefined && isSo(event)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function comesBefore(one: HistoryEvent, other: HistoryEvent): boolean {
  return one.at < other.at || (one.at === other.at && one.eventId > other.eventId);
}
