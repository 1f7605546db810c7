import { iamRegion } from '../domain/partition.ts';
import { continued, over, type AccountWatch } from '../domain/watch.ts';
import { isConflict, RekeyError } from '../errors.ts';
import { momentWords } from '../domain/time-words.ts';
import { lookAccounts, namesOf } from '../handlers/look-keys.ts';
import type { Services } from '../handlers/services.ts';
import { AwsFailure } from '../ports/aws.ts';
import { endsSession, isOfAllCalls, isTrouble, troubleWords } from './inventory/trouble.ts';
import { placesOf } from './reminders/places.ts';
import { followFeed } from './trail-queue/feed.ts';
import { takeInFiles } from './trail-queue/take-files.ts';
import { BEHIND, blindness, tellBlindness, withSymptoms } from './watch/blindness.ts';
import { knownKeys, type KnownKeys } from './watch/known-keys.ts';
import { readRegion } from './watch/read-region.ts';
import { measure } from './watch/read-slice.ts';
import { listedLongAgo, updateRegions } from './watch/regions.ts';
import { blockedTrouble, takeUp } from './watch/take-up.ts';
import type { Watching } from './watch/watching.ts';
import { WATCH_JOB } from './watch-job.ts';
import { wakeOutbox } from '../handlers/alert.ts';
import { isDue } from '../watch/progress.ts';

/** How long one run reads before it leaves the rest to the next. */
const CHUNK_MS = 4 * 60_000;
/** A slice that was begun is read to its end, also one that asks for more than a thousand keys. */
export const WATCH_RUN_MS = CHUNK_MS + 26 * 60_000;
/** Regions read side by side: each has a budget of its own at AWS. */
const SIDE_BY_SIDE = 6;
/** After a failure a region waits, a little longer when it is not new. */
const SOON_MS = 60_000;
const LATER_MS = 5 * 60_000;

/**
 * Which accounts this process looked at last without failing: hours in which nobody looked at one of those are a leap of
 * the clock.
 */
export class Looks {
  readonly #well = new Set<string>();

  wentWell(accountId: string): boolean {
    return this.#well.has(accountId);
  }

  began(accountId: string): void {
    this.#well.delete(accountId);
  }

  ended(accountId: string): void {
    this.#well.add(accountId);
  }
}

/**
 * Reads what an account did since it was read last, in all regions that are due, judges it and tells what was found.
 * Ends early when its time is over, and then enqueues what remains; does nothing when another process has the account,
 * or no connection may read it.
 * @throws the signal's reason; RekeyError when the database does not answer.
 */
export async function watchAccount(
  services: Services,
  accountId: string,
  signal: AbortSignal,
  looks: Looks = new Looks(),
): Promise<void> {
  const watching = await takeUp(services, accountId, signal);
  if (watching === null) return;
  const { jobs, clock, log } = services;
  try {
    const alone = watching.byFilesAlone;
    if (!alone && !looks.wentWell(accountId)) await tellPause(watching);
    looks.began(accountId);
    const keys = await knownKeys(services, accountId);
    if (!alone) await updateRegions(watching, keys);
    const endsAt = clock.now() + CHUNK_MS;
    const files = takeInFiles(watching, keys, endsAt);
    const left = alone ? await files : await both(files, readAll(watching, keys, endsAt));
    await (alone ? lookAtFiles(watching) : look(watching));
    await watching.release();
    looks.ended(accountId);
    if (left) await jobs.enqueue(WATCH_JOB, accountId);
  } catch (error) {
    if (isConflict(error)) {
      log.info('the watch of an account was taken over, or the account forgotten', { accountId });
      return;
    }
    await watching.release().catch(() => undefined);
    if (signal.aborted || !isTrouble(error)) throw error;
    await keepTrouble(watching, error);
  }
}

