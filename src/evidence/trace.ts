import type { CloudTrailEvent } from '../detections/event.ts';
import { textAt } from '../detections/json.ts';
import { RecordReader } from '../detections/record.ts';
import type { Credential, CredentialKind, EvidenceQuestion } from './credential.ts';

/** So many credentials are followed; a key that makes more is told of as such. */
export const MOST_CREDENTIALS = 150;
/** So many events are kept, and as many more of those that change something. */
export const MOST_EVENTS = 20_000;
/** The same for the length of their texts: a record may have 256 KB, and is held in several times as much memory. */
export const MOST_TEXT = 24 * 1024 * 1024;

const SESSION_MAKERS = new Set([
  'sts:AssumeRole',
  'sts:GetSessionToken',
  'sts:GetFederationToken',
  'sts:AssumeRoot',
  'sso:GetRoleCredentials',
]);
const KEY_ID = /^A[KS]IA[A-Z0-9]{12,124}$/;

/** One record that belongs to the evidence. */
export interface TracedEvent {
  readonly event: CloudTrailEvent;
  /** As CloudTrail gave it. */
  readonly raw: unknown;
  /** The credential that made the call. */
  readonly by: string;
}

/** Where following begins. */
export interface TraceStart {
  readonly accountId: string;
  /** The key the evidence is about, where it is about one, and the keys of signals without one. */
  readonly subjects: readonly string[];
  /** Sessions that are known to be theirs. */
  readonly known: readonly string[];
  /** The user of the subject; null where it has none, or that is not known. */
  readonly userName: string | null;
}

interface Held {
  readonly event: CloudTrailEvent;
  readonly raw: unknown;
}

/**
 * Follows a key through CloudTrail's records: its own calls, the sessions made with it over any number of roles, the
 * keys and users they made, and what those did. Records may come in any order and more than once.
 */
export class Trace {
  readonly #reader = new RecordReader();
  readonly #start: TraceStart;
  readonly #held = new Map<string, Held>();
  readonly #credentials = new Map<string, Credential>();
  readonly #asked = new Set<string>();
  readonly #questions: EvidenceQuestion[] = [];
  /** Sessions by the ARN they act as, once they asked for a sign-in to the console. */
  readonly #atConsole = new Map<string, string>();
  #unread = 0;
  #text = 0;
  readonly #leftCredentials = new Set<string>();
  #leftEvents = 0;

  constructor(start: TraceStart) {
    this.#start = start;
    for (const id of start.subjects) this.#add({ ...BLANK, id, kind: 'subject' });
    for (const id of start.known) this.#add({ ...BLANK, id, kind: 'known' });
    if (start.userName !== null) this.#ask('Username', start.userName);
  }

