import { parseAddress, type Address } from './address.ts';
import { parseAgent, UNKNOWN_AGENT, type Agent } from './agent.ts';
import { Calls } from './call.ts';
import { parseCaller } from './caller.ts';
import { digest } from './digest.ts';
import type { CloudTrailEvent } from './event.ts';
import { at, asText, flagAt } from './json.ts';
import { Remembered } from './remembered.ts';
import { parseTime } from './time.ts';

const EVENT_ID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const REGION = /^[a-z]{2,5}(?:-[a-z0-9]+)+$/;
const DENIED = /AccessDenied|Unauthorized|NotAuthorized|AuthFailure|Forbidden|OperationNotPermitted/i;
const SERVICE = /(?:^AWS Internal$|\.amazonaws\.com(?:\.cn)?$)/;
/** The console calls AWS through services with these names, with the person's session. */
const CONSOLE_SERVICE = /^(?:AWS Internal|signin\.amazonaws\.com|console\.amazonaws\.com)$/;
/** How many addresses and user agents are remembered as read. */
const MOST_REMEMBERED = 20_000;
const LONGEST_AGENT = 256;
const LONGEST_TEXT = 128;
const LONGEST_REFUSAL = 512;

/** True for actions whose parameters some rule reads. */
export type Wanted = (action: string) => boolean;

/**
 * Reads raw records: what comes out of a trail's file, or of `CloudTrailEvent` of LookupEvents. Never throws; keeps what
 * it read of addresses and user agents, since these repeat.
 */
export class RecordReader {
  readonly #wanted: Wanted;
  readonly #calls = new Calls();
  readonly #addresses = new Remembered<Address | null>(MOST_REMEMBERED, parseAddress);
  readonly #agents = new Remembered<Agent>(MOST_REMEMBERED, parseAgent);

  constructor(wanted: Wanted = () => true) {
    this.#wanted = wanted;
  }

  /** The event in a raw record, or null when it is no record of a call: without source or name, or no object at all. */
  read(raw: unknown): CloudTrailEvent | null {
    const source = at(raw, 'eventSource');
    const name = at(raw, 'eventName');
    if (typeof source !== 'string' || typeof name !== 'string') return null;
    const call = this.#calls.of(source, name);
    if (call === null) return null;
    const identity = at(raw, 'userIdentity');
    const caller = parseCaller(identity);
    const eventID = short(at(raw, 'eventID'));
    const recipient = account(at(raw, 'recipientAccountId'));
    const eventTime = short(at(raw, 'eventTime'));
    const from = at(raw, 'sourceIPAddress');
    const userAgent = at(raw, 'userAgent');
    const agentText = typeof userAgent === 'string' && userAgent !== '' ? userAgent : null;
    const agent = agentText === null ? UNKNOWN_AGENT : this.#agents.of(agentText);
    const invokedBy = asText(at(identity, 'invokedBy'));
    const errorCode = short(at(raw, 'errorCode'));
    const denied = errorCode !== null && DENIED.test(errorCode);
    const wanted = this.#wanted(call.action);
    const fromService = typeof from === 'string' && SERVICE.test(from);
    const isConsole = isFromConsole(raw, caller.longTermKeyId, agent, invokedBy, agentText);
    return {
      id: eventID !== null && EVENT_ID.test(eventID) ? (recipient ?? '') + eventID : digest(raw),
      eventID,
      eventTime,
      at: eventTime === null ? null : parseTime(eventTime),
      call,
      region: region(at(raw, 'awsRegion')),
      caller,
      address: typeof from === 'string' && !fromService ? this.#addresses.of(from) : null,
      agent,
      agentText: agentText === null ? null : agentText.slice(0, LONGEST_AGENT),
      byService:
        caller.type === 'AWSService' ||
        (caller.type === null && caller.longTermKeyId === null && invokedBy !== null) ||
        (invokedBy !== null && !isConsole) ||
        (fromService && !isConsole),
      fromConsole: isConsole,
      errorCode,
      refusal: denied ? (asText(at(raw, 'errorMessage'))?.slice(0, LONGEST_REFUSAL) ?? null) : null,
      denied,
      failed: errorCode !== null,
      accountId: recipient ?? caller.accountId,
      asked: wanted ? (at(raw, 'requestParameters') ?? null) : null,
      answered: wanted ? (at(raw, 'responseElements') ?? null) : null,
      additional: wanted ? (at(raw, 'additionalEventData') ?? null) : null,
    };
  }
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
  const isRecord = typeof at(value, 'eventName') === 'string';
  if (Array.isArray(many) && !isRecord && depth < 3) {
    for (const each of many) yield* recordsIn(each, depth + 1);
    return;
  }
  const inner = at(value, 'CloudTrailEvent');
  if (typeof inner !== 'string' || isRecord) {
    // EventBridge carries the record under `detail`.
    const detail = isRecord ? undefined : at(value, 'detail');
    yield typeof at(detail, 'eventName') === 'string' ? detail : value;
    return;
  }
  try {
    yield JSON.parse(inner) as unknown;
  } catch {
    yield inner;
  }
}

function isFromConsole(
  raw: unknown,
  longTermKeyId: string | null,
  agent: Agent,
  invokedBy: string | null,
  agentText: string | null,
): boolean {
  // What the console does, it does with a session. A long-term key that claims to be the console is a program.
  if (longTermKeyId !== null) return false;
  if (flagAt(raw, 'sessionCredentialFromConsole') === true) return true;
  if (invokedBy !== null) return CONSOLE_SERVICE.test(invokedBy);
  return agent.kind === 'console' || agentText === 'AWS Internal';
}

function short(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : null;
}

function region(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 32 && REGION.test(value) ? value : null;
}

function account(value: unknown): string | null {
  return typeof value === 'string' && /^\d{12}$/.test(value) ? value : null;
}
