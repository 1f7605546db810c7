import { RekeyError } from '../src/errors.ts';
import type { Write } from '../src/ports/stores.ts';
import type { Change, Engine } from './engine.ts';

/** What each Write stands for, in order. Outside of this file a Write is opaque. */
const known = new WeakMap<Write, { readonly engine: Engine; readonly changes: readonly Change[] }>();

/** Makes the Write of a store: this change, in this engine's database. */
export function write(
  engine: Engine,
  what: string,
  rows: Change['rows'],
  build: Change['build'],
  options: { readonly erases?: boolean } = {},
): Write {
  return standsFor(engine, [{ what, rows, build, erases: options.erases ?? false }]);
}

/** Makes one Write of several, for what takes more than one statement; of none, one that does nothing. */
export function together(engine: Engine, writes: readonly Write[]): Write {
  return standsFor(engine, changesOf(engine, writes));
}

/**
 * Runs the writes together, in order, or none of them.
 * @throws RekeyError `conflict` when one touched another number of rows than it expects or met a unique value.
 */
export async function atomically(engine: Engine, writes: readonly Write[]): Promise<void> {
  const changes = changesOf(engine, writes);
  if (changes.length > 0) await engine.transact(changes);
}

/** Throws the `conflict` of a change that touched another number of rows than it must. */
export function checkRows(change: Change, touched: number): void {
  const expected = change.rows === 'inserted' ? 1 : change.rows;
  if (expected === 'any' || expected === touched) return;
  throw new RekeyError('conflict', 'Something else changed this first; nothing was done.', {
    next: 'Look again and repeat it if it is still wanted.',
    cause: new Error(`${change.what} touched ${touched} rows instead of ${expected}`),
  });
}

function standsFor(engine: Engine, changes: readonly Change[]): Write {
  const made = Object.freeze({}) as Write;
  known.set(made, { engine, changes });
  return made;
}

function changesOf(engine: Engine, writes: readonly Write[]): Change[] {
  return writes.flatMap((write) => {
    const made = known.get(write);
    if (made?.engine !== engine) {
      throw new RekeyError('internal', 'A change was handed to a store that did not make it.');
    }
    return made.changes;
  });
}