/** Neither stops the other: whether one of them has something left; throws what the second threw, else the first. */
async function both(files: Promise<boolean>, regions: Promise<boolean>): Promise<boolean> {
  const [byFile, byLookUp] = await Promise.allSettled([files, regions]);
  if (byLookUp.status === 'rejected') throw byLookUp.reason;
  if (byFile.status === 'rejected') throw byFile.reason;
  return byFile.value || byLookUp.value;
}

/** True when something is left that is due already. */
async function readAll(watching: Watching, keys: KnownKeys, endsAt: number): Promise<boolean> {
  const now = watching.services.clock.now();
  const due = watching.account.regions
    .filter((region) => isDue(region, now))
    // Where keys work comes first.
    .toSorted((a, b) => (b.activeAt ?? 0) - (a.activeAt ?? 0) || (a.region < b.region ? -1 : 1))
    .map(({ region }) => region);
  let left = false;
  const work = async (): Promise<void> => {
    for (let region = due.shift(); region !== undefined; region = due.shift()) {
      if ((await tryRegion(watching, region, keys, endsAt)) === 'more') left = true;
    }
  };
  const workers = Array.from({ length: Math.min(SIDE_BY_SIDE, due.length) }, work);
  const ended = await Promise.allSettled(workers);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return left;
}

async function tryRegion(
  watching: Watching,
  name: string,
  keys: KnownKeys,
  endsAt: number,
): Promise<'done' | 'more'> {
  try {
    if (await followFeed(watching, name)) return 'done';
    return await readRegion(watching, name, keys, endsAt);
  } catch (error) {
    if (watching.signal.aborted || isConflict(error)) throw error;
    if (isTrouble(error) && isOfAll(error) && !(await isOfOneRegion(watching, name, error))) throw error;
    await keepRegionTrouble(watching, name, error);
    return 'done';
  }
}

/**
 * A region that was disabled refuses credentials that are good elsewhere, and one may be beyond a firewall that lets the
 * others through: one call to the region of global services tells. The list of regions is to be read again where the
 * region itself may be the reason.
 */
async function isOfOneRegion(watching: Watching, name: string, error: unknown): Promise<boolean> {
  const { services, account, signal } = watching;
  const global = iamRegion(account.partition);
  if (name === global || !(error instanceof AwsFailure)) return false;
  const history = services.aws.eventHistory(await watching.credentials(), { accountId: account.accountId });
  try {
    await measure(history, global, services.clock.now(), signal);
  } catch {
    return false;
  }
  if (endsSession(error) || error.code === 'region_not_enabled')
    await watching.inTurn(() => watching.write(listedLongAgo(watching.account, services.clock.now())));
  return true;
}

/** One region fails while others may well be read. */
async function keepRegionTrouble(watching: Watching, name: string, error: unknown): Promise<void> {
  const { services, account } = watching;
  const now = services.clock.now();
  const why = wordsOf(watching, error);
  services.log.warn('a region could not be read', { accountId: account.accountId, region: name, error });
  await watching.inTurn(async () => {
    const region = watching.region(name);
    if (region === null) return;
    const trouble = continued(region.trouble, why, now);
    const wait = now - trouble.since < 10 * SOON_MS ? SOON_MS : LATER_MS;
    await watching.writeRegion({ ...region, trouble, nextAt: now + wait });
  });
}

/** Nothing of the account can be read. */
async function keepTrouble(watching: Watching, error: AwsFailure | RekeyError): Promise<void> {
  const { services, connection, account } = watching;
  const now = services.clock.now();
  if (error instanceof AwsFailure && endsSession(error) && connection.roleArn !== null) {
    services.sessions.forget(connection.roleArn);
  }
  const trouble = continued(account.trouble, wordsOf(watching, error), now);
  const wait = now - trouble.since < 10 * SOON_MS ? SOON_MS : LATER_MS;
  services.log.warn('an account could not be watched', { accountId: account.accountId, why: trouble.why });
  const regions = account.regions.map((region) => ({
    ...region,
    nextAt: Math.max(region.nextAt, now + wait),
  }));
  try {
    await watching.inTurn(() =>
      watching.write({ regions, trouble, heldBy: null, heldUntil: now + (regions.length === 0 ? wait : 0) }),
    );
  } catch (conflict) {
    if (!isConflict(conflict)) throw conflict;
  }
}

