import { iamRegion, partitionOfRegion } from '../../domain/partition.ts';
import { continued, lasting, over, type AccountWatch, type RegionWatch } from '../../domain/watch.ts';
import { wakeOutbox } from '../../handlers/alert.ts';
import { lookAccounts, namesOf } from '../../handlers/look-keys.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';
import { placesOf } from '../reminders/places.ts';
import { reasonOf } from '../../verification/reasons.ts';
import { newRegion } from '../../watch/plan.ts';
import { tellBlindness } from './blindness.ts';
import type { KnownKeys } from './known-keys.ts';
import type { Watching } from './watching.ts';

/** How often the regions of an account are listed; after a failure sooner. */
const LIST_EVERY_MS = 24 * 3_600_000;
const LIST_AGAIN_MS = 15 * 60_000;

/** Has the list read again at the next look; when it was read last stays known, about. */
export function listedLongAgo({ listedAt }: AccountWatch, now: number): Pick<AccountWatch, 'listedAt'> {
  return { listedAt: listedAt === null ? null : Math.min(listedAt, now - LIST_EVERY_MS) };
}

/** When the regions were listed last. */
function listedWellAt({ listedAt, listTrouble }: AccountWatch): number | undefined {
  const trouble = lasting(listTrouble);
  return trouble === null ? (listedAt ?? undefined) : (trouble.goodAt ?? trouble.since);
}

/**
 * Brings the list of regions up to date: the one of global services always, all that are enabled, and until those can be
 * listed, the ones AWS says keys were used in.
 */
export async function updateRegions(watching: Watching, keys: KnownKeys): Promise<void> {
  const { account, services, signal } = watching;
  const now = services.clock.now();
  const wait = account.listTrouble === null ? LIST_EVERY_MS : LIST_AGAIN_MS;
  const isDue = account.listedAt === null || now - account.listedAt >= wait;
  const global = iamRegion(account.partition);
  const used = [...keys.regions].filter((region) => partitionOfRegion(region) === account.partition);
  let enabled: readonly string[] | null = null;
  let listTrouble = account.listTrouble;
  const goodAt = listedWellAt(account);
  if (isDue) {
    try {
      const { accountId, partition } = account;
      const trail = services.aws.trail(await watching.credentials(), { accountId, partition });
      enabled = await trail.enabledRegions(signal);
      listTrouble = over(listTrouble, 'All regions that are enabled are watched.');
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AwsFailure)) throw error;
      listTrouble = { ...continued(account.listTrouble, reasonOf(error), now), goodAt };
    }
  }
  const before = new Map(account.regions.map((region) => [region.region, region]));
  const names = new Set([global, ...(enabled ?? before.keys()), ...(enabled === null ? used : [])]);
  // What was done in a region while nobody could know of it is no more normal for having been found late.
  const knownAt = goodAt ?? now;
  const regions = [...names].map((name): RegionWatch => {
    const region = before.get(name) ?? newRegion(name, now, { knownAt });
    const works = name === global || keys.regions.has(name);
    return works && region.activeAt === null ? { ...region, activeAt: now } : region;
  });
  const isSame =
    !isDue &&
    regions.length === before.size &&
    regions.every((region) => before.get(region.region) === region);
  if (isSame) return;
  const gone = account.regions.filter(({ region }) => !names.has(region));
  const writes = await tellGone(watching, gone);
  await watching.inTurn(() =>
    watching.write({ regions, listedAt: isDue ? now : account.listedAt, listTrouble }, writes),
  );
  if (writes.length > 0) await wakeOutbox(services);
}

/** Regions that were disabled are watched no more; where people were told that one is not seen, they are told why. */
async function tellGone(
  { services, connection, account: { accountId } }: Watching,
  gone: readonly RegionWatch[],
): Promise<Write[]> {
  const told = gone.filter(({ trouble }) => trouble !== null && trouble.toldAt !== null);
  if (told.length === 0) return [];
  const name = namesOf(await lookAccounts(services)).get(accountId) ?? accountId;
  const [place] = (await placesOf(services, connection)).own;
  return tellBlindness(
    services,
    place,
    told.map(({ region }) => ({
      text: `Region ${region} is no longer enabled in ${name}, and not watched any more.`,
      next: 'Nobody can do anything in a region that is disabled. Should it be enabled again, it is watched within a day.',
    })),
  );
}
