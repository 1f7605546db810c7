import type { CloudTrailEvent } from '../detections/event.ts';

/** How many events wait for earlier ones; half as many more are held before the earlier ones go. */
const HELD = 32_768;
/** How many lots of events that went are remembered by their ids. */
const REMEMBERED = 6;

/**
 * Puts events in order and drops those that came before. An event that is at most 32,768 events out of place comes
 * out in its place; so what comes out does not depend on the order inside that window, nor on duplicates in it.
 */
export class SortedWindow {
  readonly #held: number;
  readonly #lot: number;
  #events: CloudTrailEvent[] = [];
  /** The ids of what went, lot by lot; as sets only once one is asked for: in ordered files none ever is. */
  readonly #gone: { readonly ids: readonly string[]; set: ReadonlySet<string> | null }[] = [];
  /** The time of the latest event that went. */
  #wentTo = -1;
  /** Events that came before. */
  duplicates = 0;

  constructor(held: number = HELD) {
    this.#held = held;
    this.#lot = Math.ceil(held / 2);
  }

  add(event: CloudTrailEvent): void {
    if ((event.at ?? 0) <= this.#wentTo && this.#went(event.id)) this.duplicates += 1;
    else this.#events.push(event);
  }

  /** The events whose turn it is, in order: empty until the window is full. */
  ready(): readonly CloudTrailEvent[] {
    if (this.#events.length < this.#held + this.#lot) return [];
    const sorted = this.#sorted();
    const ready = sorted.slice(0, sorted.length - this.#held);
    this.#events = sorted.slice(ready.length);
    this.#wentTo = Math.max(this.#wentTo, ready.at(-1)?.at ?? 0);
    this.#gone.push({ ids: ready.map(({ id }) => id), set: null });
    if (this.#gone.length > REMEMBERED) this.#gone.shift();
    return ready;
  }

  /** All that is left, in order. */
  rest(): readonly CloudTrailEvent[] {
    const sorted = this.#sorted();
    this.#events = [];
    return sorted;
  }

  /** In order, and each once: duplicates have the same time and id, so they come next to each other. */
  #sorted(): CloudTrailEvent[] {
    this.#events.sort(byTime);
    const once = this.#events.filter((event, place) => event.id !== this.#events[place - 1]?.id);
    this.duplicates += this.#events.length - once.length;
    return once;
  }

  #went(id: string): boolean {
    return this.#gone.some((lot) => {
      lot.set ??= new Set(lot.ids);
      return lot.set.has(id);
    });
  }
}

/** By time, then by id. What has no time that can be read comes first. */
function byTime(a: CloudTrailEvent, b: CloudTrailEvent): number {
  const [x, y] = [a.at ?? 0, b.at ?? 0];
  if (x !== y) return x - y;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
