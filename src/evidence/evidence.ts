import { createHash } from 'node:crypto';
import type { CloudTrailEvent } from '../detections/event.ts';
import type { Change } from './changes/change.ts';
import { classify } from './classify.ts';
import type { Credential } from './credential.ts';
import type { TracedEvent } from './trace.ts';

/** One call in the order of time. Texts are from callers: escape them. */
export interface EvidenceCall {
  /** ms; null when its record has no time that can be read. */
  readonly at: number | null;
  readonly region: string | null;
  /** `service:Call`. */
  readonly action: string;
  /** The credential that made it. */
  readonly by: string;
  readonly address: string | null;
  readonly agent: string | null;
  /** `failed`: AWS could not do it; `refused`: it would not. */
  readonly outcome: 'done' | 'failed' | 'refused';
  readonly error: string | null;
  readonly reads: boolean;
  readonly eventID: string | null;
  /** What it changed, as a sentence; null for a read. */
  readonly says: string | null;
}

/** Something that was made or changed, and how it stands at the end of what is known. */
export interface EvidenceItem extends Change {
  /** Names it, also in evidence that is gathered anew: by what it is, not by its place. */
  readonly id: string;
  /** When it was made or changed first and last; ms. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly times: number;
  readonly region: string | null;
  readonly by: string;
  readonly action: string;
  readonly eventID: string | null;
  /** Somebody followed here removed it again, at this time; null: it was not seen to be removed by them. */
  readonly goneAt: number | null;
  /** AWS refused or could not do it, each time. */
  readonly tried: boolean;
}

/** A credential with what it did. */
export interface UsedCredential extends Credential {
  readonly calls: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** What a key did, in the order of time, and what it left. */
export interface Evidence {
  readonly credentials: readonly UsedCredential[];
  readonly calls: readonly EvidenceCall[];
  readonly items: readonly EvidenceItem[];
}

const LONGEST_AGENT = 200;
const ID_CHARACTERS = 12;
/** What goes when a thing is removed. */
const GOES_WITH: Readonly<Record<string, readonly string[]>> = {
  function: ['function code', 'function settings', 'address of a function'],
  role: ['trust policy'],
  user: ['console password'],
};

/** Works out what the followed calls changed. `events` in the order of time. */
export function evidenceOf(events: readonly TracedEvent[], credentials: readonly Credential[]): Evidence {
  const items = new Map<string, EvidenceItem>();
  const calls = events.map(({ event, by }) => {
    const change = classify(event);
    if (change !== null) note(items, change, event, by);
    return callOf(event, by, change);
  });
  return {
    credentials: credentials.map((credential) => used(credential, calls)),
    calls,
    items: [...items.values()],
  };
}

function callOf(event: CloudTrailEvent, by: string, change: Change | null): EvidenceCall {
  const { at, region, call, address, agent, failed, denied, errorCode, eventID } = event;
  return {
    at,
    region,
    action: call.action,
    by,
    address: address === null ? null : address.text,
    agent: agent.text === null ? null : agent.text.slice(0, LONGEST_AGENT),
    outcome: !failed ? 'done' : denied ? 'refused' : 'failed',
    error: errorCode,
    reads: call.isRead,
    eventID,
    says: change === null ? null : change.says + (change.note === null ? '' : `. ${change.note}`),
  };
}

function note(items: Map<string, EvidenceItem>, change: Change, event: CloudTrailEvent, by: string): void {
  const { at, region, call, eventID, failed } = event;
  const place = call.isGlobal ? '' : (region ?? '');
  const name = `${change.kind}\n${change.name}\n${place}`;
  const before = items.get(name);
  const removes = change.did === 'removed' && change.weight !== 'weakened';
  if (removes && !failed) {
    for (const kind of GOES_WITH[change.kind] ?? []) {
      const part = `${kind}\n${change.name}\n${place}`;
      const held = items.get(part);
      if (held !== undefined && !held.tried) items.set(part, { ...held, goneAt: at ?? held.lastAt });
    }
  }
  // What was made by them and removed by them is one thing that is gone.
  if (removes && before !== undefined && before.did !== 'removed' && !before.tried) {
    if (!failed) items.set(name, { ...before, goneAt: at ?? before.lastAt });
    return;
  }
  const item: EvidenceItem = {
    ...change,
    id: createHash('sha256').update(name.toWellFormed()).digest('base64url').slice(0, ID_CHARACTERS),
    firstAt: at,
    lastAt: at,
    times: 1,
    region: call.isGlobal ? null : region,
    by,
    action: call.action,
    eventID,
    goneAt: null,
    tried: failed,
  };
  if (before === undefined) {
    items.set(name, item);
    return;
  }
  // A try that failed changes nothing of what is there; what was done at last says more than what was tried before.
  if (failed && !before.tried) return;
  const again = before.tried === failed;
  items.set(name, { ...item, firstAt: again ? before.firstAt : at, times: again ? before.times + 1 : 1 });
}

function used(credential: Credential, calls: readonly EvidenceCall[]): UsedCredential {
  const its = calls.filter(({ by }) => by === credential.id);
  const times = its.flatMap(({ at }) => at ?? []);
  return { ...credential, calls: its.length, firstAt: times[0] ?? null, lastAt: times.at(-1) ?? null };
}

/** Items by what they are to whoever cleans up; each is in one group, in the order of time. */
export interface GroupedItems {
  readonly lasting: readonly EvidenceItem[];
  readonly givenAway: readonly EvidenceItem[];
  readonly weakened: readonly EvidenceItem[];
  readonly gone: readonly EvidenceItem[];
  readonly tried: readonly EvidenceItem[];
  readonly other: readonly EvidenceItem[];
}

export function grouped(items: readonly EvidenceItem[]): GroupedItems {
  const there = items.filter(({ tried, goneAt }) => !tried && goneAt === null);
  const of = (weight: Change['weight']) => there.filter((item) => item.weight === weight);
  return {
    lasting: of('lasting'),
    givenAway: of('given_away'),
    weakened: of('weakened'),
    gone: items.filter(({ goneAt }) => goneAt !== null),
    tried: items.filter(({ tried }) => tried),
    other: of('other'),
  };
}