  /**
   * Takes a record in: an object, or the text that stands in its place. `length`: that of its text. `isAgain`: it came
   * before, and what is left out of it is counted already.
   */
  take(raw: unknown, length = 0, isAgain = false): void {
    const event = typeof raw === 'object' ? this.#reader.read(raw) : null;
    if (event === null) {
      if (!isAgain) this.#unread += 1;
      return;
    }
    if (this.#held.has(event.id)) return;
    // What changes something is worth more than one more look around.
    const share = event.call.isRead ? 1 : 2;
    if (this.#held.size >= share * MOST_EVENTS || this.#text + length > share * MOST_TEXT) {
      if (!isAgain) this.#leftEvents += 1;
      return;
    }
    this.#text += length;
    this.#held.set(event.id, { event, raw });
    if (this.#ownerOf(event) !== null) this.#learn(event);
  }

  /** What is to be asked next; each question comes once. Those learned from earlier answers are among them. */
  questions(): readonly EvidenceQuestion[] {
    this.#settle();
    return this.#questions.splice(0);
  }

  /** Everybody who is followed, in the order they were found. */
  credentials(): readonly Credential[] {
    return [...this.#credentials.values()];
  }

  /** The calls of those who are followed, in the order of time. */
  events(): readonly TracedEvent[] {
    this.#settle();
    return [...this.#held.values()]
      .flatMap(({ event, raw }) => {
        const by = this.#ownerOf(event);
        return by === null ? [] : [{ event, raw, by }];
      })
      .sort(
        (a, b) =>
          (a.event.at ?? 0) - (b.event.at ?? 0) || rank(a) - rank(b) || (a.event.id < b.event.id ? -1 : 1),
      );
  }

  /** What was left out: credentials and events over the limits, and records that cannot be read. */
  left(): { readonly credentials: number; readonly events: number; readonly unread: number } {
    return { credentials: this.#leftCredentials.size, events: this.#leftEvents, unread: this.#unread };
  }

  /** Until nothing new is learned: an event may have come before that which tells whose it is. */
  #settle(): void {
    let before = -1;
    while (before !== this.#credentials.size + this.#atConsole.size) {
      before = this.#credentials.size + this.#atConsole.size;
      for (const { event } of this.#held.values()) {
        if (this.#ownerOf(event) !== null) this.#learn(event);
      }
    }
  }

  /** Whose call it was, of those who are followed; null when it was nobody's. */
  #ownerOf({ caller, call, fromConsole, accountId }: CloudTrailEvent): string | null {
    const keyId = caller.longTermKeyId ?? caller.sessionKeyId;
    if (keyId !== null && this.#credentials.has(keyId)) return keyId;
    if (caller.longTermKeyId !== null) return null;
    if (caller.accountId !== null && accountId !== null && caller.accountId !== this.#start.accountId)
      return null;
    const { userName, type, arn } = caller;
    if (userName !== null && (type === 'IAMUser' || type === 'FederatedUser')) {
      const made = this.#credentials.get(userId(userName));
      const signsIn = call.name === 'ConsoleLogin' || fromConsole;
      if (made !== undefined && (made.how === 'iam:CreateUser' || signsIn)) return made.id;
      if (userName === this.#start.userName) return this.#sameUser(keyId, caller.userName);
    }
    const session = arn === null ? undefined : this.#atConsole.get(arn);
    return session === undefined ? null : this.#consoleOf(keyId, session, arn);
  }

  /** A session of the subject's own user, which no event shows being made. */
  #sameUser(keyId: string | null, userName: string | null): string | null {
    const id = keyId ?? userId(userName ?? '');
    return this.#add({ ...BLANK, id, kind: 'same_user', who: userName }) ? id : null;
  }

  /** The console works with a session of its own in the name of the one that asked for the sign-in. */
  #consoleOf(keyId: string | null, madeBy: string, who: string | null): string | null {
    if (keyId === null) return madeBy;
    return this.#add({ ...BLANK, id: keyId, kind: 'console', madeBy, how: 'signin:GetSigninToken', who })
      ? keyId
      : null;
  }

  #learn(event: CloudTrailEvent): void {
    const by = event.caller.longTermKeyId ?? event.caller.sessionKeyId;
    if (event.failed || by === null) return;
    const { call, answered, asked, at } = event;
    const add = (id: string | null, more: Partial<Credential> & { kind: CredentialKind }): void => {
      if (id === null || id === by) return;
      this.#add({ ...BLANK, id, madeBy: by, how: call.action, madeAt: at, ...more });
    };
    if (SESSION_MAKERS.has(call.action)) {
      const who =
        textAt(answered, 'assumedRoleUser', 'arn') ??
        textAt(answered, 'federatedUser', 'arn') ??
        textAt(asked, 'roleArn') ??
        event.caller.arn;
      const endsAt = expiry(textAt(answered, 'credentials', 'expiration'));
      add(keyId(textAt(answered, 'credentials', 'accessKeyId')), { kind: 'session', who, endsAt });
    } else if (call.action === 'iam:CreateAccessKey') {
      const who = textAt(answered, 'accessKey', 'userName') ?? textAt(asked, 'userName');
      add(keyId(textAt(answered, 'accessKey', 'accessKeyId')), { kind: 'made_key', who });
    } else if (/^iam:(?:CreateUser|(?:Create|Update)LoginProfile)$/.test(call.action)) {
      const who = textAt(asked, 'userName');
      // What the subject itself is followed by already.
      if (who !== null && who !== this.#start.userName) add(userId(who), { kind: 'made_user', who });
    } else if (call.action === 'signin:GetSigninToken') {
      const { arn } = event.caller;
      if (arn === null || this.#atConsole.has(arn)) return;
      this.#atConsole.set(arn, by);
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      if (name !== '') this.#ask('Username', name);
    }
  }

  /** True when it is followed, from now on or before. */
  #add(credential: Credential): boolean {
    const known = this.#credentials.get(credential.id);
    if (known !== undefined) {
      // Where it came from may show later than that it exists; that a user was made says more than its password.
      const says = known.madeBy === null && known.kind !== 'subject' && credential.madeBy !== null;
      if (says || (known.how !== credential.how && credential.how === 'iam:CreateUser'))
        this.#credentials.set(credential.id, credential);
      return true;
    }
    if (this.#credentials.size >= MOST_CREDENTIALS) {
      this.#leftCredentials.add(credential.id);
      return false;
    }
    this.#credentials.set(credential.id, credential);
    if (KEY_ID.test(credential.id)) this.#ask('AccessKeyId', credential.id);
    else if (credential.kind === 'made_user' && credential.who !== null)
      this.#ask('Username', credential.who);
    return true;
  }

  #ask(by: EvidenceQuestion['by'], value: string): void {
    const name = `${by} ${value}`;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    this.#questions.push({ by, value });
  }
}

const BLANK = { madeBy: null, how: null, who: null, madeAt: null, endsAt: null } as const;

function userId(userName: string): string {
  return `user ${userName}`;
}

function keyId(text: string | null): string | null {
  return text !== null && KEY_ID.test(text) ? text : null;
}

/** Of events of one second, those that make something come first. */
function rank({ event }: TracedEvent): number {
  if (event.call.action === 'iam:CreateUser' || event.call.action === 'iam:CreateRole') return 0;
  return event.call.isRead ? 2 : 1;
}

/** CloudTrail writes `Jul 10, 2023 1:24:29 PM`, in UTC, or ISO 8601. */
function expiry(text: string | null): number | null {
  if (text === null) return null;
  const at = Date.parse(/[zZ]$|GMT|UTC/.test(text) ? text : `${text.replace(/\u202f/g, ' ')} UTC`);
  return Number.isNaN(at) ? null : at;
}
