import { createHash } from 'node:crypto';
import type { SeenBucket } from '../ports/watch.ts';

/** Marks are kept by the ten minutes their events happened in. */
export const BUCKET = 10 * 60_000;
/** A mark has 96 bits: none of a year's events meets another's. */
const LENGTH = 16;

/** The beginning of the bucket of a time; ms. */
export function bucketOf(at: number): number {
  return Math.floor(at / BUCKET) * BUCKET;
}

export function markOf(id: string): string {
  return createHash('sha256').update(id.toWellFormed()).digest('base64url').slice(0, LENGTH);
}

/** Under which name the marks of a region's events are kept that came by file: apart from those that were looked up. */
export function marksByFile(region: string): string {
  return `${region} by file`;
}

/** The marks of a part of time, those of new events being added. */
export class Seen {
  readonly #marks: Map<number, Set<string>>;
  readonly #elsewhere: Map<number, Set<string>>;
  readonly #changed = new Set<number>();

  /** `elsewhere`: marks of events that came by another way. They are no news, and are not marked there. */
  constructor(buckets: readonly SeenBucket[], elsewhere: readonly SeenBucket[] = []) {
    this.#marks = setsOf(buckets);
    this.#elsewhere = setsOf(elsewhere);
  }

  /** True when the event is new; it is marked when it did not come this way before. */
  add(id: string, at: number): boolean {
    const bucket = bucketOf(at);
    const marks = this.#marks.get(bucket) ?? new Set<string>();
    const mark = markOf(id);
    if (marks.has(mark)) return false;
    marks.add(mark);
    this.#marks.set(bucket, marks);
    this.#changed.add(bucket);
    return this.#elsewhere.get(bucket)?.has(mark) !== true;
  }

  /** Those that have new marks. */
  changed(): SeenBucket[] {
    return [...this.#changed].map((bucket) => ({ bucket, marks: [...(this.#marks.get(bucket) ?? [])] }));
  }
}

function setsOf(buckets: readonly SeenBucket[]): Map<number, Set<string>> {
  return new Map(buckets.map(({ bucket, marks }) => [bucket, new Set(marks)]));
}
