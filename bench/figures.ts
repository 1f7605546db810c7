/** One line of the table: a figure of Rekey beside its floor from the same run. */
export interface Figure {
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  /** The median of the rounds. */
  readonly value: number;
  /** The least and the most of the rounds. */
  readonly spread: readonly [low: number, high: number];
  readonly rounds: number;
  /** What it is held against, measured in the same run in the same unit. */
  readonly floor: Floor | null;
  /** Value divided by floor. */
  readonly ratio: number | null;
  readonly goal: Goal | null;
}

export interface Floor {
  readonly what: string;
  readonly value: number;
  readonly spread: readonly [low: number, high: number];
}

export interface Goal {
  readonly words: string;
  /** The most, or the least, that meets it, in the figure's unit. */
  readonly most?: number;
  readonly least?: number;
  readonly met: boolean;
}

/** The `share` quantile (0 to 1) by the nearest rank: a value that was measured, never one between two. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error('There is nothing to take a quantile of');
  return found;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function spreadOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Puts one figure together from what the rounds measured. */
export function figure(
  what: { readonly bench: string; readonly what: string; readonly unit: string },
  rounds: readonly number[],
  floor: { readonly what: string; readonly rounds: readonly number[] } | null,
  goal: Omit<Goal, 'met'> | null = null,
): Figure {
  const value = median(rounds);
  const beside =
    floor === null ? null : { what: floor.what, value: median(floor.rounds), spread: spreadOf(floor.rounds) };
  return {
    ...what,
    value,
    spread: spreadOf(rounds),
    rounds: rounds.length,
    floor: beside,
    ratio: beside === null || beside.value === 0 ? null : value / beside.value,
    goal: goal === null ? null : { ...goal, met: isMet(goal, value) },
  };
}

function isMet({ most = Infinity, least = -Infinity }: Omit<Goal, 'met'>, value: number): boolean {
  return value <= most && value >= least;
}
