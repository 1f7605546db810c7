import type { Caller } from './event.ts';
import { at, asText, flagAt, textAt } from './json.ts';
import { Remembered } from './remembered.ts';

const NOBODY: Caller = {
  type: null,
  arn: null,
  accountId: null,
  userName: null,
  roleName: null,
  issuerArn: null,
  sessionName: null,
  longTermKeyId: null,
  sessionKeyId: null,
  withMfa: null,
  notedBy: null,
  profile: null,
};

/** Ids that data sets blanked with stars are ids too. */
const KEY_ID = /^[A-Z0-9*]{16,128}$/;
const ARN = /^arn:[a-z-]+:(?:iam|sts):[a-z0-9-]*:\d{12}:\S{1,1024}$/;
const LONGEST = 256;
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** How many keys have their caller remembered. */
const MOST_REMEMBERED = 20_000;
/** So many letters at the end of a key's id tell it from others; the first ones are of its account. */
const TELLING = 8;
/** A place in an ARN that lies in the second half of most. */
const LATE = 40;

/** Reads callers, and remembers them by their key: what a key says of itself is mostly the same. */
export class Callers {
  /**
   * By a number made of the key's id: a map of texts has to go to each text that may be the one. Of two keys with the same
   * number the one read last is remembered.
   */
  readonly #known = new Map<number, Caller>();
  /** What many callers have in common is kept once: ten thousand copies of it are as many places of memory to go to. */
  readonly #shared = new Remembered<string>(1_000, (text) => text);
  /** What `approach` met, of no meaning: what goes nowhere, a compiler does not look for. */
  approached = 0;

  of(identity: unknown): Caller {
    if (typeof identity !== 'object' || identity === null) return NOBODY;
    const fields = identity as Identity;
    const { accessKeyId } = fields;
    if (typeof accessKeyId !== 'string' || accessKeyId === '') return parseCaller(identity);
    const number = numberOf(accessKeyId);
    const known = this.#known.get(number);
    if (known !== undefined && keyIdOf(known) === accessKeyId && isOf(known, fields)) return known;
    const caller = this.#read(identity);
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(number, caller);
    return caller;
  }

  /** Goes to the callers of identities that are read next, all of them at once, as `Detector.approach` does. */
  approach(identities: readonly unknown[]): void {
    const callers: Caller[] = [];
    for (const identity of identities) {
      const id = at(identity, 'accessKeyId');
      const known = typeof id === 'string' ? this.#known.get(numberOf(id)) : undefined;
      if (known !== undefined) callers.push(known);
    }
    let met = 0;
    for (const caller of callers) met += caller.arn === null ? 0 : 1;
    for (const caller of callers) {
      met +=
        (keyIdOf(caller)?.length ?? 0) + (caller.userName?.length ?? 0) + (caller.arn?.charCodeAt(LATE) ?? 0);
    }
    this.approached = met;
  }

  #read(identity: unknown): Caller {
    const caller = parseCaller(identity);
    const { type, accountId } = caller;
    if (type === null || accountId === null) return caller;
    return { ...caller, type: this.#shared.of(type), accountId: this.#shared.of(accountId) };
  }
}

/** The id of the key he was read with; null when it was none that can be one. */
function keyIdOf({ longTermKeyId, sessionKeyId }: Caller): string | null {
  return longTermKeyId ?? sessionKeyId;
}

/** A number of 30 bits that is the same for the same id, made of where ids differ. */
function numberOf(id: string): number {
  let number = id.length;
  for (let place = Math.max(0, id.length - TELLING); place < id.length; place += 1) {
    number = (Math.imul(number, 31) + id.charCodeAt(place)) | 0;
  }
  return number & 0x3fffffff;
}

interface Identity {
  readonly type?: unknown;
  readonly arn?: unknown;
  readonly accountId?: unknown;
  readonly userName?: unknown;
  readonly accessKeyId?: unknown;
  readonly sessionContext?: unknown;
}

/** True when an identity says word for word what was read of the caller; what only its ARN says is read again. */
function isOf(caller: Caller, { type, arn, accountId, userName, sessionContext }: Identity): boolean {
  return (
    arn === caller.arn &&
    type === caller.type &&
    accountId === caller.accountId &&
    (userName ?? null) === caller.userName &&
    (sessionContext === undefined
      ? caller.issuerArn === null && caller.withMfa === null
      : textAt(sessionContext, 'sessionIssuer', 'arn') === caller.issuerArn &&
        flagAt(sessionContext, 'attributes', 'mfaAuthenticated') === caller.withMfa)
  );
}

/** Reads `userIdentity`, which may be missing, or have any part missing or empty. */
export function parseCaller(identity: unknown): Caller {
  if (typeof identity !== 'object' || identity === null) return NOBODY;
  const keyId = at(identity, 'accessKeyId');
  const id = typeof keyId === 'string' && KEY_ID.test(keyId) ? keyId : null;
  const isLongTerm = id !== null && id.startsWith('AKIA');
  const arn = at(identity, 'arn');
  const session = at(identity, 'sessionContext');
  const issuer = at(session, 'sessionIssuer');
  const type = name(at(identity, 'type'));
  const knownArn = typeof arn === 'string' && ARN.test(arn) ? arn : null;
  const issuerArn = textAt(issuer, 'arn');
  const issuerName = name(at(issuer, 'userName'));
  const isRole = type === 'AssumedRole' || type === 'Role';
  const [, roleInArn = null, sessionName = null] =
    isRole && knownArn !== null ? (/:assumed-role\/([^/]+)\/(.+)$/.exec(knownArn) ?? []) : [];
  return {
    type,
    arn: knownArn,
    accountId: account(at(identity, 'accountId')),
    userName: name(at(identity, 'userName')) ?? userInArn(knownArn) ?? (isRole ? null : issuerName),
    roleName: isRole ? (issuerName ?? roleInArn) : null,
    issuerArn: issuerArn !== null && ARN.test(issuerArn) ? issuerArn : null,
    sessionName,
    longTermKeyId: isLongTerm ? id : null,
    sessionKeyId: isLongTerm ? null : id,
    withMfa: flagAt(session, 'attributes', 'mfaAuthenticated'),
    notedBy: null,
    profile: null,
  };
}

function name(value: unknown): string | null {
  const text = asText(value);
  return text === null || text === HIDDEN || text.length > LONGEST ? null : text;
}

function userInArn(arn: string | null): string | null {
  return arn === null ? null : (/:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? null);
}

function account(value: unknown): string | null {
  const text = asText(value);
  return text !== null && /^\d{12}$/.test(text) ? text : null;
}
