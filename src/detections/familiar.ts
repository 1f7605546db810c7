import type { Address } from './address.ts';
import type { Agent } from './agent.ts';
import type { Call } from './call.ts';
import type { CloudTrailEvent } from './event.ts';

/** How many pairs are remembered; a key that has more starts anew. */
const MOST = 64;

/** The numbers of a pair: how often it was met since that was told, and when last (ms). */
const [COUNT, LAST, NUMBERS] = [0, 1, 2] as const;

/** A call and where it went: how often, and when last (ms). */
export interface Called {
  readonly call: Call;
  readonly region: string | null;
  readonly times: number;
  readonly at: number;
}

/** A program and where it ran: how often, and when last (ms). */
export interface Origin {
  readonly agent: Agent;
  readonly address: Address | null;
  readonly times: number;
  readonly at: number;
}

/** Hears what was met. */
export interface Told {
  call(met: Called): void;
  origin(met: Origin): void;
}

/**
 * What a key does all the time: calls and where they go, programs and where they run. Most events are of that kind, and of
 * such an event it is enough to count two pairs; what they stand for in the tables of a profile is told when somebody
 * reads those. With ten thousand keys almost every look goes to memory that is far away, so all is in two lists, and
 * things are found by what they are, not by their names: who reads records makes each of them once.
 */
export class Familiar {
  /** A call and its region, or a program and where it runs, one after the other. */
  readonly #things: (Call | Agent | Address | string | null)[] = [];
  readonly #numbers: number[] = [];
  /** Something was counted that is not told. */
  #owes = false;

  /** True when something was counted that `settle` has to tell. */
  get owes(): boolean {
    return this.#owes;
  }

  /** True when both pairs of an event were met at `since` or later, and none after it. */
  has({ call, region, agent, address, at }: CloudTrailEvent, since: number): boolean {
    return (
      this.#isMet(this.#find(call, region), at, since) && this.#isMet(this.#find(agent, address), at, since)
    );
  }

  /** Counts an event that it has. */
  count({ call, region, agent, address }: CloudTrailEvent, at: number): void {
    this.#meet(this.#find(call, region), at, 1);
    this.#meet(this.#find(agent, address), at, 1);
    this.#owes = true;
  }

  /** Takes in an event all of which the tables know, this time included. */
  add({ call, region, agent, address }: CloudTrailEvent, at: number): void {
    this.#meet(this.#placeOf(call, region), at, 0);
    this.#meet(this.#placeOf(agent, address), at, 0);
  }

  /** Tells what was counted since the last time, pair after pair. */
  settle(told: Told): void {
    this.#owes = false;
    for (let pair = 0; 2 * pair < this.#things.length; pair += 1) {
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

  /** Forgets all; to be settled before. */
  clear(): void {
    this.#things.length = 0;
    this.#numbers.length = 0;
  }

  /** Where a pair is; below 0 when it is not there. */
  #find(one: Call | Agent, other: Address | string | null): number {
    const things = this.#things;
    for (let at = 0; at < things.length; at += 2)
      if (things[at] === one && things[at + 1] === other) return at >> 1;
    return -1;
  }

  #isMet(pair: number, at: number | null, since: number): boolean {
    if (pair < 0 || at === null) return false;
    const last = this.#numbers[pair * NUMBERS + LAST] ?? 0;
    return last >= since && last <= at;
  }

  #meet(pair: number, at: number, times: number): void {
    const [count, last] = [pair * NUMBERS + COUNT, pair * NUMBERS + LAST];
    this.#numbers[count] = (this.#numbers[count] ?? 0) + times;
    this.#numbers[last] = Math.max(this.#numbers[last] ?? 0, at);
  }

  /** Where a pair is, or is put. */
  #placeOf(one: Call | Agent, other: Address | string | null): number {
    const found = this.#find(one, other);
    if (found >= 0) return found;
    if (this.#things.length >= 2 * MOST) this.clear();
    this.#things.push(one, other);
    this.#numbers.push(0, 0);
    return this.#things.length / 2 - 1;
  }
}

function isAddress(thing: Call | Agent | Address | string | null): thing is Address {
  return typeof thing === 'object' && thing !== null && 'prefix' in thing;
}
