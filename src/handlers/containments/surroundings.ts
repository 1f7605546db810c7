import { lastAsked, wasStolen } from '../../domain/containment-reasons.ts';
import { isOver, SESSIONS_LIVE_MS, type Containment } from '../../domain/containment.ts';
import { iamRegion } from '../../domain/partition.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import {
  MOST_SESSIONS,
  nextSurroundings,
  SURROUNDINGS_MS,
  withFound,
  type MadeThing,
  type Surroundings,
} from '../../domain/surroundings.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Trail, TrailEvent, TrailQuestion } from '../../ports/trail.ts';
import { containmentBy } from '../drills/kept.ts';
import { connectedTo } from '../key-policy.ts';
import { askRegion, isOutOfTime, type Reading, type Window } from './ask-region.ts';
import {
  callerKeyOf,
  followSessions,
  isAcceptedCall,
  makesSession,
  principalsOf,
  rolesAssumed,
} from './assumed.ts';
import type { Containing } from './containing.ts';
import { MAKERS_OF_THINGS, thingMadeBy } from './made.ts';
import { SharedMakers, type MakersSeen } from './makers.ts';
import { rewrite, trailFor, whyUnread } from './prove.ts';

/** Pages of 50 events a region and question; what is beyond makes the answer incomplete. */
const PAGES = 20;
const MADE_PAGES = 6;
/** What comes late is read with what follows; ms. */
const OVERLAP_MS = 5 * 60_000;
/** What a thief made before anybody acted is told as far back as this; the evidence goes further. */
const OWN_BEFORE_MS = 60 * 60_000;
/** A process that dies while it reads leaves it to the next one. */
const ASKED_AGAIN_MS = 6 * 60_000;
/** A look ends by itself before its job does, and what it has seen by then counts; following leaves time for the rest; ms. */
const LOOK_MS = 4 * 60_000;
const FOLLOW_MS = 3 * 60_000;

/**
 * Reads CloudTrail around every contained user whose time has come. Answers how many there were. `askedBy`: the id of the
 * containment it is done for, if any; nothing is done where that one was read with others meanwhile.
 */
export async function readSurroundings(
  services: Containing,
  signal: AbortSignal,
  askedBy: string | null = null,
): Promise<number> {
  const { stores, clock, log } = services;
  const now = clock.now();
  const asking = askedBy === null ? null : await containmentBy(services, askedBy);
  if (asking !== null && !isDue(asking, now)) return 0;
  const rows = await stores.containments.openSince(now - 2 * SURROUNDINGS_MS);
  const due = rows.filter((row) => isDue(row, now));
  const makers = new SharedMakers(due.map((row) => ({ row, from: makersFrom(row, fromOf(row)) })));
  for (const row of due) {
    if (signal.aborted) break;
    try {
      // What was read before this one took its time, and another process may have been here.
      const newest = await stores.containments.byId(row.id);
      if (newest !== null && isDue(newest, clock.now())) await read(services, newest, makers, signal);
    } catch (error) {
      if (!isConflict(error)) log.warn('the surroundings were not read', { containmentId: row.id, error });
    }
  }
  return due.length;
}

/** A planned deactivation is of no thief. */
function isDue(row: Containment, now: number): boolean {
  if (isOver(row.state) || row.userName === null || !wasStolen(row)) return false;
  const { around } = row;
  if (around === null || newestOf(row) > around.checkedAt) return around === null || !isClaimed(around, now);
  return around.nextAt !== null && around.nextAt <= now;
}

/** Somebody reads it at this moment: it was claimed, and nothing was read since. */
function isClaimed({ checkedAt, nextAt }: Surroundings, now: number): boolean {
  return nextAt !== null && nextAt > now && nextAt === checkedAt + ASKED_AGAIN_MS;
}

function newestOf(row: Containment): number {
  return lastAsked(row)?.at ?? row.createdAt;
}

/** Up to where all of it was read; null: a key that joined since is followed from the beginning, too. */
function completeOf(row: Containment): number | null {
  const { around } = row;
  return around === null || newestOf(row) > around.checkedAt ? null : around.completeTo;
}

/** From when on CloudTrail is read now. */
function fromOf(row: Containment): number {
  const completeTo = completeOf(row);
  return completeTo === null ? row.createdAt - SESSIONS_LIVE_MS : completeTo - OVERLAP_MS;
}

/** The same for what was made: what went before it all is the evidence's. */
function makersFrom({ createdAt }: Containment, from: number): number {
  return Math.max(from, createdAt - OWN_BEFORE_MS);
}

async function read(
  services: Containing,
  row: Containment,
  makers: SharedMakers,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = services;
  const { userName } = row;
  if (userName === null) return;
  const now = clock.now();
  const { around } = row;
  const completeBefore = completeOf(row);
  const from = fromOf(row);
  const blank: Surroundings = {
    completeTo: null,
    why: 'it is being read',
    checkedAt: now,
    nextAt: null,
    sessions: [],
    roles: [],
    made: [],
    more: 0,
  };
  // Whoever moves its time reads: two instances do not read twice.
  const known = around ?? blank;
  const claim = { ...known, completeTo: completeBefore, checkedAt: now, nextAt: now + ASKED_AGAIN_MS };
  await rewrite(services, row, (before) => ({ ...before, around: claim }), 1);
  const found = await look(services, { ...row, userName }, { from, to: now }, makers, signal);
  const completeTo = found.gaps.length === 0 ? found.to - SETTLE_MS : completeBefore;
  await rewrite(services, row, (before) => ({
    ...before,
    around: withFound(before.around, {
      completeTo,
      why: found.gaps.slice(0, 3).join('; ').slice(0, 400),
      checkedAt: now,
      nextAt: nextSurroundings(newestOf(before), clock.now()),
      sessions: found.sessions,
      roles: found.roles,
      made: found.made,
    }),
  }));
}

