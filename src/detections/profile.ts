import type { CloudTrailEvent } from './event.ts';
import type { Place } from './place.ts';
import { Recent, type RecentJson } from './recent.ts';
import { Table, type TableJson } from './table.ts';

/** The kinds of things a profile has tables of, and how many values each remembers. */
const SIZES = {
  addresses: 64,
  prefixes: 64,
  operators: 24,
  countries: 16,
  agents: 24,
  regions: 24,
  services: 96,
  actions: 512,
  refused: 256,
} as const;

export type Dimension = keyof typeof SIZES;
const DIMENSIONS = Object.keys(SIZES) as readonly Dimension[];

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

/** Kinds of things rules remember for good; all others are of the last hours or days. */
const LASTING: ReadonlySet<string> = new Set(['secrets', 'parameters', 'roles', 'seen deleting']);

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
  firstSeen = 0;
  lastSeen = 0;
  events = 0;
  /** Days (UTC) on which it was seen. */
  activeDays = 0;
  /** Somebody said that what it learned first is normal. */
  taught = false;
  /** Calls that were refused; fades. */
  denied = 0;
  /** Calls by hour of the day (UTC); fade. */
  readonly hours: number[] = Array.from({ length: 24 }, () => 0);
  readonly tables: Readonly<Record<Dimension, Table>>;
  readonly recent: Recent;
  #lastDay = -1;

  constructor(tables: Readonly<Record<Dimension, Table>> = newTables(), recent: Recent = new Recent()) {
    this.tables = tables;
    this.recent = recent;
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
    return last !== null && last >= Math.min(now, this.lastSeen) - REMEMBERED;
  }

  /** True when this value is known for a day at least, or was taught: not something that came up just now. */
  isEstablished(dimension: Dimension, value: string, now: number): boolean {
    const first = this.tables[dimension].firstSeen(value);
    if (first === null) return false;
    return first <= now - DAY && this.knows(dimension, value, now);
  }

  /** Somebody says that all it learned so far is normal: it counts as known for long. */
  accept(): void {
    this.taught = true;
    for (const dimension of DIMENSIONS) this.tables[dimension].age();
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

  /** Takes an event in. Events without a time, and those of AWS's own services, teach nothing. */
  learn(event: CloudTrailEvent, place: Place): this {
    const { at, address, agent, call, region } = event;
    if (at === null || event.byService) return this;
    if (this.events === 0) this.firstSeen = at;
    this.events += 1;
    if (at > this.lastSeen) this.lastSeen = at;
    this.#countDay(Math.floor(at / DAY));
    const { tables } = this;
    if (address !== null) {
      tables.addresses.see(address.text, at);
      tables.prefixes.see(address.prefix, at);
      if (place.operator !== null) tables.operators.see(place.operator, at);
      if (place.country !== null) tables.countries.see(place.country, at);
    }
    if (agent.kind !== 'unknown') tables.agents.see(agent.family, at);
    if (region !== null && !call.isGlobal) tables.regions.see(region, at);
    tables.services.see(call.service, at);
    if (event.denied) {
      this.denied += 1;
      tables.refused.see(call.action, at);
    } else tables.actions.see(call.action, at);
    const hour = Math.floor(at / HOUR) % 24;
    this.hours[hour] = (this.hours[hour] ?? 0) + 1;
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
      hours: [...hours],
      denied,
      tables,
      recent: recent.toJSON(),
    };
  }

  static from(json: ProfileJson): Profile {
    const tables = Object.fromEntries(
      DIMENSIONS.map((dimension) => [
        dimension,
        Table.from(SIZES[dimension], json.tables[dimension] ?? EMPTY),
      ]),
    ) as Record<Dimension, Table>;
    const profile = new Profile(tables, Recent.from(json.recent));
    profile.firstSeen = json.firstSeen;
    profile.lastSeen = json.lastSeen;
    profile.events = json.events;
    profile.activeDays = json.activeDays;
    profile.taught = json.taught;
    profile.denied = json.denied;
    profile.hours.splice(0, 24, ...json.hours);
    profile.#lastDay = json.lastDay;
    return profile;
  }

  #countDay(day: number): void {
    if (day <= this.#lastDay) return;
    this.#lastDay = day;
    this.activeDays += 1;
    if (this.activeDays % FADING_DAYS !== 0) return;
    this.denied /= 2;
    for (const [hour, count] of this.hours.entries()) this.hours[hour] = count / 2;
  }
}

/** Written out: keys come by the ten thousand, and an object made from a list of names takes ten times as long. */
function newTables(): Record<Dimension, Table> {
  return {
    addresses: new Table(SIZES.addresses),
    prefixes: new Table(SIZES.prefixes),
    operators: new Table(SIZES.operators),
    countries: new Table(SIZES.countries),
    agents: new Table(SIZES.agents),
    regions: new Table(SIZES.regions),
    services: new Table(SIZES.services),
    actions: new Table(SIZES.actions),
    refused: new Table(SIZES.refused),
  };
}