/**
 * Nobody watched for hours, and nobody could say so meanwhile: Rekey was not running, or could not write. Said once,
 * since the regions count as looked at from now on; they are read on from where they were.
 */
async function tellPause(watching: Watching): Promise<void> {
  const { services, connection, account } = watching;
  const now = services.clock.now();
  const since = pausedSince(account, now);
  if (since === null) return;
  const { accountId } = account;
  const name = namesOf(await lookAccounts(services)).get(accountId) ?? accountId;
  const [place] = (await placesOf(services, connection)).own;
  const writes = await tellBlindness(services, place, [
    {
      text: `Nobody watched ${name} from ${momentWords(since)} to ${momentWords(now)}.`,
      next: 'Rekey was not running, or could not write to its database. What happened meanwhile is read now, and told as if it had just happened.',
    },
  ]);
  const regions = account.regions.map((region) => ({
    ...region,
    roundAt: region.roundAt === null || region.trouble !== null ? region.roundAt : now,
  }));
  await watching.inTurn(() => watching.write({ regions }, writes));
  if (writes.length > 0) await wakeOutbox(services);
}

/**
 * Since when no region was looked at, if that is long, and nothing else explains it; null otherwise. That one cannot be
 * read, as where a policy denies regions for good, explains nothing of the others.
 */
function pausedSince({ regions, trouble }: AccountWatch, now: number): number | null {
  if (trouble !== null) return null;
  const readable = regions.filter((region) => region.trouble === null);
  const last = Math.max(...readable.map(({ roundAt }) => roundAt ?? 0), 0);
  return last > 0 && now - last > BEHIND ? last : null;
}

/** Looks at what is not seen, and tells it when it is time. */
async function look(watching: Watching): Promise<void> {
  const now = watching.services.clock.now();
  await tell(watching, now, (account) =>
    Promise.resolve({
      ...account,
      trouble: over(account.trouble, 'Nothing is left to do.'),
      regions: account.regions.map((region) => withSymptoms(region, now)),
    }),
  );
}

/** The same where files are all there is: that nothing is looked up is the trouble, and regions have none of their own. */
async function lookAtFiles(watching: Watching): Promise<void> {
  const { services } = watching;
  const now = services.clock.now();
  await tell(watching, now, async (account) => {
    const connections = await services.stores.connections.list();
    return { ...account, trouble: await blockedTrouble(services, account, connections, now) };
  });
}

async function tell(
  watching: Watching,
  now: number,
  look: (account: AccountWatch) => Promise<AccountWatch>,
): Promise<void> {
  const { services, connection } = watching;
  await watching.inTurn(async () => {
    const { account } = watching;
    const seen = await look(account);
    const { accountId } = account;
    const name = namesOf(await lookAccounts(services)).get(accountId) ?? accountId;
    const told = blindness(seen, name, now);
    const [place] = (await placesOf(services, connection)).own;
    const writes = await tellBlindness(services, place, told.what);
    const { trouble, listTrouble, regions } = told.account;
    await watching.write({ trouble, listTrouble, regions }, writes);
    if (writes.length > 0) await wakeOutbox(services);
  });
}

function wordsOf({ connection }: Watching, error: unknown): string {
  if (error instanceof AwsFailure) return troubleWords(error, connection);
  return error instanceof RekeyError ? error.message : 'Rekey met an error of its own; its log has more.';
}

function isOfAll(error: AwsFailure | RekeyError): boolean {
  return error instanceof RekeyError || isOfAllCalls(error);
}
