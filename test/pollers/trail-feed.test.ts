import { describe, expect, it } from 'vitest';
import { NEW_QUEUE } from '../../src/domain/trail-queue.ts';
import type { RegionFeed, RegionWatch } from '../../src/domain/watch.ts';
import {
  aliveSince,
  compared,
  left,
  moved,
  withFeedClock,
  withoutFile,
  withoutTrail,
  withRecords,
} from '../../src/pollers/trail-queue/feed.ts';
import { failedFile } from '../../src/pollers/trail-queue/file-trouble.ts';
import { otherWords, wasProven } from '../../src/pollers/trail-queue/whose-queue.ts';
import { AwsFailure } from '../../src/ports/aws.ts';
import type { Judged } from '../../src/ports/judges.ts';
import { newRegion } from '../../src/watch/plan.ts';
import { DAY, HOUR, MINUTE } from '../../src/watch/spans.ts';
import { trailFile, trailQueue } from '../db/trail-samples.ts';

const NOW = Date.UTC(2026, 0, 10, 12);
const FEED: RegionFeed = {
  queueId: 'q',
  since: NOW - 9 * HOUR,
  checkedAt: NOW - 30 * MINUTE,
  agreedTo: NOW - 75 * MINUTE,
  compared: 9,
  missing: 0,
  leads: true,
};

/** A region that files lead. */
function region(changes: Partial<RegionWatch> = {}, feed: Partial<RegionFeed> = {}): RegionWatch {
  const base = newRegion('eu-west-1', NOW - 40 * DAY, { perHour: 9, activeAt: NOW - HOUR });
  const to = NOW - 30 * MINUTE;
  const read = { readTo: to, settledTo: to, completeTo: to, newestAt: to, roundAt: NOW - 5 * MINUTE };
  return { ...base, ...read, feed: { ...FEED, ...feed }, ...changes };
}

const JUDGED: Judged = {
  signals: [],
  seen: [],
  profiles: [],
  memory: [],
  fresh: 0,
  unreadable: 0,
  lateFrom: null,
  trailFrom: null,
  active: false,
  about: {},
  places: {},
  roots: {},
};

