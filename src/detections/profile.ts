import { DIMENSIONS, type Dimension } from './dimensions.ts';
import type { CloudTrailEvent } from './event.ts';
import { Familiar, type Called, type Origin } from './familiar.ts';
import { LAST, Ledger, type Seen } from './ledger.ts';
import { NOWHERE, placeOf, type LookUp } from './place.ts';
import { Recent, type RecentJson } from './recent.ts';
import { Tables, type TableJson } from './table.ts';

const EMPTY: TableJson = { added: 0, rows: [] };

export interface ProfileJson {
  readonly version: 1;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly lastDay: number;
  readonly events: number;
  readonly activeDays: number;
  readonly taught: boolean;
  readonly hours: readonly number[];
  readonly denied: number;
  /** Profiles kept by an earlier version lack the newer tables. */
  readonly tables: Readonly<Partial<Record<Dimension, TableJson>>>;
  readonly recent: RecentJson;
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** What a key did not do for so long, while it worked, is new again. */
const REMEMBERED = 90 * DAY;
/** Of old hours and refusals, half counts no more after this many active days. */
const FADING_DAYS = 30;

const HOURS = 24;
/** Behind the calls of each hour of the day: when the key was first and last seen. */
const [FIRST_SEEN, LAST_SEEN] = [HOURS, HOURS + 1] as const;
/** Copied: in one list, and of a kind that takes any number, these are one place of memory and not one each. */
const NO_NUMBERS: readonly number[] = Array.from({ length: HOURS + 2 }, () => 0.5);

/** Kinds of things rules remember for good; all others are of the last hours or days. */
const LASTING: ReadonlySet<string> = new Set(['secrets', 'parameters', 'roles', 'seen deleting', 'found']);

/** A profile is settled once it has seen this much. */
const SETTLED_DAYS = 3;
const SETTLED_EVENTS = 40;
/** What a profile was taught on purpose counts as normal at once, from this many events on. */
const TAUGHT_EVENTS = 10;

/**
 * What is normal for one access key (or, for sessions no key is known to have made, one principal). Bounded, and JSON
 * from end to end. All times are ms and come from events.
 */
export class Profile {
  events = 0;
  /** Days (UTC) on which it was seen. */
  activeDays = 0;
  /** Somebody said that what it learned first is normal. */
  taught = false;
  /** Calls that were refused; fades. */
  denied = 0;
  readonly recent: Recent;
  /** Who holds it, while he does: what was noted elsewhere of where a profile is holds only then. */
  heldBy: object | null = null;
  readonly #ledger: Ledger;
  readonly #familiar = new Familiar();
  readonly #numbers: number[] = [...NO_NUMBERS].fill(0);
  #lastDay = -1;

  constructor(ledger: Ledger = new Ledger(), recent: Recent = new Recent()) {
    this.#ledger = ledger;
    this.recent = recent;
  }

  get firstSeen(): number {
    return this.#numbers[FIRST_SEEN] ?? 0;
  }

  get lastSeen(): number {
    return this.#numbers[LAST_SEEN] ?? 0;
  }

  /** Calls by hour of the day (UTC); fade. */
  get hours(): readonly number[] {
    return this.#numbers.slice(0, HOURS);
  }

