import { partitionOfRegion } from '../../domain/partition.ts';
import type { TrailFile } from '../../domain/trail-queue.ts';
import type { RegionWatch } from '../../domain/watch.ts';
import type { OpenFile, PartGroup } from '../../ports/judges.ts';
import type { Write } from '../../ports/stores.ts';
import { newRegion } from '../../watch/plan.ts';
import { marksByFile } from '../../watch/seen.ts';
import type { KnownKeys } from '../watch/known-keys.ts';
import { takeIn } from '../watch/take-in.ts';
import type { Watching } from '../watch/watching.ts';
import { aliveSince, withRecords } from './feed.ts';

/** Records of one region in the present part of an open file. */
export interface Part {
  readonly file: TrailFile;
  readonly open: OpenFile;
  readonly group: PartGroup;
  /** What belongs into the same batch: that the file is done, when this is the last of it. */
  readonly done: readonly Write[];
}

/** Judges records of a file, and writes all that came of them in one batch; inside a turn only. */
export async function takePart(watching: Watching, keys: KnownKeys, part: Part): Promise<void> {
  const { file, open, group, done } = part;
  const region = watching.region(group.region) ?? (await regionByFile(watching, group.region));
  const judged = await takeIn(watching, keys, {
    batch: {
      learn: false,
      events: { file: open.id, region: group.region },
      ...(region === null ? {} : { notBefore: region.judgedFrom }),
      completeTo: region?.completeTo ?? 0,
    },
    marks: marksByFile(group.region),
    elsewhere: group.region,
    from: group.from,
    to: group.to,
    next: async (found, now) => {
      if (region === null) return null;
      const stays = await isFedByAnother(watching, region, file.queueId, now);
      return withRecords(region, file.queueId, found, now, stays);
    },
    done,
  });
  watching.services.log.debug('records of a file were taken in', {
    accountId: watching.account.accountId,
    region: group.region,
    records: group.records,
    fresh: judged.fresh,
    signals: judged.signals.length,
  });
}

/** A region nobody looks up begins with its first file; where events are looked up, the list of regions says which. */
async function regionByFile(watching: Watching, name: string): Promise<RegionWatch | null> {
  const { account, byFilesAlone, services } = watching;
  if (!byFilesAlone || partitionOfRegion(name) !== account.partition) return null;
  const region = newRegion(name, services.clock.now());
  await watching.write({ regions: [...account.regions, region] });
  return region;
}

/** Two queues may bring the same: the one that was first goes on, as long as it can be relied upon. */
async function isFedByAnother(
  { services: { stores } }: Watching,
  { feed }: RegionWatch,
  queueId: string,
  now: number,
): Promise<boolean> {
  if (feed === null || feed.queueId === queueId) return false;
  const other = await stores.watch.queues.byId(feed.queueId);
  return other !== null && aliveSince(other.state, now) !== null;
}
