import type { RegionWatch } from '../../domain/watch.ts';
import { ownActOf } from '../../domain/own-act.ts';
import { isConflict } from '../../errors.ts';
import { wakeOutbox } from '../../handlers/alert.ts';
import type { Batch, Judged, Knowledge } from '../../ports/judges.ts';
import type { Write } from '../../ports/stores.ts';
import { bucketOf } from '../../watch/seen.ts';
import { withoutTrail } from '../trail-queue/feed.ts';
import { aboutKeys } from './about-keys.ts';
import { fileSignals } from './file-signals.ts';
import type { KnownKeys } from './known-keys.ts';
import type { Watching } from './watching.ts';

/** Somebody closed an incident at that very moment: the batch is judged again. */
const TRIES = 3;
/** What the detector remembers that is read when an account is taken up. */
const MOST_MEMORY = 60_000;
const MOST_KEYLESS = 500;
/** A signal of a session may wait so long for the event that made the session. */
const KEYLESS_MS = 24 * 3_600_000;

/** Events of one region that are judged and written together, looked up or out of a file. */
export interface Taking {
  readonly batch: Pick<Batch, 'learn' | 'events' | 'notBefore' | 'completeTo'>;
  /** Under which names marks of its events are kept: those that came this way, and those that came by the other. */
  readonly marks: string;
  readonly elsewhere: string;
  /** The part of time they are of; ms. */
  readonly from: number;
  readonly to: number;
  /** The region after it; null: it is not watched. */
  readonly next: (judged: Judged, now: number) => RegionWatch | null | Promise<RegionWatch | null>;
  /** What belongs into the same batch of writes. */
  readonly done?: readonly Write[];
}

/**
 * Judges events, and writes all that came of them in one batch; inside a turn only.
 * @throws a `conflict` when somebody else took the account over
 */
export async function takeIn(watching: Watching, keys: KnownKeys, taking: Taking): Promise<Judged> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await takeOnce(watching, keys, taking);
    } catch (error) {
      if (!isConflict(error) || tried === TRIES || !(await isStillOurs(watching))) throw error;
    }
  }
}

async function isStillOurs({ services, account }: Watching): Promise<boolean> {
  const kept = await services.stores.watch.accounts.byId(account.accountId);
  return kept?.version === account.version;
}

async function takeOnce(watching: Watching, keys: KnownKeys, taking: Taking): Promise<Judged> {
  const { services, account } = watching;
  const { stores, ids, clock, judges } = services;
  const { seen, signals, profiles, memory } = stores.watch;
  const { accountId, basis } = account;
  const { batch, marks, elsewhere, done = [] } = taking;
  const [from, to] = [bucketOf(taking.from), bucketOf(taking.to)];
  const now = clock.now();
  const marked = async (name: string) => (batch.learn ? [] : seen.read(accountId, name, from, to));
  const keyless = batch.learn ? [] : await signals.unattributed(accountId, now - KEYLESS_MS, MOST_KEYLESS);
  const nextBasis = ids.next();
  const judged = await judges.judge(
    {
      ...batch,
      accountId,
      basis,
      nextBasis,
      seen: await marked(marks),
      seenElsewhere: await marked(elsewhere),
      noted: keys.noted,
      own: keys.own,
      keyless: [...new Set(keyless.flatMap(({ signal }) => signal.sessionKeyId ?? []))],
    },
    knowledgeOf(watching),
  );
  const filed = await fileSignals(watching, await aboutKeys(watching, judged), keyless);
  const next = await taking.next(judged, now);
  const regions = account.regions.map((each) => (each.region === next?.region ? next : each));
  await watching.write({ regions: withoutTrail(regions, judged.trailFrom, now), basis: nextBasis }, [
    seen.put(accountId, marks, judged.seen),
    profiles.put(accountId, judged.profiles),
    memory.put(
      accountId,
      judged.memory.map((entry) => ({ ...entry, at: now })),
    ),
    ...filed.writes,
    ...done,
  ]);
  if (filed.tells) await wakeOutbox(services);
  return judged;
}

/** Where what was kept of an account is read. */
export function knowledgeOf({ services: { stores }, account: { accountId } }: Watching): Knowledge {
  return {
    memory: () => stores.watch.memory.ofAccount(accountId, MOST_MEMORY),
    profiles: (subjects) => stores.watch.profiles.ofSubjects(accountId, subjects),
    acts: async (ids) => {
      const rows = await stores.audit.byIds(ids);
      return rows.flatMap((row) => ownActOf(row) ?? []).filter((act) => act.accountId === accountId);
    },
  };
}
