import { isLearning, over, type RegionFeed, type RegionWatch } from '../../domain/watch.ts';
import type { QueueState, TrailQueue } from '../../domain/trail-queue.ts';
import type { Judged } from '../../ports/judges.ts';
import { expectedLate, withClock } from '../../watch/progress.ts';
import { INTERVAL, intervalOf, SETTLE } from '../../watch/rhythm.ts';
import { DAY, HOUR, MINUTE, SECOND, seconds } from '../../watch/spans.ts';
import { symptomOf } from '../watch/blindness.ts';
import type { Watching } from '../watch/watching.ts';
import { compare } from './compare.ts';

/** Files are held against the event history so often: a sample of what happened an hour to three quarters ago. */
const COMPARE_EVERY = HOUR;
/** Younger events may still be on their way into a file. */
const COMPARE_AGE = 45 * MINUTE;
/** Without a new agreement for so long, nothing more is taken for complete. */
const PROOF_LASTS = 3 * HOUR;
/** A queue that was not found empty for so long, or brought nothing at all, is not relied upon. */
export const NOT_EMPTY_FOR = 30 * MINUTE;
export const SILENT_FOR = 90 * MINUTE;
/** How far before its announcement the events of a file lie at the most. */
const FILE_REACH = HOUR;

/**
 * Whether files bring the events of a region, so that they need not be looked up. Holds them against the event history
 * from time to time, and moves complete-to. A queue that is gone, silent or incomplete, or whose files cannot be read,
 * leaves the region to the history, from where the two last agreed.
 * @throws AwsFailure when the history cannot be asked; a `conflict`
 */
export async function followFeed(watching: Watching, name: string): Promise<boolean> {
  const { services, account } = watching;
  const { clock, stores } = services;
  const { queues, files } = stores.watch;
  const found = watching.region(name);
  if (found === null || found.feed === null || isLearning(found)) return false;
  const now = clock.now();
  if (isAhead(found, found.feed, now)) await change(watching, name, (region) => withFeedClock(region, now));
  const begun = watching.region(name);
  if (begun === null || begun.feed === null) return false;
  const queue = await queues.byId(begun.feed.queueId);
  if (queue === null) {
    await change(watching, name, (region) => ({ ...left(region, now), feed: null }));
    return false;
  }
  const drainedAt = aliveSince(queue.state, now);
  // What was announced before that is known by other means: somebody has an old file read again.
  const waitingFrom = await files.oldest(queue.id, account.accountId, name, begun.settledTo + SETTLE);
  if (drainedAt === null || (waitingFrom !== null && now - waitingFrom > NOT_EMPTY_FOR)) {
    if (begun.feed.leads) await change(watching, name, (region) => left(region, now));
    return false;
  }
  if (wasLost(begun.feed, queue)) {
    await change(watching, name, (region) => withoutFile(region, queue.state.lostAt ?? now, now));
    return false;
  }
  if (now - (begun.feed.checkedAt ?? begun.feed.since) >= COMPARE_EVERY) {
    const outcome = await compare(watching, name, begun.feed, now - COMPARE_AGE);
    await change(watching, name, (region, feed) =>
      feed.queueId === queue.id ? compared(region, feed, outcome, now) : region,
    );
  }
  if (watching.region(name)?.feed?.leads !== true) return false;
  const known = Math.min(drainedAt, waitingFrom ?? drainedAt);
  await change(watching, name, (region, feed) =>
    // A file may have been set aside meanwhile.
    feed.leads && feed.queueId === queue.id ? moved(region, feed, known, now) : region,
  );
  return watching.region(name)?.feed?.leads === true;
}

/** When a queue that can be relied upon was last found empty; null: it cannot. A time to come is none. */
export function aliveSince({ drainedAt, heardAt }: QueueState, now: number): number | null {
  if (drainedAt === null || heardAt === null || drainedAt > now || heardAt > now) return null;
  return now - drainedAt <= NOT_EMPTY_FOR && now - heardAt <= SILENT_FOR ? drainedAt : null;
}

