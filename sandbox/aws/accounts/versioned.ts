/** A value with its history, so that a replica that lags can be asked what it still believes. */
export class Versioned<T> {
  private readonly versions: { readonly at: number; readonly value: T }[];

  /** The first value counts as known everywhere from the beginning. */
  constructor(initial: T) {
    this.versions = [{ at: Number.NEGATIVE_INFINITY, value: initial }];
  }

  get latest(): T {
    return this.asOf(Number.POSITIVE_INFINITY);
  }

  /** What held at `time` (ms). */
  asOf(time: number): T {
    const version = this.versions.findLast((candidate) => candidate.at <= time) ?? this.versions[0];
    if (version === undefined) throw new Error('A versioned value always has its first version.');
    return version.value;
  }

  /** Changes the value at `at` (ms). */
  set(value: T, at: number): void {
    this.versions.push({ at, value });
  }
}
