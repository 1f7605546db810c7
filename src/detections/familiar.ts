import type { Address } from './address.ts';
import type { Agent } from './agent.ts';
import type { Call } from './call.ts';

/** How many pairs are remembered; a key that has more starts anew. */
const MOST = 64;
/** Room for so many pairs at first: ordinary keys have no more. */
const ROOM = 16;

/** The numbers of a pair: how often it was met since that was told, and when last (ms). */
const [COUNT, LAST, NUMBERS] = [0, 1, 2] as const;

/** Copied: what is made at once lies together, and what grows piece by piece is scattered over the memory. */
const NO_THINGS: readonly null[] = Array.from({ length: 2 * ROOM }, () => null);
const NO_NUMBERS: readonly number[] = Array.from({ length: NUMBERS * ROOM }, () => 0.5);

/** How often something was met, and when last (ms). */
export interface Met {
  readonly times: number;
  readonly at: number;
}

/** A call and where it went. */
export interface Called extends Met {
  readonly call: Call;
  readonly region: string | null;
}

/** A program and where it ran. */
export interface Origin extends Met {
  readonly agent: Agent;
  readonly address: Address | null;
}

/** Hears what was met. */
export interface Told {
  call(met: Called): void;
  origin(met: Origin): void;
}

type One = Call | Agent;
type Other = Address | string | null;

/**
 * Pairs that a key meets all the time: a call and where it goes, or a program and where it runs. Most events are of pairs
 * known for long, and it is enough to count those; what they stand for in the tables of a profile is told when somebody
 * reads them. With ten thousand keys almost every look goes to memory that is far away, so all is in two lists, and
 * things are found by what they are, not by their names: who reads records makes each of them once.
 */
export class Familiar {
  /** Of each pair one and the other. */
  readonly #things: (One | Other)[] = [...NO_THINGS];
  readonly #numbers: number[] = [...NO_NUMBERS];
  #count = 0;
  /** Something was counted that is not told. */
  #owes = false;

  /** True when something was counted that `settle` has to tell. */
  get owes(): boolean {
    return this.#owes;
  }

  /** True when a pair was met at `since` or later, and not after `at`. */
  has(one: One, other: Other, at: number, since: number): boolean {
    return this.#isMet(this.#find(one, other), at, since);
  }

  /** Counts a pair, if it has it as `has` says; else false. */
  count(one: One, other: Other, at: number, since: number): boolean {
    const pair = this.#find(one, other);
    if (!this.#isMet(pair, at, since)) return false;
    this.#numbers[pair * NUMBERS + COUNT] = (this.#numbers[pair * NUMBERS + COUNT] ?? 0) + 1;
    this.#numbers[pair * NUMBERS + LAST] = at;
    this.#owes = true;
    return true;
  }

  /** Takes in a pair that the tables know, this time included. */
  add(one: One, other: Other, at: number): void {
    const last = this.#placeOf(one, other) * NUMBERS + LAST;
    this.#numbers[last] = Math.max(this.#numbers[last] ?? 0, at);
  }

  /** Tells what was counted since the last time, pair after pair. */
  settle(told: Told): void {
    this.#owes = false;
    for (let pair = 0; pair < this.#count; pair += 1) {
      const [times, at] = [this.#numbers[pair * NUMBERS] ?? 0, this.#numbers[pair * NUMBERS + LAST] ?? 0];
      if (times === 0) continue;
      this.#numbers[pair * NUMBERS + COUNT] = 0;
      const [what = null, where = null] = [this.#things[2 * pair], this.#things[2 * pair + 1]];
      if (what === null || typeof what === 'string') continue;
      if ('action' in what)
        told.call({ call: what, region: typeof where === 'string' ? where : null, times, at });
      else if ('family' in what)
        told.origin({ agent: what, address: isAddress(where) ? where : null, times, at });
    }
  }

  /** Looks at its lists, for `Detector.approach`. */
  nearer(): number {
    return this.#things.length + this.#numbers.length;
  }

  /** The same for what is in them. */
  nearest(): number {
    const [things, numbers] = [this.#things, this.#numbers];
    let sum = 0;
    // Eight of each lie in what a processor gets at once.
    for (let at = 0; at < 2 * this.#count; at += 8) sum += (numbers[at] ?? 0) + (things[at] === null ? 1 : 0);
    return sum;
  }

  /** Forgets all; to be settled before. */
  clear(): void {
    this.#count = 0;
  }

  /** Where a pair is; below 0 when it is not there. */
  #find(one: One, other: Other): number {
    const [things, end] = [this.#things, 2 * this.#count];
    for (let at = 0; at < end; at += 2) if (things[at] === one && things[at + 1] === other) return at >> 1;
    return -1;
  }

  #isMet(pair: number, at: number, since: number): boolean {
    if (pair < 0) return false;
    const last = this.#numbers[pair * NUMBERS + LAST] ?? 0;
    return last >= since && last <= at;
  }

  /** Where a pair is, or is put. */
  #placeOf(one: One, other: Other): number {
    const found = this.#find(one, other);
    if (found >= 0) return found;
    if (this.#count === MOST) this.clear();
    const pair = this.#count;
    this.#count += 1;
    this.#things[2 * pair] = one;
    this.#things[2 * pair + 1] = other;
    this.#numbers[pair * NUMBERS + COUNT] = 0;
    this.#numbers[pair * NUMBERS + LAST] = 0;
    return pair;
  }
}

function isAddress(thing: One | Other): thing is Address {
  return typeof thing === 'object' && thing !== null && 'prefix' in thing;
}