/** Something was set aside that did not say whose it is, and nothing was proven since. */
function wasLost({ leads, agreedTo, since }: RegionFeed, { state: { lostAt } }: TrailQueue): boolean {
  return leads && lostAt !== null && lostAt > (agreedTo ?? since);
}

function isAhead({ readTo }: RegionWatch, { since, checkedAt, agreedTo }: RegionFeed, now: number): boolean {
  return Math.max(readTo, since, checkedAt ?? 0, agreedTo ?? 0) > now;
}

/** The region after the clock was set back: what was agreed upon is of times to come. */
export function withFeedClock(region: RegionWatch, now: number): RegionWatch {
  const next = left(withClock(region, now), now);
  return next.feed === null
    ? next
    : { ...next, feed: { ...next.feed, since: now, checkedAt: null, agreedTo: null } };
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

export function compared(region: RegionWatch, feed: RegionFeed, outcome: Compared, now: number): RegionWatch {
  const checked = { ...feed, checkedAt: now, compared: outcome.compared, missing: outcome.missing };
  if (outcome.missing > 0) return left({ ...region, feed: checked }, now);
  // The history must have been read up to where files begin; only then nothing lies between the two.
  const isWhole = region.readTo >= feed.since;
  const leads = feed.leads || (outcome.compared > 0 && isWhole);
  // Where there was nothing to compare, nothing was proven.
  const agreedTo = outcome.compared > 0 ? outcome.to : feed.agreedTo;
  return { ...region, feed: { ...checked, agreedTo, leads } };
}

/** The region after files brought it up to here: read as far as they go, known less what may be late. */
export function moved(region: RegionWatch, feed: RegionFeed, known: number, now: number): RegionWatch {
  const late = expectedLate(region, now);
  const proven = seconds(Math.min(known - SETTLE, (feed.agreedTo ?? feed.since) + PROOF_LASTS));
  const readTo = Math.max(region.readTo, proven);
  // What the history brought last was not old enough to be all there.
  const certain = Math.min(readTo, Math.max(region.settledTo, proven));
  const completeTo = Math.min(certain, seconds(now - Math.max(SETTLE, late)));
  const next: RegionWatch = {
    ...region,
    readTo,
    settledTo: Math.max(region.settledTo, completeTo),
    completeTo,
    // Nothing is looked up there: that no look-up shows itself is no news, and the region is watched.
    unseenCallAt: null,
    newestAt: Math.max(region.newestAt ?? 0, readTo),
    roundAt: now,
    nextAt: now + Math.max(INTERVAL, intervalOf(region, now)),
  };
  return symptomOf(next, now) === null
    ? { ...next, trouble: over(region.trouble, 'Its files bring what happened.') }
    : next;
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

/** The region after a file that was set aside: what it holds is looked up, as far as marks of events are kept. */
export function withoutFile(region: RegionWatch, arrivedAt: number, now: number): RegionWatch {
  return left(region, now, Math.max(arrivedAt - FILE_REACH, now - DAY, region.judgedFrom - SECOND));
}

/** The regions after somebody changed a trail: what it left out since is looked up. */
export function withoutTrail(
  regions: readonly RegionWatch[],
  trailFrom: number | null,
  now: number,
): readonly RegionWatch[] {
  return trailFrom === null ? regions : regions.map((region) => withoutFile(region, trailFrom, now));
}

/**
 * The region after records of a file were taken in. `stays`: the queue it is fed by is another one, and can be relied
 * upon: it stays with that.
 */
export function withRecords(
  region: RegionWatch,
  queueId: string,
  judged: Judged,
  now: number,
  stays = false,
): RegionWatch {
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
  const isKept = kept !== null && (stays || kept.queueId === queueId);
  const base = isKept ? region : left(region, now);
  const feed = isKept ? kept : fresh;
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
    lateBy: Math.max(late, expectedLate(base, now)),
    lateAt: late > 0 ? now : base.lateAt,
    completeTo: late > 0 ? Math.min(base.completeTo, seconds(now - late)) : base.completeTo,
  };
}
