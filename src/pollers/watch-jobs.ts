import { isConflict } from '../errors.ts';
import { lookAccounts, namesOf } from '../handlers/look-keys.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';
import { isDue } from '../watch/progress.ts';
import { placesOf } from './reminders/places.ts';
import { tellOf } from './watch/blindness.ts';
import { isHeld, noteBlocked, watchingConnection } from './watch/take-up.ts';
import { WATCH_JOB } from './watch-job.ts';
import { Looks, watchAccount, WATCH_RUN_MS } from './watch.ts';

const ROUNDS_JOB = 'watch-rounds';
const ROUND_MS = 20_000;
const PRUNE_JOB = 'watch-prune';
const DAY_MS = 86_400_000;
/** The setting that says up to which time what is old was forgotten. */
const PRUNED_TO = 'watch-pruned-to';
/** No run takes a longer step: it comes once a day, and a little late. */
const PRUNE_STEP_MS = DAY_MS + 3_600_000;

/** Marks are read again for a day at most; the rest is what rules may still ask for. */
const KEEP_SEEN_MS = 26 * 3_600_000;
const KEEP_PROFILE_MS = 120 * DAY_MS;
const KEEP_MEMORY_MS = { session: 3 * DAY_MS, began: 3 * DAY_MS, birth: 30 * DAY_MS, user: 120 * DAY_MS };
const KEEP_SIGNAL_MS = 400 * DAY_MS;

/** Registers the watch: `watch`, with an account id as key, the rounds that enqueue it, and what is forgotten daily. */
export function handleWatchJobs(services: Services): void {
  const { jobs } = services;
  const looks = new Looks();
  const run = {
    deadlineMs: WATCH_RUN_MS,
    heartbeatMs: services.leases.heartbeatMs,
    retries: 12,
    backoffMs: 5_000,
  };
  jobs.handle(WATCH_JOB, run, ({ key, signal }) => watchAccount(services, key, signal, looks));
  jobs.handle(ROUNDS_JOB, { deadlineMs: 60_000, atOnce: 1, retries: 12, backoffMs: 5_000 }, ({ signal }) =>
    goRounds(services, signal),
  );
  jobs.handle(PRUNE_JOB, { deadlineMs: 600_000, atOnce: 1, retries: 5, backoffMs: 60_000 }, () =>
    prune(services),
  );
}

/** Sets the rhythm. */
export async function beginWatchJobs(jobs: Jobs): Promise<void> {
  await jobs.every(ROUNDS_JOB, ROUND_MS);
  await jobs.every(PRUNE_JOB, DAY_MS);
}

/**
 * Looks at every account that may be watched: enqueues those of which a region is due or that a dead process left, tells
 * of those that can no longer be read, and forgets those without a connection.
 */
export async function goRounds(services: Services, signal: AbortSignal): Promise<void> {
  const { stores, jobs, clock, instances } = services;
  const [connections, kept, alive] = await Promise.all([
    stores.connections.list(),
    stores.watch.accounts.list(),
    instances.living(),
  ]);
  const known = new Map(kept.map((account) => [account.accountId, account]));
  const now = clock.now();
  for (const accountId of new Set(connections.map((connection) => connection.accountId))) {
    const account = known.get(accountId) ?? null;
    if (watchingConnection(connections, accountId) === null) continue;
    const hasWork =
      account === null || account.regions.length === 0
        ? (account?.heldUntil ?? 0) <= now || account?.heldBy !== null
        : account.regions.some((region) => isDue(region, now));
    if (hasWork && (account === null || !isHeld(services, account, now, alive)))
      await jobs.enqueue(WATCH_JOB, accountId);
  }
  const names = namesOf(await lookAccounts(services));
  for (const account of kept) {
    signal.throwIfAborted();
    const { accountId } = account;
    const ours = connections.filter((connection) => connection.accountId === accountId);
    const [first] = ours;
    if (first === undefined) {
      await unlessConflict(services, () => stores.atomically(stores.watch.accounts.forget(accountId)));
      continue;
    }
    const name = names.get(accountId) ?? accountId;
    // Takes note of why, when no connection may read it any more.
    if (watchingConnection(ours, accountId) === null) await noteBlocked(services, accountId, ours);
    const current = await stores.watch.accounts.byId(accountId);
    if (current === null || isHeld(services, current, now, alive) || current.heldBy === services.instanceId)
      continue;
    const [place] = (await placesOf(services, first)).own;
    await unlessConflict(services, () => tellOf(services, current, name, place));
  }
}

/** Whoever wrote first looks at it again soon enough. */
async function unlessConflict({ log }: Services, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isConflict(error)) throw error;
    log.debug('an account under watch was changed meanwhile');
  }
}

/**
 * Forgets what no rule asks for any more: a day's worth at a time, since a clock that is months ahead for an hour would
 * have all forgotten for good.
 */
export async function prune({ stores, clock }: Pick<Services, 'stores' | 'clock'>): Promise<void> {
  const kept = await stores.settings.get(PRUNED_TO);
  const now = clock.now();
  const last = kept === null ? now : Number(kept);
  const to = last > now ? now : Math.min(now, last + PRUNE_STEP_MS);
  const { seen, profiles, memory, signals } = stores.watch;
  await stores.atomically([
    seen.removeBefore(to - KEEP_SEEN_MS),
    profiles.removeBefore(to - KEEP_PROFILE_MS),
    ...Object.entries(KEEP_MEMORY_MS).map(([kind, ms]) => memory.removeBefore(kind, to - ms)),
    signals.removeBefore(to - KEEP_SIGNAL_MS),
    stores.settings.set(PRUNED_TO, String(to), now),
  ]);
}
