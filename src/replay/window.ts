import type { CloudTrailEvent } from '../detections/event.ts';
import { Gone } from './gone.ts';
import { Order } from './order.ts';
import { Shelf } from './shelf.ts';

/** How many events wait for earlier ones; half as many more are held before the earlier ones go. */
const HELD = 32_768;
/** How many more a piece of a file may bring before they are looked at. */
const SPARE = 1_024;

/** Events go in lots of so many at most: enough to look for what all of one need at once. */
export const LOT = 32;

/**
 * Puts events in order and drops those that came before. An event that is at most 32,768 events out of place comes
 * out in its place; so what comes out does not depend on the order inside that window, nor on duplicates in it.
 */
export class SortedWindow {
  readonly #held: number;
  readonly #most: number;
  readonly #shelf: Shelf;
  /** The places of the events that wait, in order as far as they were sorted. */
  readonly #places: Order;
  readonly #gone: Gone;
  /** The time of the latest event that went. */
  #wentTo = -1;
  /** Events that came before. */
  duplicates = 0;

  constructor(held: number = HELD) {
    this.#held = held;
    const lot = Math.ceil(held / 2);
    this.#most = held + lot;
    const size = this.#most + SPARE;
    this.#shelf = new Shelf(size);
    this.#places = new Order(size);
    this.#gone = new Gone(lot + SPARE);
  }

  add(event: CloudTrailEvent): void {
    if ((event.at ?? 0) <= this.#wentTo && this.#gone.has(event.id)) this.duplicates += 1;
    else this.#places.push(this.#shelf.put(event));
  }

  /** The events whose turn it is, in order and in lots, to be read before another is added: none until the window is full. */
  *ready(): Generator<readonly CloudTrailEvent[], void> {
    if (this.#places.length < this.#most) return;
    this.#sort();
    const count = Math.max(0, this.#places.length - this.#held);
    if (count > 0) this.#wentTo = Math.max(this.#wentTo, this.#shelf.time(this.#places.at(count - 1)));
    this.#gone.add(this.#shelf.ids, this.#places.first(count));
    yield* this.#take(count);
  }

  /** All that is left, in order and in lots, to be read before another is added. */
  *rest(): Generator<readonly CloudTrailEvent[], void> {
    this.#sort();
    yield* this.#take(this.#places.length);
  }

  *#take(count: number): Generator<readonly CloudTrailEvent[], void> {
    const places = this.#places.first(count);
    for (let from = 0; from < count; from += LOT) {
      const lot: CloudTrailEvent[] = [];
      for (const place of places.subarray(from, from + LOT)) lot.push(this.#shelf.take(place));
      yield lot;
    }
    this.#places.removeFirst(count);
  }

  /** In order, and each once: duplicates have the same time and id, so they come next to each other. */
  #sort(): void {
    const { ids } = this.#shelf;
    this.#places.sort((a, b) => this.#shelf.time(a) - this.#shelf.time(b) || ids.compare(a, b));
    const before = this.#places.length;
    this.#places.keep((place, last) => {
      if (last === null || ids.compare(last, place) !== 0) return true;
      this.#shelf.drop(place);
      return false;
    });
    this.duplicates += before - this.#places.length;
  }
}