describe('a region that files lead', () => {
  it('is over its trouble once they bring it on, and not before', () => {
    const trouble = { why: 'AWS said no.', since: NOW - 3 * HOUR, toldAt: NOW - 2 * HOUR };
    const next = moved(region({ trouble }), FEED, NOW - MINUTE, NOW);
    expect(next.trouble?.why).toMatch(/^over: /);
    expect(next).toMatchObject({ readTo: NOW - 21 * MINUTE, newestAt: NOW - 21 * MINUTE });
    const stuck = region({ trouble, readTo: NOW - 4 * HOUR, settledTo: NOW - 4 * HOUR });
    const behind = moved(stuck, { ...FEED, agreedTo: NOW - 7 * HOUR }, NOW - MINUTE, NOW);
    expect(behind.trouble).toEqual(trouble);
  });

  it('counts for complete what was settled or came by file, not what was only looked up', () => {
    const begun = region({ readTo: NOW, settledTo: NOW - 40 * MINUTE, completeTo: NOW - 40 * MINUTE });
    const next = moved(begun, FEED, NOW - 15 * MINUTE, NOW);
    expect(next).toMatchObject({ completeTo: NOW - 35 * MINUTE, settledTo: NOW - 35 * MINUTE });
  });

  it('is thrown back by a file as far as marks are kept, and never into what was learned', () => {
    expect(withoutFile(region(), NOW - 80 * DAY, NOW).readTo).toBe(NOW - DAY);
    expect(withoutFile(region({ judgedFrom: NOW - 5 * HOUR }), NOW - 80 * DAY, NOW).readTo).toBe(
      NOW - 5 * HOUR - 1_000,
    );
    expect(withoutFile(region(), NOW - 2 * HOUR, NOW).readTo).toBe(NOW - 3 * HOUR);
  });

  it('is looked up from where somebody changed the trail', () => {
    const [first, second] = withoutTrail([region(), region()], NOW - 2 * HOUR, NOW);
    expect([first?.feed?.leads, second?.feed?.leads]).toEqual([false, false]);
    expect(first?.readTo).toBe(NOW - 3 * HOUR);
    const all = [region()];
    expect(withoutTrail(all, null, NOW)).toBe(all);
  });

  it('is not proven by a comparison that had nothing to compare', () => {
    const outcome = { to: NOW - 45 * MINUTE, compared: 0, missing: 0 };
    expect(compared(region(), FEED, outcome, NOW).feed).toMatchObject({
      agreedTo: FEED.agreedTo,
      checkedAt: NOW,
      leads: true,
    });
    const more = compared(region(), FEED, { ...outcome, compared: 1 }, NOW).feed;
    expect(more?.agreedTo).toBe(NOW - 45 * MINUTE);
  });

  it('stays with its queue while that can be relied upon, whatever another brings', () => {
    const kept = withRecords(region(), 'another', { ...JUDGED, fresh: 3 }, NOW, true);
    expect(kept).toMatchObject({ feed: FEED, events: 3, readTo: NOW - 30 * MINUTE });
    const begun = withRecords(region(), 'another', JUDGED, NOW, false);
    expect(begun.feed).toMatchObject({ queueId: 'another', leads: false, since: NOW });
    expect(begun.readTo).toBe(NOW - 75 * MINUTE);
  });

  it('begins anew when the clock was set back', () => {
    const ahead = region({ readTo: NOW + HOUR, settledTo: NOW + HOUR }, { agreedTo: NOW + HOUR });
    const next = withFeedClock(ahead, NOW);
    expect(next.feed).toMatchObject({ leads: false, since: NOW, checkedAt: null, agreedTo: null });
    expect(next.readTo).toBeLessThanOrEqual(NOW);
    expect(next.settledTo).toBeLessThanOrEqual(NOW - DAY);
    const state = { ...NEW_QUEUE, heardAt: NOW, drainedAt: NOW + MINUTE };
    expect(aliveSince(state, NOW)).toBeNull();
    expect(aliveSince({ ...state, drainedAt: NOW - MINUTE }, NOW)).toBe(NOW - MINUTE);
    expect(aliveSince({ ...state, drainedAt: NOW - 31 * MINUTE }, NOW)).toBeNull();
  });

  it('is left once', () => {
    const once = left(region(), NOW);
    expect(left(once, NOW + 1)).toBe(once);
  });
});

describe('a file that AWS refuses', () => {
  const archived = new AwsFailure({
    code: 'unexpected',
    action: 's3:GetObject',
    awsName: 'InvalidObjectState',
  });

  it('is at fault once others could be read, each time anew', () => {
    const first = failedFile(trailFile(), { readAt: null }, archived, NOW);
    expect(first).toMatchObject({ ofAll: true, file: { tries: 0, failedAt: NOW } });
    const second = failedFile(first.file, { readAt: NOW + 1 }, archived, NOW + MINUTE);
    expect(second).toMatchObject({ ofAll: false, file: { tries: 1, failedAt: NOW + MINUTE } });
    const third = failedFile(second.file, { readAt: NOW + 1 }, archived, NOW + 2 * MINUTE);
    expect(third).toMatchObject({ ofAll: true, file: { tries: 1 } });
  });
});

describe('whose a queue is', () => {
  it('shows by a file of the bucket, and is said by the name of the other', () => {
    expect(wasProven(trailQueue())).toBe(false);
    expect(wasProven(trailQueue({ readAt: 1 }))).toBe(true);
    const file = { bucket: 'other', key: 'a', region: null };
    expect(otherWords([{ announced: { ok: true, files: [file] } }], 'mine')).toContain(
      '“other”, not of “mine”',
    );
    const odd = { ...file, bucket: '<!channel>' };
    expect(otherWords([{ announced: { ok: true, files: [odd] } }], 'mine')).not.toContain('channel');
  });
});
