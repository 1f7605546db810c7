import { parseAddress, type Address } from './address.ts';
import { parseAgent, UNKNOWN_AGENT, type Agent } from './agent.ts';
import { Calls } from './call.ts';
import { Callers } from './caller.ts';
import { digest } from './digest.ts';
import type { Caller, CloudTrailEvent } from './event.ts';
import { isOfInstance } from './instance.ts';
import { at, asText, flagAt } from './json.ts';
import { Remembered } from './remembered.ts';
import { parseTime } from './time.ts';

/** Names of regions as AWS makes them: `eu-west-1`, `us-gov-east-1`, `us-isob-east-1`, `eusc-de-east-1`. */
const REGION =
  /^(?:[a-z]{2}(?:-gov|-iso[a-z]?)?|eusc-[a-z]{2})-(?:central|(?:north|south)(?:east|west)?|east|west)-\d$/;
const DENIED = /AccessDenied|Unauthorized|NotAuthorized|AuthFailure|Forbidden|OperationNotPermitted/i;
const SERVICE = /(?:^AWS Internal$|\.amazonaws\.com(?:\.cn)?$)/;
/** The console calls AWS through services with these names, with the person's session. */
const CONSOLE_SERVICE = /^(?:AWS Internal|signin\.amazonaws\.com|console\.amazonaws\.com)$/;
/** How many addresses and user agents are remembered as read. */
const MOST_REMEMBERED = 20_000;
const LONGEST_TEXT = 128;
const DASH = 0x2d;
const LONGEST_REFUSAL = 512;

/** True for actions whose parameters some rule reads. */
export type Wanted = (action: string) => boolean;

/**
 * Reads raw records: what comes out of a trail's file, or of `CloudTrailEvent` of LookupEvents. Never throws; keeps what
 * it read of addresses and user agents, since these repeat.
 */
export class RecordReader {
  readonly #calls: Calls;
  readonly #callers = new Callers();
  readonly #addresses = new Remembered<Address | null>(MOST_REMEMBERED, parseAddress);
  readonly #agents = new Remembered<Agent>(MOST_REMEMBERED, parseAgent);
  // Kept once: thousands of events wait in the window, and each would hold texts of its own.
  readonly #regions = new Remembered<string | null>(1_000, region);
  readonly #accounts = new Remembered<string | null>(1_000, account);
  #lastTime: string | null = null;

  constructor(wanted: Wanted = () => true) {
    this.#calls = new Calls(wanted);
  }

  /** Goes to what it knows of records that are read next, all of them at once. */
  approach(raws: readonly unknown[]): void {
    const identities: unknown[] = [];
    for (const raw of raws)
      if (isObject(raw) && isObject(raw.userIdentity)) identities.push(raw.userIdentity);
    this.#callers.approach(identities);
  }

