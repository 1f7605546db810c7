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

const kept = 60_000;

/** The event history of one account in one region. */
export class History {
  private events: HistoryEvent[] = [];
  /** Newest first, until something is added. */
  private sorted: readonly HistoryEvent[] | null = null;

  /** Adds an event; also from outside, to play what other people did. */
  add(event: HistoryEvent): void {
    this.events.push(event);
    this.sorted = null;
    if (this.events.length > kept) this.events.shift();
  }

  /** Newest first, of those that may be seen at `now`. */
  seen(now: number): readonly HistoryEvent[] {
    this.sorted ??= this.events.toSorted((a, b) => b.at - a.at || (a.eventId < b.eventId ? -1 : 1));
    return this.sorted.filter(({ visibleAt }) => visibleAt <= now);
  }
}
