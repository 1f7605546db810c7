import { isLearning, type RegionFeed, type RegionWatch } from '../../domain/watch.ts';
import type { Judged } from '../../ports/judges.ts';
import { INTERVAL, SETTLE } from '../../watch/rhythm.ts';
import type { Watching } from '../watch/watching.ts';
import { compare } from './compare.ts';

/** Files are held against the event history so often: a sample of what happened an hour to three quarters ago. */
export const COMPARE_EVERY = 60 * 60_000;
/** Younger events may still be on their way into a file. */
export const COMPARE_AGE = 45 * 60_000;
/** Without a new agreement for so long, nothing more is taken for complete. */
const PROOF_LASTS = 3 * 60 * 60_000;
/** A queue that was not found empty for so long, or brought nothing at all, is not relied upon. */
export const NOT_EMPTY_FOR = 30 * 60_000;
export const SILENT_FOR = 90 * 60_000;
/** An event that came later than expected keeps complete-to back for so long. */
const LATE_FOR = 6 * 60 * 60_000;
const DAY = 24 * 60 * 60_000;
/** How far before its announcement the events of a file lie at the most. */
const FILE_REACH = 60 * 60_000;

/**
 * Whether files bring the events of a region, so that they need not be looked up. Holds them against the event history
 * from time to time, and moves complete-to. A queue that is gone, silent or incomplete leaves the region to the history,
 * from where the two last agreed.
 * @throws AwsFailure when the history cannot be asked; a `conflict`
 */
export async function followFeed(watching: Watching, name: string): Promise<boolean> {
  const { services } = watching;
  const { clock, stores } = services;
  const begun = watching.region(name);
  if (begun === null || begun.feed === null || isLearning(begun)) return false;
  const now = clock.now();
  const queue = await stores.watch.queues.byId(begun.feed.queueId);
  if (queue === null) {
    await change(watching, name, (region) => ({ ...left(region, now), feed: null }));
    return false;
  }
  const { drainedAt, heardAt } = queue.state;
  const isAlive =
    drainedAt !== null && heardAt !== null && now - drainedAt <= NOT_EMPTY_FOR && now - heardAt <= SILENT_FOR;
  if (!isAlive) {
    if (begun.feed.leads) await change(watching, name, (region) => left(region, now));
    return false;
  }
  if (now - (begun.feed.checkedAt ?? begun.feed.since) >= COMPARE_EVERY) {
    const outcome = await compare(watching, name, begun.feed, now - COMPARE_AGE);
    await change(watching, name, (region, feed) => compared(region, feed, outcome, now));
  }
  const region = watching.region(name);
  if (region?.feed?.leads !== true) return false;
  const waitingFrom = await stores.watch.files.oldest(queue.id, watching.account.accountId);
  const known = Math.min(drainedAt, waitingFrom ?? drainedAt);
  await change(watching, name, (current, feed) => moved(current, feed, known, now));
  return true;
}

async function change(
  watching: Watching,
  name: string,
  next: (region: RegionWatch, feed: RegionFeed) => RegionWatch,
): Promise<void> {
  await watching.inTurn(async () => {
    const region = watching.region(name);
    if (region !== null && region.feed !== null) await watching.writeRegion(next(region, region.feed));
  });
}

/** What a comparison found: of so many events of the history up to a time, how many no file had brought. */
export interface Compared {
  readonly to: number;
  readonly compared: number;
  readonly missing: number;
}

function compared(region: RegionWatch, feed: RegionFeed, outcome: Compared, now: number): RegionWatch {
  const checked = { ...feed, checkedAt: now, compared: outcome.compared, missing: outcome.missing };
  if (outcome.missing > 0) return left({ ...region, feed: checked }, now);
  // The history must have been read up to where files begin; only then nothing lies between the two.
  const isWhole = region.readTo >= feed.since;
  const leads = feed.leads || (outcome.compared > 0 && isWhole);
  return { ...region, feed: { ...checked, agreedTo: outcome.to, leads } };
}

/** The region after files brought it up to here: read as far as they go, known less what may be late. */
function moved(region: RegionWatch, feed: RegionFeed, known: number, now: number): RegionWatch {
  const late = region.lateAt !== null && now - region.lateAt < LATE_FOR ? region.lateBy : 0;
  const proven = Math.min(known - SETTLE, (feed.agreedTo ?? feed.since) + PROOF_LASTS);
  const readTo = Math.max(region.readTo, seconds(proven));
  const completeTo = Math.min(readTo, seconds(now - Math.max(SETTLE, late)));
  const settledTo = Math.max(region.settledTo, completeTo);
  // Nothing is looked up there: that no look-up shows itself is no news, and the region is watched.
  return {
    ...region,
    readTo,
    settledTo,
    completeTo,
    unseenCallAt: null,
    roundAt: now,
    nextAt: now + INTERVAL,
  };
}

/**
 * The region without files: it is looked up again from where the two last agreed. Files lead again when the history has
 * caught up with this moment, and agrees.
 */
export function left(region: RegionWatch, now: number, from = Infinity): RegionWatch {
  const { feed } = region;
  if (feed === null || !feed.leads) return region;
  const to = seconds(Math.min(region.readTo, feed.agreedTo ?? feed.since, from));
  return {
    ...region,
    readTo: to,
    settledTo: Math.min(region.settledTo, to),
    midRound: false,
    deepFrom: null,
    completeTo: Math.min(region.completeTo, to),
    nextAt: now,
    feed: { ...feed, since: now, agreedTo: null, leads: false },
  };
}

/** The region after a file that was set aside: what it holds is looked up. */
export function withoutFile(region: RegionWatch, arrivedAt: number, now: number): RegionWatch {
  return left(region, now, arrivedAt - FILE_REACH);
}

/** The region after records of a file were taken in. */
export function withRecords(region: RegionWatch, queueId: string, judged: Judged, now: number): RegionWatch {
  const kept = region.feed;
  const fresh: RegionFeed = {
    queueId,
    since: now,
    checkedAt: null,
    agreedTo: null,
    compared: 0,
    missing: 0,
    leads: false,
  };
  // Another queue begins anew: what was proven was proven of the former.
  const base = kept !== null && kept.queueId !== queueId && kept.leads ? left(region, now) : region;
  const feed = kept !== null && kept.queueId === queueId ? kept : fresh;
  const { lateFrom } = judged;
  // Older marks are gone: an event of before may have been seen.
  const late = feed.leads && lateFrom !== null && now - lateFrom < DAY ? now - lateFrom : 0;
  return {
    ...base,
    feed,
    events: base.events + judged.fresh,
    unreadable: base.unreadable + judged.unreadable,
    unreadableAt: judged.unreadable > 0 ? now : base.unreadableAt,
    activeAt: judged.active ? now : base.activeAt,
    lateBy: Math.max(late, base.lateAt !== null && now - base.lateAt < LATE_FOR ? base.lateBy : 0),
    lateAt: late > 0 ? now : base.lateAt,
    completeTo: late > 0 ? Math.min(base.completeTo, seconds(now - late)) : base.completeTo,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
