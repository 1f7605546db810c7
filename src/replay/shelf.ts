import type { Address } from '../detections/address.ts';
import type { Agent } from '../detections/agent.ts';
import type { Call } from '../detections/call.ts';
import type { Caller, CloudTrailEvent } from '../detections/event.ts';
import { Ids } from './ids.ts';

/** What few events have. */
type Rest = Pick<
  CloudTrailEvent,
  'eventID' | 'errorCode' | 'refusal' | 'asked' | 'answered' | 'additional' | 'owner'
>;

/** What most events have in common is kept once by who reads them; of such an event a place holds only where that is. */
interface Columns {
  readonly calls: (Call | null)[];
  readonly callers: (Caller | null)[];
  readonly addresses: (Address | null)[];
  readonly agents: (Agent | null)[];
  readonly regions: (string | null)[];
  readonly accounts: (string | null)[];
  readonly times: (string | null)[];
  readonly rests: (Rest | null)[];
}

const BY_SERVICE = 1;
const FROM_CONSOLE = 2;
const SAYS_CONSOLE = 4;
const DENIED = 8;
const FAILED = 16;

/** What most events share with others. */
type Shared = Pick<
  CloudTrailEvent,
  'call' | 'caller' | 'agent' | 'region' | 'address' | 'accountId' | 'eventTime'
>;

/**
 * An event that waited. A class, since Node.js takes an object that is written out for one that lives long when many
 * of its like did a moment ago, and makes it where old things are.
 */
class Taken implements CloudTrailEvent {
  readonly id: string;
  readonly eventID: string | null;
  readonly eventTime: string | null;
  readonly at: number | null;
  readonly call: Call;
  readonly region: string | null;
  readonly caller: Caller;
  readonly address: Address | null;
  readonly agent: Agent;
  readonly byService: boolean;
  readonly fromConsole: boolean;
  readonly saysConsole: boolean;
  readonly errorCode: string | null;
  readonly refusal: string | null;
  readonly denied: boolean;
  readonly failed: boolean;
  readonly accountId: string | null;
  readonly asked: unknown;
  readonly answered: unknown;
  readonly additional: unknown;
  readonly owner: string | null;

  constructor(id: string, at: number | null, flags: number, rest: Rest | null, shared: Shared) {
    this.id = id;
    this.eventID = rest === null ? id : rest.eventID;
    this.eventTime = shared.eventTime;
    this.at = at;
    this.call = shared.call;
    this.region = shared.region;
    this.caller = shared.caller;
    this.address = shared.address;
    this.agent = shared.agent;
    this.byService = (flags & BY_SERVICE) !== 0;
    this.fromConsole = (flags & FROM_CONSOLE) !== 0;
    this.saysConsole = (flags & SAYS_CONSOLE) !== 0;
    this.errorCode = rest === null ? null : rest.errorCode;
    this.refusal = rest === null ? null : rest.refusal;
    this.denied = (flags & DENIED) !== 0;
    this.failed = (flags & FAILED) !== 0;
    this.accountId = shared.accountId;
    this.asked = rest === null ? null : rest.asked;
    this.answered = rest === null ? null : rest.answered;
    this.additional = rest === null ? null : rest.additional;
    this.owner = rest === null ? null : rest.owner;
  }
}

/**
 * Where events wait. An event that waits as an object grows old: tens of thousands of them, and what is left where they
 * lay, make the heap several times as large as what is in it. Here they lie in tables that are made once, and an event
 * is an object again, and young, only when it is taken.
 */
export class Shelf {
  readonly ids: Ids;
  #places: number;
  #at: Float64Array;
  #flags: Uint8Array;
  readonly #columns: Columns;
  readonly #free: number[];

  /** `places`: how many events are expected at most; there are twice as many when these do not do. */
  constructor(places: number) {
    this.#places = places;
    this.ids = new Ids(places);
    this.#at = new Float64Array(places);
    this.#flags = new Uint8Array(places);
    // Copied: to make each item by item takes longer than to fill them.
    const none = Array.from({ length: places }, () => null);
    this.#columns = {
      calls: [...none],
      callers: [...none],
      addresses: [...none],
      agents: [...none],
      regions: [...none],
      accounts: [...none],
      times: [...none],
      rests: [...none],
    };
    this.#free = Array.from({ length: places }, (_, place) => places - 1 - place);
  }

  /** Puts an event away, and says where. */
  put(event: CloudTrailEvent): number {
    const place = this.#free.pop() ?? this.#grow();
    const columns = this.#columns;
    this.ids.set(place, event.id);
    this.#at[place] = event.at ?? Number.NaN;
    this.#flags[place] =
      (event.byService ? BY_SERVICE : 0) |
      (event.fromConsole ? FROM_CONSOLE : 0) |
      (event.saysConsole ? SAYS_CONSOLE : 0) |
      (event.denied ? DENIED : 0) |
      (event.failed ? FAILED : 0);
    columns.calls[place] = event.call;
    columns.callers[place] = event.caller;
    columns.addresses[place] = event.address;
    columns.agents[place] = event.agent;
    columns.regions[place] = event.region;
    columns.accounts[place] = event.accountId;
    columns.times[place] = event.eventTime;
    columns.rests[place] = restOf(event);
    return place;
  }

  /** The event in a place, which is free then. */
  take(place: number): CloudTrailEvent {
    const columns = this.#columns;
    const [call = null, caller = null, agent = null] = [
      columns.calls[place],
      columns.callers[place],
      columns.agents[place],
    ];
    if (call === null || caller === null || agent === null) {
      throw new Error('there is no event in this place');
    }
    const at = this.#at[place] ?? Number.NaN;
    const time = Number.isNaN(at) ? null : at;
    const event = new Taken(this.ids.at(place), time, this.#flags[place] ?? 0, columns.rests[place] ?? null, {
      call,
      caller,
      agent,
      region: columns.regions[place] ?? null,
      address: columns.addresses[place] ?? null,
      accountId: columns.accounts[place] ?? null,
      eventTime: columns.times[place] ?? null,
    });
    this.drop(place);
    return event;
  }

  /** Frees a place. */
  drop(place: number): void {
    this.#columns.calls[place] = null;
    this.#columns.callers[place] = null;
    this.#columns.rests[place] = null;
    this.#free.push(place);
  }

  /** When the event in a place was; 0 when it has no time that can be read. */
  time(place: number): number {
    const at = this.#at[place] ?? 0;
    return Number.isNaN(at) ? 0 : at;
  }

  /** Makes twice as many places, and gives one of the new. */
  #grow(): number {
    const [from, to] = [this.#places, 2 * this.#places];
    this.#places = to;
    this.ids.grow(to);
    const [at, flags] = [new Float64Array(to), new Uint8Array(to)];
    at.set(this.#at);
    flags.set(this.#flags);
    [this.#at, this.#flags] = [at, flags];
    for (let place = to - 1; place > from; place -= 1) this.#free.push(place);
    return from;
  }
}

function restOf(event: CloudTrailEvent): Rest | null {
  const { id, eventID, errorCode, refusal, asked, answered, additional, owner } = event;
  const isPlain =
    eventID === id &&
    errorCode === null &&
    refusal === null &&
    asked === null &&
    answered === null &&
    additional === null &&
    owner === null;
  return isPlain ? null : { eventID, errorCode, refusal, asked, answered, additional, owner };
}
