import type { Severity } from '../domain/notice.ts';
import type { CloudTrailEvent } from './event.ts';
import type { Novelty } from './novelty.ts';
import type { Place } from './place.ts';
import type { Profile } from './profile.ts';

/** What people said, or Rekey knows, of one long-term key. */
export interface KeyNote {
  readonly kind: 'ordinary' | 'decoy' | 'break_glass';
  /** When another key was announced to replace it; ms. */
  readonly replacedAt: number | null;
}

/** How a key came into the world, when that was seen lately. */
export interface Birth {
  readonly at: number;
  /** The long-term key that asked for it, or null. */
  readonly byKeyId: string | null;
  readonly byUser: string | null;
  readonly forUser: string | null;
  /** The network it was asked for from. */
  readonly prefix: string | null;
}

/** Where a session was first seen. */
export interface Beginning {
  readonly prefix: string;
  readonly agent: string;
}

/** What a rule may know besides the event. */
export interface About {
  /** When the event happened; 0 when that is unknown. */
  readonly now: number;
  /** Of the key, from before this event. */
  readonly profile: Profile;
  readonly novelty: Novelty;
  /** The long-term key at the root, or null. */
  readonly keyId: string | null;
  /** The user that key belongs to, else the user or null. */
  readonly userName: string | null;
  readonly note: KeyNote | null;
  readonly birth: Birth | null;
  /** Where the session was first seen, when that is neither this network nor this program. */
  readonly first: Beginning | null;
  readonly place: () => Place;
}

/** What a rule found. */
export interface Finding {
  /** When it is not the rule's usual one. */
  readonly severity?: Severity;
  /** Short facts for people: what was called on what. */
  readonly facts?: Readonly<Record<string, string | number | null>>;
  /** What it is about: the same again is no news for a while. */
  readonly of?: string | null;
  /**
   * What it names that says how grave it is: the account let in, everybody, the kind of machine. Habit excuses none that
   * the key never named before. Of a shape: what no habit of its last call explains, such as a list that came first.
   */
  readonly strangers?: readonly string[];
}

/**
 * When a rule is asked, besides for its actions:
 * - `novel`: something about the event is new for the key
 * - `denied`: AWS refused the call
 * - `discovery`: the key makes a call that tells about the account, for the first time
 * - `noted`: something is known of the key: it is a decoy, replaced …
 * - `woken`: the key was not used for weeks
 * - `born`: the key was made lately, and that was seen
 * - `tool`: the user agent names an attack tool
 * - `root`: the root user acts
 * - `begun`: the first thing that is seen of a principal, with credentials of an instance
 * - `elsewhere`: temporary credentials act from another network and with another program than they began with
 */
export type Trigger =
  | 'novel'
  | 'denied'
  | 'discovery'
  | 'noted'
  | 'woken'
  | 'born'
  | 'tool'
  | 'root'
  | 'begun'
  | 'elsewhere';

/** One raw record, as in a trail. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** A case for the test over all rules. */
export interface Example {
  readonly why: string;
  /** What the profile learned before, as normal. */
  readonly learned?: readonly RawRecord[];
  /** Judged in this order. */
  readonly records: readonly RawRecord[];
  /** What is noted of the key of `example.ts`. */
  readonly note?: KeyNote;
}

/** True when a rule lists the call itself, and not only its pattern fits. */
export function isListed({ actions }: Pick<Rule, 'actions'>, { call }: CloudTrailEvent): boolean {
  return actions.includes(call.action);
}

/** Says of a `service:Name` whether it fits. */
export interface ActionPattern {
  test(action: string): boolean;
}

/** A detector: one file of rules/, named by its id. */
export interface Rule {
  readonly id: string;
  /** In plain words, as people read it in an alert. */
  readonly title: string;
  readonly family: 'new for this key' | 'bad on any key' | 'shape over time';
  /** The usual, when a finding names no other. */
  readonly severity: Severity;
  /** Of MITRE ATT&CK. */
  readonly technique: string;
  readonly whatToDo: string;
  readonly falseAlarms: string;
  /** `service:Name` of the calls it looks at. */
  readonly actions: readonly string[];
  /**
   * Calls it looks at besides, by the whole `service:Name`: a principle that holds for services nobody listed. Tried once
   * per API, not per event.
   */
  readonly matches?: ActionPattern;
  readonly triggers?: readonly Trigger[];
  /**
   * True for what nobody's habit excuses: it is reported even when this key does it every day, or a person in the
   * console. Otherwise habit keeps it quiet once the rule found the same before, and in the console it is low at most.
   */
  readonly always?: true;
  /** True for what is told only when no other rule finds as much in what is done: a trifle does not hide what is more. */
  readonly otherwise?: true;
  /** How long the same finding is no news; ms. An hour when not given. */
  readonly quietFor?: number;
  judge(event: CloudTrailEvent, about: About): Finding | null;
  /** Made when they are asked for: only tests and documentation do. */
  readonly examples: () => {
    readonly fires: readonly [Example, ...Example[]];
    readonly quiet: readonly [Example, ...Example[]];
  };
}
