import type { IamUser, InventoryKey, KeyEvent } from '../domain/inventory.ts';
import type { LastUse, Use } from '../domain/last-use.ts';
import type { ListedKey } from './proof.ts';

/** IAM's lists lag: a key or user known for less than this is not taken for gone because a list lacks it. */
export const YOUNG_MS = 10 * 60_000;

const DAY_MS = 86_400_000;

/** A line of history without the id it is stored under. */
export type KeyHappening = Omit<KeyEvent, 'id'>;

/** What became of some keys: the rows to write, and what there is to tell of them. */
export interface KeyChanges {
  readonly keys: readonly InventoryKey[];
  readonly happenings: readonly KeyHappening[];
}

/** What was found out of one key's last use: the fact, why it could not be read, or that what is known still holds. */
export type UseReading =
  | { readonly kind: 'read'; readonly lastUse: LastUse }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'settled' };

/** A complete list of one user's keys with what was found out of each. */
export interface KeysReading {
  readonly at: number;
  readonly listed: readonly ListedKey[];
  readonly uses: ReadonlyMap<string, UseReading>;
}

/**
 * A user's keys as they are now. `before`: its existing keys; `former`: rows of listed keys that are not among those,
 * because they were taken for gone or belonged to another user.
 */
export function keysFrom(
  user: IamUser,
  before: readonly InventoryKey[],
  former: ReadonlyMap<string, InventoryKey>,
  { at, listed, uses }: KeysReading,
): KeyChanges {
  const known = new Map(before.map((key) => [key.accessKeyId, key]));
  const shown = new Set(listed.map(({ accessKeyId }) => accessKeyId));
  const kept = listed.map((key) => {
    const row = known.get(key.accessKeyId) ?? null;
    return keyFrom(user, row, former.get(key.accessKeyId) ?? null, key, uses.get(key.accessKeyId), at);
  });
  const gone = keysGone(
    before.filter(({ accessKeyId }) => !shown.has(accessKeyId)).filter((key) => !isYoung(key, at)),
    at,
  );
  return {
    keys: [...kept.flatMap(({ keys }) => keys), ...gone.keys],
    happenings: [...kept.flatMap(({ happenings }) => happenings), ...gone.happenings],
  };
}

function keyFrom(
  user: IamUser,
  before: InventoryKey | null,
  former: InventoryKey | null,
  { accessKeyId, status, createdAt }: ListedKey,
  reading: UseReading | undefined,
  at: number,
): KeyChanges {
  const last = before ?? former;
  const same = before !== null && before.status === status;
  const key: InventoryKey = {
    accessKeyId,
    accountId: user.accountId,
    userId: user.userId,
    userName: user.userName,
    status,
    createdAt,
    description: descriptionOf(user, accessKeyId) ?? (user.tags.known ? null : (last?.description ?? null)),
    lastUse: useAfter(last, reading ?? { kind: 'failed', why: 'It was not asked for.' }, at),
    firstSeenAt: last?.firstSeenAt ?? at,
    statusSince: same ? before.statusSince : at,
    statusSeen: same ? before.statusSeen : before !== null,
    goneAt: null,
  };
  const line = (what: KeyHappening['what'], detail: KeyHappening['detail']): KeyHappening => ({
    accessKeyId,
    at,
    what,
    userId: null,
    detail,
  });
  const happenings: KeyHappening[] = [];
  if (before === null) happenings.push(line('first_seen', { status, userName: user.userName, createdAt }));
  else if (!same) happenings.push(line('status', { from: before.status, to: status }));
  if (before !== null && key.lastUse.kind === 'used' && isNews(useIn(before.lastUse), key.lastUse)) {
    const { at: usedAt, service, region } = key.lastUse;
    happenings.push(line('used', { usedAt, service, region }));
  }
  return { keys: [key], happenings };
}

/** What the console keeps as the description of a key: a tag of the user, under the key's id. */
export function descriptionOf(user: IamUser, accessKeyId: string): string | null {
  return user.tags.known ? (user.tags.value[accessKeyId] ?? null) : null;
}

function useAfter(before: InventoryKey | null, reading: UseReading, at: number): LastUse {
  switch (reading.kind) {
    case 'read':
      return reading.lastUse;
    case 'failed':
      return unknownUse(before, reading.why, at);
    case 'settled':
      return before?.lastUse ?? unknownUse(before, 'It was not asked for.', at);
  }
}

/** The use is not known (any more); the record from before is kept beside the reason. */
function unknownUse(before: InventoryKey | null, why: string, at: number): LastUse {
  const last = before?.lastUse;
  const since = last?.kind === 'unknown' ? last.since : at;
  return { kind: 'unknown', why, since, last: last === undefined ? null : useIn(last) };
}

function useIn(lastUse: LastUse): Use | null {
  if (lastUse.kind === 'not_seen') return null;
  if (lastUse.kind === 'unknown') return lastUse.last;
  const { at, service, region } = lastUse;
  return { at, service, region };
}

/** History stays small: another day, or another service. */
function isNews(before: Use | null, now: Use): boolean {
  if (before === null) return true;
  return (
    Math.floor(before.at / DAY_MS) !== Math.floor(now.at / DAY_MS) ||
    (before.at !== now.at && before.service !== now.service)
  );
}

/** The keys of a user that could not be listed: what they were used for last is no longer known. */
export function keysUnread(before: readonly InventoryKey[], why: string, at: number): InventoryKey[] {
  return before.map((key) => ({ ...key, lastUse: unknownUse(key, why, at) }));
}

/** The keys are no more. Only what a complete list lacks may come here. */
export function keysGone(before: readonly InventoryKey[], at: number): KeyChanges {
  return {
    keys: before.map((key) => ({ ...key, goneAt: at })),
    happenings: before.map(({ accessKeyId, userName }) => ({
      accessKeyId,
      at,
      what: 'gone',
      userId: null,
      detail: { userName },
    })),
  };
}

/** The same keys under the tags their user has now; only those whose description is another. */
export function keysDescribed(user: IamUser, keys: readonly InventoryKey[]): InventoryKey[] {
  if (!user.tags.known) return [];
  return keys
    .map((key) => ({ ...key, description: descriptionOf(user, key.accessKeyId) }))
    .filter((key, index) => key.description !== keys[index]?.description);
}

/** Whether lists may not show it everywhere yet. */
export function isYoung(
  { firstSeenAt, createdAt }: { readonly firstSeenAt: number; readonly createdAt: number | null },
  now: number,
): boolean {
  return now - Math.max(firstSeenAt, createdAt ?? 0) < YOUNG_MS;
}
