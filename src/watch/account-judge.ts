import { parseAddress } from '../detections/address.ts';
import { Detector, subjectOf } from '../detections/detector.ts';
import { digest } from '../detections/digest.ts';
import type { CloudTrailEvent } from '../detections/event.ts';
import { isWanted } from '../detections/evaluate.ts';
import { subjectOf as subjectOfSignal } from '../detections/incident.ts';
import type { MemoryEntry, MemoryKind } from '../detections/memory.ts';
import { placeOf, type LookUp } from '../detections/place.ts';
import { Profile, type ProfileJson } from '../detections/profile.ts';
import { RecordReader } from '../detections/record.ts';
import type { Signal } from '../detections/signal.ts';
import type { Batch, Judged, Knowledge, NotedKey, RawEvent } from '../ports/judges.ts';
import { actsNamed, OWN_CALLS, OwnCalls, isPolling } from './own-calls.ts';
import { normalOf } from './normal.ts';
import { Seen } from './seen.ts';
import { DAY } from './spans.ts';

const KINDS: Readonly<Record<MemoryKind, true>> = { session: true, user: true, birth: true, began: true };
/** Subjects are kept by name, in bytes: nobody's is longer than the longest ARN, and no index of PostgreSQL takes 2,705. */
const LONGEST_NAME = 1_500;

/** After one of these, a trail may have left something out. */
const CHANGES_TRAIL: ReadonlySet<string> = new Set(
  ['StopLogging', 'StartLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'].map(
    (name) => `cloudtrail:${name}`,
  ),
);

/** A batch with its events at hand. */
export type FullBatch = Batch & { readonly events: readonly RawEvent[] };

/** An event, and the time it counts for: its own, else the one AWS told. */
interface Taken {
  readonly event: CloudTrailEvent;
  readonly at: number;
}

/**
 * Judges the events of one account, batch by batch. Between batches it holds what it learned, so that only what
 * is missing is read; when somebody else wrote meanwhile (`basis`), it begins anew from what is kept.
 */
export class AccountJudge {
  readonly #lookUp: LookUp;
  readonly #reader: RecordReader;
  #detector: Detector | null = null;
  #basis: string | null = null;
  #noted: ReadonlyMap<string, NotedKey> = new Map();
  #memory = new Map<string, MemoryEntry>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(lookUp: LookUp, reader: RecordReader = new RecordReader(isRead)) {
    this.#lookUp = lookUp;
    this.#reader = reader;
  }

  /**
   * One batch after the other: a job that was left behind may still be at one when the next begins. Nothing in an event
   * makes it throw; what the knowledge throws, it throws, and begins anew the next time.
   */
  judge(batch: FullBatch, knowledge: Knowledge): Promise<Judged> {
    const turn = this.#turn.then(() => this.#judge(batch, knowledge));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #judge(batch: FullBatch, knowledge: Knowledge): Promise<Judged> {
    const detector = await this.#detectorFor(batch, knowledge);
    this.#basis = null;
    this.#noted = new Map(batch.noted.map((note) => [note.accessKeyId, note]));
    this.#memory = new Map();
    const seen = new Seen(batch.learn ? [] : batch.seen, batch.learn ? [] : batch.seenElsewhere);
    const { taken, unreadable } = this.#read(batch, seen);
    for (const { event } of taken) detector.lineage.learn(event);
    const subjects = new Set(taken.map(({ event }) => subjectOf(event, detector.lineage)));
    await recallProfiles(detector, subjects, knowledge);
    const named = actsNamed(taken, batch.own);
    const acts = named.length === 0 ? [] : await knowledge.acts(named);
    const { signals, broken } = judgeAll(detector, taken, batch, new OwnCalls(batch.own, acts));
    const judged = {
      signals,
      seen: batch.learn ? [] : seen.changed(),
      profiles: [...subjects].map((subject) => keptProfile(subject, detector.profileOf(subject))),
      memory: [...this.#memory.values()],
      fresh: taken.length,
      unreadable: unreadable + broken,
      lateFrom: lateFrom(taken, batch),
      trailFrom: batch.learn ? null : trailFrom(taken),
      active: taken.some(({ event }) => isWorking(event) && !isPolling(event)),
      ...this.#aboutSignals(detector, signals),
      roots: rootsOf(detector, batch.keyless),
    };
    this.#basis = batch.nextBasis;
    return judged;
  }

  async #detectorFor(batch: Batch, knowledge: Knowledge): Promise<Detector> {
    if (this.#detector !== null && this.#basis === batch.basis) return this.#detector;
    const detector = new Detector({
      lookUp: this.#lookUp,
      noteOf: (keyId) => this.#noted.get(keyId) ?? null,
      onMemory: (entry) => this.#remember(entry),
    });
    for (const { kind, id, value } of await knowledge.memory()) {
      if (isMemoryKind(kind)) detector.recall({ kind, id, value });
    }
    this.#detector = detector;
    return detector;
  }

  #remember({ kind, id, value }: MemoryEntry): void {
    const entry = { kind, id: nameOf(id), value: cleaned(value) };
    this.#memory.set(`${kind} ${entry.id}`, entry);
  }

  /** The new events, in the order of time. */
  #read(
    { events, learn, notBefore = -Infinity }: FullBatch,
    seen: Seen,
  ): { taken: Taken[]; unreadable: number } {
    const taken: Taken[] = [];
    const ids = new Set<string>();
    let unreadable = 0;
    for (const raw of events) {
      const { at: told } = raw;
      if (told < notBefore) continue;
      let event = this.#parse(raw);
      if (event === null) {
        // Read again with the overlap, it counts once; while learning nothing is read twice.
        if (learn || seen.add(textOf(raw), told)) unreadable += 1;
        // What is known beside it is judged all the same.
        event = 'outer' in raw ? this.#parse({ at: told, text: raw.outer }) : null;
        if (event === null) continue;
      }
      // Marks go by the time AWS told, which lies in the part that was asked for: what a record says need not.
      const isNew = seen.add(event.id, told);
      // One id at two times has two marks, and two ids may be kept alike; no signal can be kept twice.
      const id = cleaned(event.id);
      if (isNew && !ids.has(id)) taken.push({ event, at: event.at ?? told });
      ids.add(id);
    }
    taken.sort((a, b) => a.at - b.at || (a.event.id < b.event.id ? -1 : 1));
    return { taken, unreadable };
  }

  #parse(raw: RawEvent): CloudTrailEvent | null {
    try {
      return this.#reader.read('text' in raw ? JSON.parse(raw.text) : raw.value);
    } catch {
      return null;
    }
  }

  #aboutSignals(detector: Detector, signals: readonly Signal[]): Pick<Judged, 'about' | 'places'> {
    const about: Record<string, Judged['about'][string]> = {};
    const places: Record<string, Judged['places'][string]> = {};
    for (const signal of signals) {
      const subject = subjectOfSignal(signal);
      const { accessKeyId, address } = signal;
      const userName =
        (accessKeyId === null ? null : detector.lineage.userOf(accessKeyId)) ??
        /:user\/(?:.*\/)?([^/]+)$/.exec(signal.principalArn ?? '')?.[1] ??
        null;
      const profile = accessKeyId === null ? new Profile() : detector.profileOf(accessKeyId);
      about[subject] ??= {
        userName: userName === null ? null : nameOf(userName),
        normal: normalOf(profile, signal.at ?? 0),
      };
      const parsed = address === null ? null : parseAddress(address);
      if (address !== null && parsed !== null) places[address] ??= placeOf(parsed, this.#lookUp);
    }
    return { about, places };
  }
}

