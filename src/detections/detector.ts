import type { Caller, CloudTrailEvent } from './event.ts';
import { evaluate, isOrdinary } from './evaluate.ts';
import { textAt } from './json.ts';
import { Lineage } from './lineage.ts';
import type { MemoryEntry } from './memory.ts';
import { noveltyOf } from './novelty.ts';
import { NOWHERE, placeOf, type LookUp } from './place.ts';
import { Profile } from './profile.ts';
import type { About, Beginning, Birth, KeyNote } from './rule.ts';
import type { Signal } from './signal.ts';

export interface DetectorOptions {
  /** Looks up addresses; without it, operators and countries stay unknown. */
  readonly lookUp?: LookUp;
  /** What is noted of a long-term key. */
  readonly noteOf?: (keyId: string) => KeyNote | null;
  /** How many profiles are kept; the one that was not used for longest goes. */
  readonly mostProfiles?: number;
  /** Hears of what is remembered beside profiles, so that it can be kept. */
  readonly onMemory?: (entry: MemoryEntry) => void;
}

const NONE: readonly Signal[] = [];
const MOST_PROFILES = 20_000;
const MOST_BIRTHS = 5_000;
const MOST_SESSIONS = 20_000;
const MOST_LINKS = 50_000;
/** Events that do not say whose they are have a profile only to remember what was reported. */
export const NOBODY = 'nobody';

/**
 * Judges events one after the other with all that is remembered between them: profiles, lineage, keys made lately.
 * Holds everything in memory, bounded; does no input and output and reads no clock.
 */
export class Detector {
  readonly lineage: Lineage;
  /** What `approach` met, of no meaning: what goes nowhere, a compiler does not look for. */
  approached = 0;
  readonly #profiles = new Map<string, Profile>();
  readonly #births = new Map<string, Birth>();
  readonly #beginnings = new Map<string, Beginning>();
  readonly #lookUp: LookUp;
  readonly #noteOf: (keyId: string) => KeyNote | null;
  readonly #mostProfiles: number;
  readonly #onMemory: (entry: MemoryEntry) => void;

