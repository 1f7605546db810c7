import { iamRegion } from '../../domain/partition.ts';
import { isLearning, over, type RegionWatch } from '../../domain/watch.ts';
import { isConflict } from '../../errors.ts';
import { wakeOutbox } from '../../handlers/alert.ts';
import type { Judged, Knowledge, RawEvent } from '../../ports/judges.ts';
import type { SeenBucket } from '../../ports/watch.ts';
import { cutSlice, newRegion, nextSlice, type Slice } from '../../watch/plan.ts';
import { afterSlice, isDue, withClock, withFloor } from '../../watch/progress.ts';
import { bucketOf, marksByFile } from '../../watch/seen.ts';
import { withoutTrail } from '../trail-queue/feed.ts';
import { symptomOf } from './blindness.ts';
import { fileSignals } from './file-signals.ts';
import type { KnownKeys } from './known-keys.ts';
import { measure, questionsOf, readSlice, type Paging, type Reading } from './read-slice.ts';
import type { Watching } from './watching.ts';

/** What the detector remembers that is read when an account is taken up. */
const MOST_MEMORY = 60_000;
export const MOST_KEYLESS = 500;
/** A signal of a session may wait so long for the event that made the session. */
export const KEYLESS_MS = 24 * 3_600_000;
/** Sessions of which each is asked for where keys are asked for one by one. */
const MOST_SESSIONS = 100;
/** Somebody closed an incident at that very moment: the batch is judged again. */
const TRIES = 3;

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
      const measured = newRegion(name, now, { perHour, activeAt: region.activeAt });
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
    await watching.inTurn(() => takeIn(watching, taken, keys));
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
async function takeIn(watching: Watching, read: Read, keys: KnownKeys): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await takeInOnce(watching, read, keys);
      return;
    } catch (error) {
      if (!isConflict(error) || tried === TRIES || !(await isStillOurs(watching))) throw error;
    }
  }
}

async function isStillOurs({ services, account }: Watching): Promise<boolean> {
  const kept = await services.stores.watch.accounts.byId(account.accountId);
  return kept?.version === account.version;
}

async function takeInOnce(watching: Watching, read: Read, keys: KnownKeys): Promise<void> {
  const { services, account } = watching;
  const { stores, ids, clock, judges } = services;
  const { accountId, basis } = account;
  const { slice, events, newest } = read;
  // What came by file meanwhile has changed the row.
  const region = withFloor(
    withClock(watching.region(read.region.region) ?? read.region, read.begunAt),
    read.begunAt,
  );
  const learn = slice.purpose === 'learn';
  const now = clock.now();
  const keyless = learn
    ? []
    : await stores.watch.signals.unattributed(accountId, now - KEYLESS_MS, MOST_KEYLESS);
  const nextBasis = ids.next();
  const judged = await judges.judge(
    {
      accountId,
      basis,
      nextBasis,
      learn,
      events,
      seen: learn
        ? []
        : await stores.watch.seen.read(
            accountId,
            region.region,
            bucketOf(slice.from),
            bucketOf(Math.max(slice.to, newest ?? 0)),
          ),
      seenElsewhere: learn ? [] : await seenByFile(watching, region, slice, newest),
      completeTo: region.completeTo,
      noted: keys.noted,
      own: keys.own,
      keyless: [...new Set(keyless.flatMap(({ signal }) => signal.sessionKeyId ?? []))],
    },
    knowledgeOf(watching),
  );
  const filed = await fileSignals(watching, judged, keyless);
  const after = afterSlice(region, slice, summaryOf(watching, read, judged), keys.ids.length);
  const next =
    symptomOf(after, now) === null
      ? { ...after, trouble: over(region.trouble, 'It was read on from where that began.') }
      : after;
  const memory = judged.memory.map((entry) => ({ ...entry, at: now }));
  const regions = account.regions.map((each) => (each.region === next.region ? next : each));
  await watching.write({ regions: withoutTrail(regions, judged.trailFrom, now), basis: nextBasis }, [
    stores.watch.seen.put(accountId, region.region, judged.seen),
    stores.watch.profiles.put(accountId, judged.profiles),
    stores.watch.memory.put(accountId, memory),
    ...filed.writes,
  ]);
  if (filed.tells) await wakeOutbox(services);
  services.log.debug('events were taken in', {
    accountId,
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

/** Marks of what files brought of this part of time, also when the queue was removed since. */
async function seenByFile(
  { services: { stores }, account: { accountId } }: Watching,
  { region }: RegionWatch,
  { from, to }: Slice,
  newest: number | null,
): Promise<SeenBucket[]> {
  return stores.watch.seen.read(
    accountId,
    marksByFile(region),
    bucketOf(from),
    bucketOf(Math.max(to, newest ?? 0)),
  );
}

function summaryOf(watching: Watching, read: Read, judged: Judged) {
  const { events, begunAt, perHour, region, calls, newest, dense, density } = read;
  const { fresh, unreadable, lateFrom } = judged;
  const isGlobal = region.region === iamRegion(watching.account.partition);
  const active = judged.active || isGlobal;
  const seen = events.length;
  return { begunAt, calls, seen, newest, dense, density, fresh, unreadable, lateFrom, active, perHour };
}

export function knowledgeOf({ services: { stores }, account: { accountId } }: Watching): Knowledge {
  return {
    memory: () => stores.watch.memory.ofAccount(accountId, MOST_MEMORY),
    profiles: (subjects) => stores.watch.profiles.ofSubjects(accountId, subjects),
  };
}

/** The latest sessions that are known to come from keys. */
async function sessionsOf({ services: { stores }, account: { accountId } }: Watching): Promise<string[]> {
  const memory = await stores.watch.memory.ofAccount(accountId, MOST_MEMORY);
  return memory
    .filter(({ kind }) => kind === 'session')
    .slice(-MOST_SESSIONS)
    .map(({ id }) => id);
}
