import type { TrailFile } from '../../domain/trail-queue.ts';
import type { RegionWatch } from '../../domain/watch.ts';
import { isConflict } from '../../errors.ts';
import { wakeOutbox } from '../../handlers/alert.ts';
import type { OpenFile, PartGroup } from '../../ports/judges.ts';
import type { Write } from '../../ports/stores.ts';
import { bucketOf, marksByFile } from '../../watch/seen.ts';
import { fileSignals } from '../watch/file-signals.ts';
import type { KnownKeys } from '../watch/known-keys.ts';
import { KEYLESS_MS, knowledgeOf, MOST_KEYLESS } from '../watch/read-region.ts';
import type { Watching } from '../watch/watching.ts';
import { aliveSince, withoutTrail, withRecords } from './feed.ts';

/** Somebody closed an incident at that very moment: the part is judged again. */
const TRIES = 3;

/** Records of one region in the present part of an open file. */
export interface Taking {
  readonly file: TrailFile;
  readonly open: OpenFile;
  readonly group: PartGroup;
  /** What belongs into the same batch: that the file is done, when this is the last of it. */
  readonly done: readonly Write[];
}

/** Judges records of a file, and writes all that came of them in one batch; inside a turn only. */
export async function takePart(watching: Watching, keys: KnownKeys, taking: Taking): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await takeOnce(watching, keys, taking);
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

async function takeOnce(watching: Watching, keys: KnownKeys, taking: Taking): Promise<void> {
  const { services, account } = watching;
  const { stores, ids, clock, judges } = services;
  const { seen, signals, profiles, memory } = stores.watch;
  const { accountId, basis } = account;
  const { file, open, group, done } = taking;
  const now = clock.now();
  const [from, to] = [bucketOf(group.from), bucketOf(group.to)];
  const region = watching.region(group.region);
  const keyless = await signals.unattributed(accountId, now - KEYLESS_MS, MOST_KEYLESS);
  const nextBasis = ids.next();
  const judged = await judges.judge(
    {
      accountId,
      basis,
      nextBasis,
      learn: false,
      events: { file: open.id, region: group.region },
      seen: await seen.read(accountId, marksByFile(group.region), from, to),
      seenElsewhere: await seen.read(accountId, group.region, from, to),
      ...(region === null ? {} : { notBefore: region.judgedFrom }),
      completeTo: region?.completeTo ?? 0,
      noted: keys.noted,
      own: keys.own,
      keyless: [...new Set(keyless.flatMap(({ signal }) => signal.sessionKeyId ?? []))],
    },
    knowledgeOf(watching),
  );
  const filed = await fileSignals(watching, judged, keyless);
  const writes = [
    seen.put(accountId, marksByFile(group.region), judged.seen),
    profiles.put(accountId, judged.profiles),
    memory.put(
      accountId,
      judged.memory.map((entry) => ({ ...entry, at: now })),
    ),
    ...filed.writes,
    ...done,
  ];
  const stays = region !== null && (await isFedByAnother(watching, region, file.queueId, now));
  const next = region === null ? null : withRecords(region, file.queueId, judged, now, stays);
  const regions = account.regions.map((each) => (each.region === next?.region ? next : each));
  await watching.write({ regions: withoutTrail(regions, judged.trailFrom, now), basis: nextBasis }, writes);
  if (filed.tells) await wakeOutbox(services);
  services.log.debug('records of a file were taken in', {
    accountId,
    region: group.region,
    records: group.records,
    fresh: judged.fresh,
    signals: judged.signals.length,
  });
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