  /** What it was seen with, all that was learned included. */
  get tables(): Tables {
    return new Tables(this.#settled());
  }

  /** Its history is long enough that what is not in it is unusual. */
  get isSettled(): boolean {
    if (this.taught && this.events >= TAUGHT_EVENTS) return true;
    return this.activeDays >= SETTLED_DAYS && this.events >= SETTLED_EVENTS;
  }

  /** From the first event to the last; ms. */
  get span(): number {
    return this.lastSeen - this.firstSeen;
  }

  /** True when this value was seen in the 90 days before `now`, or before the key was last used: sleep is no change. */
  knows(dimension: Dimension, value: string, now: number): boolean {
    const last = this.tables[dimension].lastSeen(value);
    return last !== null && last >= this.#rememberedSince(now);
  }

  /** True when this value is known for a day at least, or was taught: not something that came up just now. */
  isEstablished(dimension: Dimension, value: string, now: number): boolean {
    // Nothing is known for longer than the key itself: most asks end here, and its tables are let alone.
    if (!this.taught && this.firstSeen > now - DAY) return false;
    const first = this.tables[dimension].firstSeen(value);
    if (first === null) return false;
    return first <= now - DAY && this.knows(dimension, value, now);
  }

  /** Somebody says that all it learned so far is normal: it counts as known for long. */
  accept(): void {
    this.taught = true;
    this.#settled().age();
    this.recent.keepOnly(LASTING);
  }

  /** New values of this kind for each active day, the first left out: a key that roams has many. */
  novelty(dimension: Dimension): number {
    return Math.max(0, this.tables[dimension].added - 1) / Math.max(1, this.activeDays);
  }

  /** The same for each active day after the first three: what a key does as it begins to work is no change. */
  growth(dimension: Dimension): number {
    const added = this.tables[dimension].addedSince(this.firstSeen + SETTLED_DAYS * DAY);
    return added / Math.max(1, this.activeDays - SETTLED_DAYS);
  }

  /** Looks at its lists, for `Detector.approach`. */
  nearer(): number {
    return this.#numbers.length + this.#familiar.nearer();
  }

  /** The same for what is in them. */
  nearest(): number {
    const numbers = this.#numbers;
    return (
      (numbers[0] ?? 0) + (numbers[8] ?? 0) + (numbers[16] ?? 0) + this.lastSeen + this.#familiar.nearest()
    );
  }

  /** True when nothing about an event is new, found out without looking at a table. False says nothing. */
  isFamiliar(event: CloudTrailEvent): boolean {
    return this.isFamiliarOrigin(event) && this.isFamiliarCall(event);
  }

  /** The same for the program of an event and where it ran. */
  isFamiliarOrigin({ agent, address, at, byService }: CloudTrailEvent): boolean {
    return at !== null && !byService && this.#familiar.has(agent, address, at, this.#rememberedSince(at));
  }

  /** The same for the call and its region. */
  isFamiliarCall({ call, region, at, byService }: CloudTrailEvent): boolean {
    return at !== null && !byService && this.#familiar.has(call, region, at, this.#rememberedSince(at));
  }

  /**
   * Takes an event in. Events without a time, and those of AWS's own services, teach nothing. Only networks the key was
   * not seen on are looked up.
   */
  learn(event: CloudTrailEvent, lookUp: LookUp): this {
    const { at, agent, address, call, region, denied } = event;
    if (at === null || event.byService) return this;
    const since = this.#rememberedSince(at);
    if (this.events === 0 || at < this.firstSeen) this.#numbers[FIRST_SEEN] = at;
    this.events += 1;
    if (at > this.lastSeen) this.#numbers[LAST_SEEN] = at;
    this.#countDay(Math.floor(at / DAY));
    const hour = Math.floor(at / HOUR) % HOURS;
    this.#numbers[hour] = (this.#numbers[hour] ?? 0) + 1;
    if (denied) this.denied += 1;
    if (!this.#familiar.count(agent, address, at, since)) {
      const seen = seeOrigin(this.#settled(), { agent, address, at, times: 1 }, lookUp);
      // What made room is familiar no more.
      if (seen.includes('replaced')) this.#familiar.clear();
      this.#familiar.add(agent, address, at);
    }
    if (denied || !this.#familiar.count(call, region, at, since)) {
      const seen = seeCall(this.#settled(), { call, region, at, times: 1 }, denied);
      if (seen.includes('replaced')) this.#familiar.clear();
      if (!denied) this.#familiar.add(call, region, at);
    }
    return this;
  }

  toJSON(): ProfileJson {
    const { firstSeen, lastSeen, events, activeDays, hours, denied, recent } = this;
    const tables = Object.fromEntries(
      DIMENSIONS.map((dimension) => [dimension, this.tables[dimension].toJSON()]),
    ) as Record<Dimension, TableJson>;
    return {
      version: 1,
      firstSeen,
      lastSeen,
      lastDay: this.#lastDay,
      events,
      activeDays,
      taught: this.taught,
      hours,
      denied,
      tables,
      recent: recent.toJSON(),
    };
  }

  static from(json: ProfileJson): Profile {
    const ledger = new Ledger();
    for (const dimension of DIMENSIONS) {
      const { added, rows } = json.tables[dimension] ?? EMPTY;
      for (const [value, ...numbers] of rows) ledger.put(dimension, value, numbers);
      ledger.recallAdded(dimension, added);
    }
    const profile = new Profile(ledger, Recent.from(json.recent));
    profile.events = json.events;
    profile.activeDays = json.activeDays;
    profile.taught = json.taught;
    profile.denied = json.denied;
    for (let hour = 0; hour < HOURS; hour += 1) profile.#numbers[hour] = json.hours[hour] ?? 0;
    profile.#numbers[FIRST_SEEN] = json.firstSeen;
    profile.#numbers[LAST_SEEN] = json.lastSeen;
    profile.#lastDay = json.lastDay;
    return profile;
  }

  /** What was last seen before that is forgotten. */
  #rememberedSince(at: number): number {
    return Math.min(at, this.lastSeen) - REMEMBERED;
  }

  /** Its ledger, after all that was counted beside it is entered: nothing of that is new. */
  #settled(): Ledger {
    const ledger = this.#ledger;
    if (this.#familiar.owes) {
      this.#familiar.settle({
        call: (met) => void seeCall(ledger, met, false),
        origin: (met) => void seeOrigin(ledger, met, () => NOWHERE),
      });
    }
    return ledger;
  }

  #countDay(day: number): void {
    if (day <= this.#lastDay) return;
    this.#lastDay = day;
    this.activeDays += 1;
    if (this.activeDays % FADING_DAYS !== 0) return;
    this.denied /= 2;
    for (const [hour, count] of this.hours.entries()) this.#numbers[hour] = count / 2;
  }
}

function seeOrigin(ledger: Ledger, { agent, address, at, times }: Origin, lookUp: LookUp): Seen[] {
  const seen: Seen[] = [];
  if (address !== null) {
    const isKnown = ledger.number('prefixes', address.prefix, LAST) !== null;
    const place = isKnown ? NOWHERE : placeOf(address, lookUp);
    seen.push(
      ledger.see('addresses', address.text, at, times),
      ledger.see('prefixes', address.prefix, at, times),
    );
    if (place.operator !== null) seen.push(ledger.see('operators', place.operator, at, times));
    if (place.country !== null) seen.push(ledger.see('countries', place.country, at, times));
  }
  if (agent.kind !== 'unknown') seen.push(ledger.see('agents', agent.family, at, times));
  return seen;
}

function seeCall(ledger: Ledger, { call, region, at, times }: Called, isDenied: boolean): Seen[] {
  const seen = [
    ledger.see('services', call.service, at, times),
    ledger.see(isDenied ? 'refused' : 'actions', call.action, at, times),
  ];
  if (region !== null && !call.isGlobal) seen.push(ledger.see('regions', region, at, times));
  return seen;
}