interface Found extends Pick<Surroundings, 'sessions' | 'roles'> {
  readonly made: readonly MadeThing[];
  readonly gaps: readonly string[];
  /** Until when it was looked; ms. */
  readonly to: number;
}

async function look(
  services: Containing,
  row: Containment & { readonly userName: string },
  window: Window,
  makers: SharedMakers,
  signal: AbortSignal,
): Promise<Found> {
  const { clock } = services;
  const gaps: string[] = [];
  const ids = new Set([
    ...row.holders.map(({ accessKeyId }) => accessKeyId),
    ...(row.around?.sessions ?? []),
  ]);
  const followed = new Map<string, TrailEvent>();
  let seen: MakersSeen = { window, events: [], gaps: [] };
  const until = clock.now() + LOOK_MS;
  const reading = { clock, window, gaps, signal };
  try {
    const trail = await trailFor(services, row);
    if (trail === null) gaps.push('no connection of the account may read CloudTrail');
    else {
      await follow(trail, row, ids, { ...reading, until: until - LOOK_MS + FOLLOW_MS, into: followed });
      seen = await makers.of(row, { ...window, from: makersFrom(row, window.from) }, (asked) =>
        readMakers(trail, row, asked, { ...reading, until }),
      );
      gaps.push(...seen.gaps);
    }
  } catch (error) {
    if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
    gaps.push(error instanceof AwsFailure ? whyUnread(error) : error.message);
  }
  return {
    sessions: [...ids].filter((id) => id.startsWith('ASIA')),
    roles: rolesAssumed([...followed.values()], ids),
    made: await madeOf(services, row, ids, seen.events),
    gaps,
    to: seen.window.to,
  };
}

/**
 * Everything the keys and their sessions called, in every region; adds the sessions to `ids`. A look-up by a key's id
 * misses its sessions; those of the user itself carry its name, those of roles are asked for one by one as they become
 * known. Somebody waits for what the first look shows; later ones do not go before the watcher, which has the same calls.
 */
async function follow(
  trail: Trail,
  row: Containment & { readonly userName: string },
  ids: Set<string>,
  reading: Reading,
): Promise<void> {
  const { userName, holders, around } = row;
  const isFirst = around === null || newestOf(row) > around.checkedAt;
  const priority = isFirst ? 'people' : 'watch';
  const regions = await trail.enabledRegions(reading.signal);
  const ask = async (questions: readonly TrailQuestion[]): Promise<void> => {
    await Promise.all(
      regions.map((region) =>
        askRegion(trail, { region, questions, priority, pages: PAGES, keeps: makesSession }, reading),
      ),
    );
  };
  const byKey = (value: string): TrailQuestion => ({ by: 'AccessKeyId', value });
  const asked = new Set(holders.map(({ accessKeyId }) => accessKeyId));
  await ask([{ by: 'Username', value: userName }, ...[...asked].map(byKey)]);
  for (;;) {
    followSessions([...reading.into.values()], ids);
    const fresh = [...ids].filter((id) => !asked.has(id));
    if (isOutOfTime(reading)) return;
    const next = fresh.slice(0, Math.max(0, MOST_SESSIONS + holders.length - asked.size));
    if (next.length < fresh.length) {
      reading.gaps.push(`the key made more sessions than are followed (${MOST_SESSIONS})`);
    }
    if (next.length === 0) return;
    for (const id of next) asked.add(id);
    await ask(next.map(byKey));
    if (next.length < fresh.length) return;
  }
}

/** The calls that make something in the account, or take a containment off. */
async function readMakers(
  trail: Trail,
  { partition }: Containment,
  window: Window,
  reading: Omit<Reading, 'into' | 'gaps'>,
): Promise<MakersSeen> {
  const into = new Map<string, TrailEvent>();
  const gaps: string[] = [];
  const questions = [...MAKERS_OF_THINGS.keys()].map((value) => ({ by: 'EventName', value }) as const);
  const region = iamRegion(partition);
  const asking = { region, questions, priority: 'watch', pages: MADE_PAGES, keeps: isAcceptedCall } as const;
  await askRegion(trail, asking, { ...reading, window, into, gaps });
  return { window, events: [...into.values()], gaps };
}

/** What was made in the account since: by the user and its sessions, also shortly before, and by everybody else but us. */
async function madeOf(
  { stores }: Containing,
  row: Containment,
  ids: ReadonlySet<string>,
  events: readonly TrailEvent[],
): Promise<readonly MadeThing[]> {
  const { accountId, createdAt, userId } = row;
  const ours = new Set(
    connectedTo(await stores.connections.list(), accountId).map(({ uniqueId }) => uniqueId.split(':')[0]),
  );
  return events.flatMap((event) => {
    const caller = callerKeyOf(event);
    const principals = principalsOf(event);
    const own = (caller !== null && ids.has(caller)) || (userId !== null && principals.includes(userId));
    if (!own && (event.eventTime < createdAt || principals.some((id) => ours.has(id)))) return [];
    return thingMadeBy(event, row, own) ?? [];
  });
}
