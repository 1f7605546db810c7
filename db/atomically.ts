import { RekeyError } from '../src/errors.ts';
import type { Write } from '../src/ports/stores.ts';
import type { Change, Engine } from './engine.ts';

/** What each Write stands for. Outside of this file a Write is opaque. */
const changes = new WeakMap<Write, { readonly engine: Engine; readonly change: Change }>();

/** Makes the Write of a store: this change, in this engine's database. */
export function write(
  engine: Engine,
  what: string,
  rows: Change['rows'],
  build: Change['build'],
  options: { readonly erases?: boolean } = {},
): Write {
  const made = Object.freeze({}) as Write;
  changes.set(made, { engine, change: { what, rows, build, erases: options.erases ?? false } });
  return made;
}

/**
 * Runs the writes together, in order, or none of them.
 * @throws RekeyError `conflict` when one touched another number of rows than it expects or met a unique value.
 */
export async function atomically(engine: Engine, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  await engine.transact(
    writes.map((write) => {
      const known = changes.get(write);
      if (known?.engine !== engine) {
        throw new RekeyError('internal', 'A change was handed to a store that did not make it.');
      }
      return known.change;
    }),
  );
}

/** Throws the `conflict` of a change that touched another number of rows than it must. */
export function checkRows(change: Change, touched: number): void {
  if (change.rows === 'any' || change.rows === touched) return;
  throw new RekeyError('conflict', 'Something else changed this first; nothing was done.', {
    next: 'Look again and repeat it if it is still wanted.',
    cause: new Error(`${change.what} touched ${touched} rows instead of ${change.rows}`),
  });
}
