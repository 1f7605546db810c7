import { iamRegion } from '../../domain/partition.ts';
import { isLearning, over, type RegionWatch } from '../../domain/watch.ts';
import type { Judged, RawEvent } from '../../ports/judges.ts';
import { cutSlice, JUDGED_BEFORE, newRegion, nextSlice, type Slice } from '../../watch/plan.ts';
import { afterSlice, isDue, withClock, withFloor } from '../../watch/progress.ts';
import { marksByFile } from '../../watch/seen.ts';
import { symptomOf } from './blindness.ts';
import type { KnownKeys } from './known-keys.ts';
import { measure, questionsOf, readSlice, type Paging, type Reading } from './read-slice.ts';
import { knowledgeOf, takeIn } from './take-in.ts';
import type { Watching } from './watching.ts';

/** Sessions of which each is asked for where keys are asked for one by one. */
const MOST_SESSIONS = 100;

/**
 * Reads a region until there is nothing more, or until `endsAt`: slice by slice, each in one batch with all that came
 * of it. What a process leaves half read is read again.
 * @throws AwsFailure; a `conflict` when somebody else took the account over; the signal's reason
 */
export async function readRegion(
  watching: Watching,
  name: string,
  keys: KnownKeys,
  endsAt: number,
): Promise<'done' | 'more'> {
  const { services, account, signal } = watching;
  const { accountId } = account;
  for (;;) {
    signal.throwIfAborted();
    const now = services.clock.now();
    const region = watching.region(name);
    if (region === null) return 'done';
    if (now >= endsAt) return isDue(region, now) || isLearning(region) ? 'more' : 'done';
    const history = services.aws.eventHistory(await watching.credentials(), { accountId });
    if (region.perHour === null) {
      const { perHour } = await measure(history, name, now, signal);
      const { activeAt, judgedFrom } = region;
      // It may have taken days until it could be asked at all.
      const measured = newRegion(name, now, { perHour, activeAt, knownAt: judgedFrom + JUDGED_BEFORE });
      await watching.inTurn(() => watching.writeRegion({ ...measured, trouble: region.trouble }));
      continue;
    }
    const current = withFloor(withClock(region, now), now);
    const planned = nextSlice(current, now);
    if (planned === null) return 'done';
    const byKeys = current.way === 'keys' && planned.purpose !== 'learn';
    const questions = byKeys ? questionsOf(keys.ids, await sessionsOf(watching)) : [null];
    const whole = byKeys ? await measure(history, name, now, signal) : null;
    let slice = planned;
    let calls = whole === null ? 0 : 1;
    const read = async (): Promise<Reading> => {
      const open = slice.purpose === 'judge' && slice.to === planned.to && now - slice.to < 1_000;
      const got = await readSlice(history, name, questions, slice, { ...paging(watching), open });
      calls += got.calls;
      return got;
    };
    let reading = await read();
    while (reading.kind === 'too_long') {
      const cut = cutSlice(slice, reading.oldest, current.readTo);
      slice = cut ?? { ...slice, to: slice.from + 60_000 };
      reading = await read();
    }
    const { events, dense, density } = reading;
    const newest = Math.max(reading.newest ?? 0, whole?.newest ?? 0) || null;
    const perHour = whole?.perHour ?? null;
    const taken = { region: current, slice, events, newest, dense, density, calls, begunAt: now, perHour };
    await watching.inTurn(() => takeRead(watching, taken, keys));
  }
}

function paging(watching: Watching): Pick<Paging, 'signal' | 'onPage'> {
  return { signal: watching.signal, onPage: () => watching.stillHere() };
}

interface Read {
  readonly region: RegionWatch;
  readonly slice: Slice;
  readonly events: readonly RawEvent[];
  readonly newest: number | null;
  readonly dense: number | null;
  readonly density: number | null;
  readonly calls: number;
  readonly begunAt: number;
  readonly perHour: number | null;
}

/** Judges what was read, and writes all of it in one batch; inside a turn only. */
async function takeRead(watching: Watching, read: Read, keys: KnownKeys): Promise<void> {
  const { services, account } = watching;
  const { slice, events, newest, begunAt } = read;
  // What came by file meanwhile has changed the row.
  const region = withFloor(withClock(watching.region(read.region.region) ?? read.region, begunAt), begunAt);
  const judged = await takeIn(watching, keys, {
    batch: { learn: slice.purpose === 'learn', events, completeTo: region.completeTo },
    marks: region.region,
    // Also when the queue was removed since.
    elsewhere: marksByFile(region.region),
    from: slice.from,
    to: Math.max(slice.to, newest ?? 0),
    next: (found, now) => {
      const after = afterSlice(region, slice, summaryOf(watching, read, found), keys.ids.length);
      return symptomOf(after, now) === null
        ? { ...after, trouble: over(region.trouble, 'It was read on from where that began.') }
        : after;
    },
  });
  services.log.debug('events were taken in', {
    accountId: account.accountId,
    region: region.region,
    purpose: slice.purpose,
    from: slice.from,
    to: slice.to,
    calls: read.calls,
    events: events.length,
    fresh: judged.fresh,
    signals: judged.signals.length,
  });
}

function summaryOf(watching: Watching, read: Read, judged: Judged) {
  const { events, begunAt, perHour, region, calls, newest, dense, density } = read;
  const { fresh, unreadable, lateFrom } = judged;
  const isGlobal = region.region === iamRegion(watching.account.partition);
  const active = judged.active || isGlobal;
  const seen = events.length;
  return { begunAt, calls, seen, newest, dense, density, fresh, unreadable, lateFrom, active, perHour };
}

/** The latest sessions that are known to come from keys. */
async function sessionsOf(watching: Watching): Promise<string[]> {
  const memory = await knowledgeOf(watching).memory();
  return memory
    .filter(({ kind }) => kind === 'session')
    .slice(-MOST_SESSIONS)
    .map(({ id }) => id);
}