  constructor({ lookUp, noteOf, mostProfiles, onMemory }: DetectorOptions = {}) {
    this.#onMemory = onMemory ?? (() => undefined);
    this.lineage = new Lineage(MOST_LINKS, (kind, id, value) => this.#onMemory({ kind, id, value }));
    this.#lookUp = lookUp ?? (() => NOWHERE);
    this.#noteOf = noteOf ?? (() => null);
    this.#mostProfiles = mostProfiles ?? MOST_PROFILES;
  }

  /** How many keys and principals it remembers. */
  get size(): number {
    return this.#profiles.size;
  }

  /** Takes an event in as normal: what rules remember, they remember of it too, but it raises nothing. */
  learn(event: CloudTrailEvent): void {
    this.judge(event);
  }

  /**
   * Takes in an event that is known for what it is: it belongs to what is normal for its key, and no rule is asked, so that
   * none counts it, or keeps quiet about the same done by somebody else a moment later.
   */
  admit(event: CloudTrailEvent): void {
    this.lineage.learn(event);
    const { sessionKeyId } = event.caller;
    if (sessionKeyId !== null) this.#beganElsewhere(sessionKeyId, event);
    const subject = subjectOf(event, this.lineage);
    if (subject !== NOBODY) this.#profileFor(event.caller, subject).learn(event, this.#lookUp);
  }

  /**
   * Goes to what events that come next will need, all of them at once: one after the other, each would wait for memory
   * that is far away, several times over. Changes nothing. (Known as group prefetching: Chen, Ailamaki, Gibbons and
   * Mowry, "Improving Hash Join Performance through Prefetching", ICDE 2004.)
   */
  approach(events: readonly CloudTrailEvent[]): void {
    const profiles: Profile[] = [];
    for (const { caller } of events) if (caller.profile !== null) profiles.push(caller.profile);
    let sum = 0;
    // Step by step: what is found with the step before is looked at for all of them, before anything behind it.
    for (const profile of profiles) sum += profile.events;
    for (const profile of profiles) sum += profile.nearer();
    for (const profile of profiles) sum += profile.nearest();
    this.approached = sum;
  }

  /** Judges an event, then learns it. */
  judge(recorded: CloudTrailEvent): readonly Signal[] {
    this.#prepare(recorded);
    const { longTermKeyId, sessionKeyId } = recorded.caller;
    const keyId = longTermKeyId ?? (sessionKeyId === null ? null : this.lineage.rootOf(sessionKeyId));
    // A session that a key made is a program's, whatever it calls itself.
    const event = recorded.saysConsole && keyId !== null ? { ...recorded, fromConsole: false } : recorded;
    const subject = subjectOf(event, this.lineage, keyId);
    const profile = this.#profileFor(recorded.caller, subject);
    const note = keyId === null ? null : this.#noteOf(keyId);
    const birth =
      longTermKeyId === null || this.#births.size === 0 ? null : (this.#births.get(longTermKeyId) ?? null);
    const first = sessionKeyId === null ? null : this.#beganElsewhere(sessionKeyId, event);
    const novelty = noveltyOf(event, profile, this.#lookUp);
    if (note === null && birth === null && first === null && isOrdinary(event, profile, novelty)) {
      if (subject !== NOBODY) profile.learn(event, this.#lookUp);
      return NONE;
    }
    const about: About = {
      now: event.at ?? 0,
      profile,
      novelty,
      keyId,
      userName: this.#userOf(keyId, event.caller),
      note,
      birth,
      first,
      place: () => (event.address === null ? NOWHERE : placeOf(event.address, this.#lookUp)),
    };
    const signals = evaluate(event, about);
    if (subject !== NOBODY) profile.learn(event, this.#lookUp);
    return signals;
  }

  /** Says that all profiles learned so far is normal, and ends what was counted or reported on the way. */
  accept(): void {
    for (const profile of this.#profiles.values()) profile.accept();
  }

  /** Whether it holds a profile of this subject. */
  knows(subject: string): boolean {
    return this.#profiles.has(subject);
  }

  /** Takes up a profile that was kept. */
  recallProfile(subject: string, profile: Profile): void {
    const before = this.#profiles.get(subject);
    if (before !== undefined) before.heldBy = null;
    this.#hold(subject, profile);
  }

  /** Takes up what it remembered beside profiles, as `onMemory` heard of it. */
  recall({ kind, id, value }: MemoryEntry): void {
    if (kind === 'birth') keepBounded(this.#births, id, JSON.parse(value) as Birth, MOST_BIRTHS);
    else if (kind === 'began')
      keepBounded(this.#beginnings, id, JSON.parse(value) as Beginning, MOST_SESSIONS);
    else this.lineage.recall(kind, id, value);
  }

  /** The profile of a subject (see `subjectOf`); a new one when there is none. */
  profileOf(subject: string): Profile {
    const known = this.#profiles.get(subject);
    if (known !== undefined) return known;
    const profile = new Profile();
    this.#hold(subject, profile);
    if (this.#profiles.size > this.#mostProfiles) this.#forgetOldest();
    return profile;
  }

  /** The same, for a caller: where his key's profile is, the caller himself remembers. */
  #profileFor(caller: Caller, subject: string): Profile {
    if (caller.longTermKeyId !== subject) return this.profileOf(subject);
    if (caller.profile?.heldBy === this) return caller.profile;
    caller.profile = this.profileOf(subject);
    return caller.profile;
  }

  /** The user of the long-term key at the root, else the caller's own. */
  #userOf(keyId: string | null, { longTermKeyId, userName }: Caller): string | null {
    if (keyId === null || (keyId === longTermKeyId && userName !== null)) return userName;
    return this.lineage.userOf(keyId) ?? userName;
  }

  #hold(subject: string, profile: Profile): void {
    profile.heldBy = this;
    this.#profiles.set(subject, profile);
  }

  #prepare(event: CloudTrailEvent): void {
    this.lineage.learn(event);
    if (event.call.action === 'iam:CreateAccessKey' && !event.failed) this.#noteBirth(event);
  }

  #noteBirth({ at, answered, address, caller }: CloudTrailEvent): void {
    const made = textAt(answered, 'accessKey', 'accessKeyId');
    if (made === null || at === null || this.#births.has(made)) return;
    const { longTermKeyId, sessionKeyId } = caller;
    const byKeyId = longTermKeyId ?? (sessionKeyId === null ? null : this.lineage.rootOf(sessionKeyId));
    const birth: Birth = {
      at,
      byKeyId,
      byUser: (byKeyId === null ? null : this.lineage.userOf(byKeyId)) ?? caller.userName,
      forUser: textAt(answered, 'accessKey', 'userName'),
      prefix: address?.prefix ?? null,
    };
    keepBounded(this.#births, made, birth, MOST_BIRTHS);
    this.#onMemory({ kind: 'birth', id: made, value: JSON.stringify(birth) });
  }

  #beganElsewhere(sessionKeyId: string, { address, agent, byService }: CloudTrailEvent): Beginning | null {
    if (address === null || byService || agent.kind === 'unknown') return null;
    const began = this.#beginnings.get(sessionKeyId);
    if (began !== undefined) {
      return began.prefix === address.prefix || began.agent === agent.family ? null : began;
    }
    const beginning: Beginning = { prefix: address.prefix, agent: agent.family };
    keepBounded(this.#beginnings, sessionKeyId, beginning, MOST_SESSIONS);
    this.#onMemory({ kind: 'began', id: sessionKeyId, value: JSON.stringify(beginning) });
    return null;
  }

  #forgetOldest(): void {
    let oldest: readonly [subject: string, profile: Profile] | null = null;
    let looked = 0;
    // Profiles are in order of their making; the oldest few are enough to find one that rests.
    for (const each of this.#profiles) {
      if (oldest === null || each[1].lastSeen < oldest[1].lastSeen) oldest = each;
      looked += 1;
      if (looked === 64) break;
    }
    if (oldest === null) return;
    oldest[1].heldBy = null;
    this.#profiles.delete(oldest[0]);
  }
}

/**
 * Whose profile an event belongs to: that of the long-term key it goes back to; else the role, so that all its sessions
 * share one; else the user or other principal. Console and API sessions of a user apart from the user's keys.
 */
export function subjectOf(event: CloudTrailEvent, lineage: Lineage, root?: string | null): string {
  const { longTermKeyId, sessionKeyId, issuerArn, arn } = event.caller;
  const keyId = root ?? longTermKeyId ?? (sessionKeyId === null ? null : lineage.rootOf(sessionKeyId));
  return keyId ?? issuerArn ?? arn ?? sessionKeyId ?? NOBODY;
}

/** The oldest makes room. */
function keepBounded<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
