import type { InventoryKey, KeyStatus } from '../domain/inventory.ts';
import type { LastUse } from '../domain/last-use.ts';
import type { ReportedUse, ReportRow, Slot } from './report.ts';

/** A report tells of a time before it was finished, and IAM's replicas lag: keys younger than this prove nothing. */
export const REPORT_MARGIN_MS = 30 * 60_000;

/** Uses of a key that was just switched off may still be recorded for a while. */
const SETTLED_AFTER_MS = 3_600_000;

/** A key as ListAccessKeys showed it. */
export interface ListedKey {
  readonly accessKeyId: string;
  readonly status: KeyStatus;
  readonly createdAt: number | null;
}

/**
 * What the report proves about the last use of these keys, which are all that ListAccessKeys showed after the report
 * was made. Keys that are not in the answer must be asked about.
 *
 * A report has two slots and no key ids, so a slot is joined to a key in two cases only:
 * - One key, one filled slot: the key existed when the report was made (it was created well before, and is there
 *   after), so it stands in a slot; only one is filled.
 * - Two keys, two filled slots that tell the same of the last use: whichever is whose. `others` is how many further
 *   keys of the user are known to have existed at the time of the report; AWS allows two.
 * A slot that cannot be the key's (another status, changed before the key was created) proves nothing: then something
 * happened between report and listing.
 */
export function provenUses(
  row: ReportRow,
  reportAt: number,
  keys: readonly ListedKey[],
  others: number,
): ReadonlyMap<string, ReportedUse> {
  const nothing = new Map<string, ReportedUse>();
  const { slots } = row;
  if (slots.some(({ filled }) => filled === null)) return nothing;
  const filled = slots.filter((slot) => slot.filled === true);
  if (keys.length === 0 || keys.length > 2 || others > 0 || filled.length !== keys.length) return nothing;
  if (keys.some((key) => key.createdAt === null || key.createdAt > reportAt - REPORT_MARGIN_MS))
    return nothing;
  const [use] = filled.map((slot) => slot.use);
  if (use === undefined || filled.some((slot) => !sameUse(slot.use, use))) return nothing;
  if (use.kind === 'unreadable' || !fit(filled, keys)) return nothing;
  return new Map(keys.map(({ accessKeyId }) => [accessKeyId, use]));
}

/** Whether these slots can be those of these keys, in one order or the other. */
function fit(slots: readonly Slot[], keys: readonly ListedKey[]): boolean {
  const orders = [keys, keys.toReversed()];
  return orders.some((order) =>
    slots.every((slot, index) => {
      const key = order[index];
      if (key === undefined || slot.active !== (key.status === 'Active')) return false;
      return slot.changedAt === null || key.createdAt === null || slot.changedAt >= secondOf(key.createdAt);
    }),
  );
}

/** Reports know whole seconds. */
function secondOf(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

function sameUse(one: ReportedUse, other: ReportedUse): boolean {
  if (one.kind !== 'used' || other.kind !== 'used') return one.kind === other.kind;
  const [a, b] = [one.use, other.use];
  return a.at === b.at && a.service === b.service && a.region === b.region;
}

/**
 * Whether what is on record of a key that is not usable can no longer change: it was not usable well before it was
 * asked about last, and its row in the report has been the same since (a key that was switched on and off between
 * would show there).
 */
export function isSettled(before: InventoryKey, status: KeyStatus, rowUnchanged: boolean): boolean {
  const { lastUse } = before;
  return (
    rowUnchanged &&
    status !== 'Active' &&
    before.status === status &&
    lastUse.kind !== 'unknown' &&
    lastUse.asOf >= before.statusSince + SETTLED_AFTER_MS
  );
}

/** A proven use as a fact. */
export function lastUseOf(reported: Exclude<ReportedUse, { kind: 'unreadable' }>, asOf: number): LastUse {
  return reported.kind === 'used' ? { kind: 'used', asOf, ...reported.use } : { kind: 'not_seen', asOf };
}
