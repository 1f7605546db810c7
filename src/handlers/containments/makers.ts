import type { Containment } from '../../domain/containment.ts';
import type { TrailEvent } from '../../ports/trail.ts';
import type { Window } from './ask-region.ts';

/** Events of an account of that time; `gaps`: why some may be missing. */
export interface MakersSeen {
  readonly window: Window;
  readonly events: readonly TrailEvent[];
  readonly gaps: readonly string[];
}

/** What one contained user needs, up to now. */
export interface Needing {
  readonly row: Pick<Containment, 'id' | 'accountId'>;
  readonly from: number;
}

/** What was read so long ago does for another user of the account; ms. */
const FRESH_MS = 60_000;

/**
 * The calls that make something in an account are the same whoever asks: what is read for one contained user serves the
 * others of its account that are read in the same pass. What is not complete serves nobody else.
 */
export class SharedMakers {
  readonly #needing: readonly Needing[];
  readonly #seen = new Map<string, MakersSeen>();

  /** `needing`: all who are going to ask. */
  constructor(needing: readonly Needing[]) {
    this.#needing = needing;
  }

  /** Of the account's calls those from `own.from` on; `read` asks CloudTrail. */
  async of(
    { accountId }: Pick<Containment, 'accountId'>,
    own: Window,
    read: (window: Window) => Promise<MakersSeen>,
  ): Promise<MakersSeen> {
    const known = this.#seen.get(accountId);
    if (known !== undefined && known.window.from <= own.from && own.to - known.window.to <= FRESH_MS) {
      return since(known, own);
    }
    const froms = this.#needing.flatMap(({ row, from }) => (row.accountId === accountId ? [from] : []));
    const window = { from: Math.min(own.from, ...froms), to: own.to };
    const all = await read(window);
    if (all.gaps.length === 0) {
      this.#seen.set(accountId, all);
      return since(all, own);
    }
    // What was too much for all of them may not be for this one.
    return window.from === own.from ? all : read(own);
  }
}

function since({ window, events, gaps }: MakersSeen, own: Window): MakersSeen {
  const to = Math.min(window.to, own.to);
  return {
    window: { from: own.from, to },
    events: events.filter(({ eventTime }) => eventTime >= own.from),
    gaps,
  };
}
