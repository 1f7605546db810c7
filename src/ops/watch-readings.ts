import { isLearning, lasting, watchState, type RegionWatch, type WatchTrouble } from '../domain/watch.ts';
import type { WatchStores } from '../ports/watch.ts';
import { ACTIVE_FOR } from '../watch/rhythm.ts';

/** How the watch stands. Times are ms. */
export interface WatchReadings {
  /** How many accounts stand how. */
  readonly accounts: ReadonlyMap<ReturnType<typeof watchState>, number>;
  /**
   * Of the region that is furthest behind, those in which keys work apart: how long ago what was read ends, and what is
   * complete. Regions that are being learned are left out; without any other there is no such figure.
   */
  readonly behind: ReadonlyMap<'active' | 'quiet', { readonly readMs: number; readonly completeMs: number }>;
  readonly queues: QueueReadings | null;
}

/** How trail queues stand, all of them together; there is at least one. */
export interface QueueReadings {
  /** `troubled`: one of the things the alert channel is told of lasts. */
  readonly count: ReadonlyMap<'working' | 'troubled', number>;
  /** Messages AWS said are in them at the last look. */
  readonly messages: number;
  /** How long the queue was not found empty for which that is longest; ms. */
  readonly notEmptyMs: number;
  readonly files: ReadonlyMap<'waiting' | 'aside', number>;
}

/** Reads them. */
export async function readWatch(
  { accounts, queues, files }: Pick<WatchStores, 'accounts' | 'queues' | 'files'>,
  now: number,
): Promise<WatchReadings> {
  const [watched, set] = await Promise.all([accounts.list(), queues.list()]);
  const left = await Promise.all(set.map(({ id }) => files.left(id, now)));
  const regions = watched.flatMap((account) => account.regions).filter((region) => !isLearning(region));
  const [active, quiet] = [true, false].map((is) => regions.filter((region) => isActive(region, now) === is));
  const sum = (which: 'waiting' | 'aside'): number => left.reduce((all, each) => all + each[which], 0);
  const troubled = set.filter(({ state }) =>
    [state.trouble, state.behind, state.gaps, state.asideTrouble].some(lasts),
  ).length;
  return {
    accounts: counted(watched.map(watchState)),
    behind: new Map([
      ...behindOf('active' as const, active ?? [], now),
      ...behindOf('quiet' as const, quiet ?? [], now),
    ]),
    queues:
      set.length === 0
        ? null
        : {
            count: new Map([
              ['working', set.length - troubled],
              ['troubled', troubled],
            ]),
            messages: set.reduce((all, { state }) => all + (state.depth ?? 0), 0),
            notEmptyMs: Math.max(0, ...set.map(({ state, setAt }) => now - (state.drainedAt ?? setAt))),
            files: new Map([
              ['waiting', sum('waiting')],
              ['aside', sum('aside')],
            ]),
          },
  };
}

function lasts(trouble: WatchTrouble | null): boolean {
  return lasting(trouble) !== null;
}

function isActive({ activeAt }: RegionWatch, now: number): boolean {
  return activeAt !== null && now - activeAt < ACTIVE_FOR;
}

function behindOf<Which>(
  which: Which,
  regions: readonly RegionWatch[],
  now: number,
): [Which, { readMs: number; completeMs: number }][] {
  if (regions.length === 0) return [];
  const since = (moments: readonly number[]): number => Math.max(0, now - Math.min(...moments));
  const readMs = since(regions.map(({ readTo }) => readTo));
  return [[which, { readMs, completeMs: since(regions.map(({ completeTo }) => completeTo)) }]];
}

function counted<Name>(names: readonly Name[]): Map<Name, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}