  /** The event in a raw record, or null when it is no record of a call: without source or name, or no object at all. */
  read(raw: unknown): CloudTrailEvent | null {
    if (!isObject(raw)) return null;
    const { eventSource, eventName, sourceIPAddress: from, userAgent, userIdentity } = raw;
    const { recipientAccountId: recipient } = raw;
    if (typeof eventSource !== 'string' || typeof eventName !== 'string') return null;
    const call = this.#calls.of(eventSource, eventName);
    if (call === null) return null;
    const caller = this.#callers.of(userIdentity);
    const eventTime = raw.eventTime === this.#lastTime ? this.#lastTime : short(raw.eventTime);
    this.#lastTime = eventTime;
    const agentText = typeof userAgent === 'string' && userAgent !== '' ? userAgent : null;
    const agent = agentText === null ? UNKNOWN_AGENT : this.#agents.of(agentText);
    const invokedBy = isObject(userIdentity) ? asText(userIdentity.invokedBy) : null;
    const errorCode = short(raw.errorCode);
    const denied = errorCode !== null && DENIED.test(errorCode);
    const address = typeof from === 'string' ? this.#addresses.of(from) : null;
    const fromService = address === null && typeof from === 'string' && SERVICE.test(from);
    const fromConsole = isFromConsole(raw, caller, agent, invokedBy, agentText);
    const { isWanted } = call;
    return {
      id: idOf(raw, caller),
      eventID: short(raw.eventID),
      eventTime,
      at: eventTime === null ? null : parseTime(eventTime),
      call,
      region: typeof raw.awsRegion === 'string' ? this.#regions.of(raw.awsRegion) : null,
      caller,
      address,
      agent,
      byService:
        caller.type === 'AWSService' ||
        (caller.type === null && caller.longTermKeyId === null && invokedBy !== null) ||
        (!fromConsole && (invokedBy !== null || fromService)),
      fromConsole,
      saysConsole: fromConsole && invokedBy === null && flagAt(raw, 'sessionCredentialFromConsole') !== true,
      errorCode,
      refusal: denied ? (asText(raw.errorMessage)?.slice(0, LONGEST_REFUSAL) ?? null) : null,
      denied,
      failed: errorCode !== null,
      accountId: (typeof recipient === 'string' ? this.#accounts.of(recipient) : null) ?? caller.accountId,
      asked: isWanted ? (raw.requestParameters ?? null) : null,
      answered: isWanted ? (raw.responseElements ?? null) : null,
      additional: isWanted && !call.isRead ? (raw.additionalEventData ?? null) : null,
      owner:
        isWanted && !call.isRead && call.service === 's3'
          ? ownerIn(raw.resources, caller.accountId, recipient)
          : null,
    };
  }
}

/** The fields of a record that are read; any may be missing, or anything at all. */
interface RawFields {
  readonly eventSource?: unknown;
  readonly eventName?: unknown;
  readonly eventID?: unknown;
  readonly eventTime?: unknown;
  readonly awsRegion?: unknown;
  readonly sourceIPAddress?: unknown;
  readonly userAgent?: unknown;
  readonly userIdentity?: unknown;
  /** Of an identity. */
  readonly invokedBy?: unknown;
  readonly errorCode?: unknown;
  readonly errorMessage?: unknown;
  readonly recipientAccountId?: unknown;
  readonly requestParameters?: unknown;
  readonly responseElements?: unknown;
  readonly additionalEventData?: unknown;
  readonly resources?: unknown;
  readonly sessionCredentialFromConsole?: unknown;
}

function isObject(value: unknown): value is RawFields {
  return typeof value === 'object' && value !== null;
}

/** What AWS made is told by its eventID; the copy that another account gets of a call counts by itself. */
function idOf(raw: RawFields, caller: Caller): string {
  const { eventID, recipientAccountId: recipient } = raw;
  if (typeof eventID !== 'string' || !isEventId(eventID)) return digest(raw);
  const isElsewhere =
    typeof recipient === 'string' && caller.accountId !== null && recipient !== caller.accountId;
  return isElsewhere ? `${eventID}${recipient.slice(0, 12)}` : eventID;
}

function isEventId(text: string): boolean {
  return (
    text.length === 36 &&
    text.charCodeAt(8) === DASH &&
    text.charCodeAt(13) === DASH &&
    text.charCodeAt(18) === DASH &&
    text.charCodeAt(23) === DASH
  );
}

/** True for a value that is a record itself, and holds no others. */
export function isRecord(value: unknown): boolean {
  return isObject(value) && typeof value.eventName === 'string';
}

/**
 * The raw records inside one value of a file: a record; `{Records: [...]}`; LookupEvents' `{Events: [...]}`, whose
 * members hold the record as a JSON text; or a list of any of these. A text that does not parse comes out as it is, so
 * that it is counted as a record that cannot be read.
 */
export function* recordsIn(value: unknown, depth = 0): Generator {
  const many = Array.isArray(value)
    ? value
    : (at(value, 'Records') ?? at(value, 'Events') ?? at(value, 'events'));
  if (Array.isArray(many) && !isRecord(value) && depth < 3) {
    for (const each of many) yield* recordsIn(each, depth + 1);
    return;
  }
  const inner = at(value, 'CloudTrailEvent');
  if (typeof inner !== 'string' || isRecord(value)) {
    // EventBridge carries the record under `detail`.
    const detail = isRecord(value) ? undefined : at(value, 'detail');
    yield isRecord(detail) ? detail : value;
    return;
  }
  try {
    yield JSON.parse(inner) as unknown;
  } catch {
    yield inner;
  }
}

function isFromConsole(
  raw: RawFields,
  caller: Caller,
  agent: Agent,
  invokedBy: string | null,
  agentText: string | null,
): boolean {
  // What the console does, it does with a session. A long-term key that claims to be the console is a program.
  if (caller.longTermKeyId !== null) return false;
  if (
    raw.sessionCredentialFromConsole !== undefined &&
    flagAt(raw, 'sessionCredentialFromConsole') === true
  ) {
    // Nobody signs in as an instance.
    return !isOfInstance(caller);
  }
  if (invokedBy !== null) return CONSOLE_SERVICE.test(invokedBy);
  return (agent.kind === 'console' || agentText === 'AWS Internal') && !isOfInstance(caller);
}

/**
 * The account of a resource that is not the caller's; null when all are his, or nobody says. Nor is it the one whose trail
 * this is: what others bring there goes nowhere.
 */
function ownerIn(resources: unknown, own: string | null, recipient: unknown): string | null {
  if (!Array.isArray(resources) || own === null) return null;
  for (const each of resources.slice(0, 8)) {
    const owner = asText(at(each, 'accountId'));
    if (owner !== null && owner !== own && owner !== recipient) return account(owner);
  }
  return null;
}

function short(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value;
}

function region(text: string): string | null {
  return text.length <= 32 && REGION.test(text) ? text : null;
}

function account(text: string): string | null {
  return /^\d{12}$/.test(text) ? text : null;
}
