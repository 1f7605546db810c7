import type { OwnerChange, OwnerRef, Ownership, OwnersChanged, Unreached } from './owner.ts';
import { momentWords } from './time-words.ts';

/**
 * Who may tag or rename a user in AWS chooses its owner, and a thief may be able to: a change of so short before a first
 * signal is not gone by; ms. Changes that come closer together than that are one.
 */
const LATELY_MS = 24 * 3_600_000;
/** A change of so long before is gone by, and said: who is patient waits for more than a day. As long as CloudTrail's event history; ms. */
const REMEMBERED_MS = 90 * 24 * 3_600_000;
const MOST_REMEMBERED = 8;

/**
 * What was found now, with whom it was before when AWS's word on it changed. What people set in Slack is nobody's to
 * change but theirs; that it could not be asked is no change.
 */
export function withOwnerChange(former: Ownership | null, found: Ownership, now: number): Ownership {
  const { changed: _, ...plain } = found;
  const last = former?.changed;
  const kept = last === undefined ? plain : { ...plain, changed: last };
  // What it was before the failure is not known, unless that tells.
  if (former === null || (isFailed(former) && last === undefined)) return plain;
  if (isFailed(found) || areSame(ownersOf(former), ownersOf(found))) return kept;
  if (isSet(found, 'key') || isSet(found, 'mapping') || isSet(former, 'key')) return plain;
  const remembered = rememberedOf(last, now);
  const isOneOf = last !== undefined && (now - last.at < LATELY_MS || isFailed(former));
  const before = isOneOf ? last.before : ownersOf(former);
  const earlier = isOneOf ? remembered.filter(({ at }) => at !== last.at) : remembered;
  const changed = areSame(before, ownersOf(found))
    ? changesOf(earlier)
    : changesOf([{ at: now, before }, ...earlier]);
  return changed === null ? plain : { ...plain, changed };
}

/** The newest first. */
function rememberedOf(changed: OwnersChanged | undefined, now: number): readonly OwnerChange[] {
  if (changed === undefined) return [];
  const { at, before, earlier = [] } = changed;
  return [{ at, before }, ...earlier].filter((each) => each.at > now - REMEMBERED_MS);
}

function changesOf(changes: readonly OwnerChange[]): OwnersChanged | null {
  const [last, ...earlier] = changes.slice(0, MOST_REMEMBERED);
  if (last === undefined) return null;
  return earlier.length === 0 ? last : { ...last, earlier };
}

/** Who answers for a key in what began at `since`: those of before, where that changed lately or afterwards. */
export function ownersBefore(ownership: Ownership | null, since: number): Ownership | null {
  const changed = changedAround(ownership, since);
  if (changed === null) return ownership;
  const { at, before } = changed;
  if (before.length > 0) return { known: true, owners: before, from: 'tag' };
  return { known: false, why: `nobody was before ${momentWords(at)}` };
}

/** Those who are owners only since then, and who were before a change that is gone by: they are not asked, and that is said. */
export function ownersSince(ownership: Ownership | null, since: number): readonly Unreached[] {
  return [...freshOwners(ownership, since), ...formerOwners(ownership, since)];
}

/** Owners of before a change of some days or weeks ago. */
function formerOwners(ownership: Ownership | null, since: number): readonly Unreached[] {
  const asked = ownersBefore(ownership, since);
  const known = new Set(asked === null ? [] : ownersOf(asked).map(nameOf));
  return rememberedOf(ownership?.changed, since).flatMap(({ at, before }) =>
    at > since - LATELY_MS
      ? []
      : before.flatMap((owner): Unreached[] => {
          if (known.has(nameOf(owner))) return [];
          known.add(nameOf(owner));
          const why = `was an owner until ${momentWords(at)}, when the user’s tags or name in AWS came to say otherwise: whoever may change those chooses who is asked`;
          return [{ owner, why }];
        }),
  );
}

function freshOwners(ownership: Ownership | null, since: number): readonly Unreached[] {
  const changed = changedAround(ownership, since);
  if (ownership === null || changed === null) return [];
  const old = new Set(changed.before.map(nameOf));
  const fresh = ownersOf(ownership).filter((owner) => !old.has(nameOf(owner)));
  const at = momentWords(changed.at);
  if (fresh.length === 0) {
    return [{ owner: null, why: `since ${at} the user’s tags or name in AWS name fewer owners, or nobody` }];
  }
  const why = `is an owner only since ${at}, by the user’s tags or name in AWS: a thief may have changed those`;
  return fresh.map((owner) => ({ owner, why }));
}

function changedAround(ownership: Ownership | null, since: number): OwnersChanged | null {
  const changed = ownership?.changed;
  return changed !== undefined && changed.at > since - LATELY_MS ? changed : null;
}

function ownersOf(ownership: Ownership): readonly OwnerRef[] {
  return ownership.known ? ownership.owners : [];
}

function isFailed(ownership: Ownership): boolean {
  return !ownership.known && ownership.failed === true;
}

function isSet(ownership: Ownership, from: 'key' | 'mapping'): boolean {
  return ownership.known && ownership.from === from;
}

function areSame(some: readonly OwnerRef[], others: readonly OwnerRef[]): boolean {
  const names = (owners: readonly OwnerRef[]): string => owners.map(nameOf).toSorted().join();
  return names(some) === names(others);
}

function nameOf(owner: OwnerRef): string {
  return owner.kind === 'user' ? owner.userId : owner.groupId;
}
