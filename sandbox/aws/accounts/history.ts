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

const kept = 20_000;

/** The event history of one account in one region. */
export class History {
  private events: HistoryEvent[] = [];

  /** Adds an event; also from outside, to play what other people did. */
  add(event: HistoryEvent): void {
    this.events.push(event);
    if (this.events.length > kept) this.events.shift();
  }

  /** Newest first, of those that may be seen at `now`. */
  seen(now: number): readonly HistoryEvent[] {
    return this.events
      .filter(({ visibleAt }) => visibleAt <= now)
      .toSorted((a, b) => b.at - a.at || (a.eventId < b.eventId ? -1 : 1));
  }
}
