import type { CloudTrailEvent } from '../detections/event.ts';

/** How many events wait for earlier ones; twice as many are held before the earlier half goes. */
const HELD = 32_768;
/** How many ids are remembered to know an event again, at least; twice as many at most. */
const REMEMBERED = 200_000;

/**
 * Puts events in order and drops those that came before. An event that is at most 32,768 events out of place comes
 * out in its place; so what comes out does not depend on the order inside that window, nor on duplicates.
 */
export class SortedWindow {
  readonly #held: number;
  #events: CloudTrailEvent[] = [];
  #ids = new Set<string>();
  #earlierIds = new Set<string>();
  /** Events that came before. */
  duplicates = 0;

  constructor(held: number = HELD) {
    this.#held = held;
  }

  /** Takes an event in; false when it came before. */
  add(event: CloudTrailEvent): boolean {
    if (this.#ids.has(event.id) || this.#earlierIds.has(event.id)) {
      this.duplicates += 1;
      return false;
    }
    if (this.#ids.size >= REMEMBERED) [this.#earlierIds, this.#ids] = [this.#ids, new Set()];
    this.#ids.add(event.id);
    this.#events.push(event);
    return true;
  }

  /** The events whose turn it is, in order: empty until the window is full. */
  ready(): readonly CloudTrailEvent[] {
    if (this.#events.length < 2 * this.#held) return [];
    const sorted = this.#events.sort(byTime);
    this.#events = sorted.slice(this.#held);
    return sorted.slice(0, this.#held);
  }

  /** All that is left, in order. */
  rest(): readonly CloudTrailEvent[] {
    const sorted = this.#events.sort(byTime);
    this.#events = [];
    return sorted;
  }
}

/** By time, then by id. What has no time that can be read comes first. */
function byTime(a: CloudTrailEvent, b: CloudTrailEvent): number {
  const [x, y] = [a.at ?? 0, b.at ?? 0];
  if (x !== y) return x - y;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