/** What our own calls asked for is compared to what the audit log has of them. */
function isRead(action: string): boolean {
  return isWanted(action) || OWN_CALLS.has(action);
}

function textOf(raw: RawEvent): string {
  // What is nested too deep to be written out again has an id, too.
  return 'text' in raw ? raw.text : digest(raw.value);
}

function isMemoryKind(kind: string): kind is MemoryKind {
  return Object.hasOwn(KINDS, kind);
}

async function recallProfiles(
  detector: Detector,
  subjects: ReadonlySet<string>,
  knowledge: Knowledge,
): Promise<void> {
  const missing = [...subjects].filter((subject) => !detector.knows(subject));
  if (missing.length === 0) return;
  const names = new Map(missing.map((subject) => [nameOf(subject), subject]));
  for (const { subject, profile } of await knowledge.profiles([...names.keys()])) {
    const of = names.get(subject);
    if (of !== undefined) detector.recallProfile(of, Profile.from(JSON.parse(profile) as ProfileJson));
  }
}

/** What breaks a rule is counted like an event that cannot be read; the others go on. */
function judgeAll(
  detector: Detector,
  taken: readonly Taken[],
  { learn }: Batch,
  own: OwnCalls,
): { signals: Signal[]; broken: number } {
  const signals: Signal[] = [];
  let broken = 0;
  for (const { event } of taken) {
    try {
      const profile = detector.profileOf(subjectOf(event, detector.lineage));
      const kind = own.kindOf(event, profile);
      // What a journal has says nothing of what else the key may do, or of how whoever gets it will use it.
      if (kind === 'on record') continue;
      if (kind === 'look') {
        detector.admit(event);
        continue;
      }
      const raised = detector.judge(event);
      if (!learn) signals.push(...raised.map(storable));
    } catch {
      broken += 1;
    }
  }
  return { signals, broken };
}

function keptProfile(subject: string, profile: Profile): Judged['profiles'][number] {
  return { subject: nameOf(subject), profile: JSON.stringify(profile), lastSeen: profile.lastSeen };
}

/** A record may hold anything where AWS writes an id; what is a column of its own must suit both engines. */
function storable(signal: Signal): Signal {
  const id = cleaned(signal.id);
  const arn = signal.principalArn;
  return { ...signal, id, principalArn: arn === null ? null : nameOf(arn) };
}

function nameOf(subject: string): string {
  const name = cleaned(subject).slice(0, LONGEST_NAME);
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  // The last letter may have been cut in two.
  return Buffer.from(name)
    .toString('utf8', 0, LONGEST_NAME)
    .replace(/\uFFFD+$/, '');
}

function cleaned(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, '');
}

function lateFrom(taken: readonly Taken[], { completeTo, learn }: Batch): number | null {
  // Marks of older ones are gone: they may have been seen, and do not hide one that is late.
  const first = taken.find(({ at }) => at >= completeTo - DAY);
  return learn || first === undefined || first.at > completeTo ? null : first.at;
}

function trailFrom(taken: readonly Taken[]): number | null {
  return taken.find(({ event }) => !event.failed && CHANGES_TRAIL.has(event.call.action))?.at ?? null;
}

function isWorking({ byService, caller }: CloudTrailEvent): boolean {
  return !byService && (caller.longTermKeyId !== null || caller.sessionKeyId !== null);
}

function rootsOf(detector: Detector, sessions: readonly string[]): Record<string, string> {
  const roots: Record<string, string> = {};
  for (const session of sessions) {
    const root = detector.lineage.rootOf(session);
    if (root !== null) roots[session] = root;
  }
  return roots;
}
