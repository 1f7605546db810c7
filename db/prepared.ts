import type { Db, Engine } from './engine.ts';
import { shareReads } from './share-reads.ts';
import { storable } from './schema/values.ts';

/** A query that drizzle can prepare; both engines' builders are. */
interface Preparable<T> {
  prepare(name: string): { execute(values?: Record<string, unknown>): PromiseLike<T> };
}

/** PostgreSQL's statement without a name: one with a name would be tied to its connection, which a pooler may change. */
const UNNAMED = '';

/**
 * A query whose text is built once: for what is asked many times a second, building it takes longer than asking. What
 * changes stands in it as `sql.placeholder(name)`: text or a whole number, which no column checks there. Those who ask
 * the same at once share the rows.
 */
export function prepared<T>(
  engine: Engine,
  build: (db: Db) => Preparable<T>,
): (values?: Readonly<Record<string, string | number>>) => Promise<T> {
  const built = new WeakMap<Db, ReturnType<Preparable<T>['prepare']>>();
  const read = shareReads((key) =>
    engine.readShortly((db) => {
      const known = built.get(db);
      const statement = known ?? build(db).prepare(UNNAMED);
      if (known === undefined) built.set(db, statement);
      return statement.execute(JSON.parse(key) as Record<string, string | number>);
    }),
  );
  return async (values = {}) => read(JSON.stringify(mapped(values)));
}

/** As the columns do. */
function mapped(values: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, storable(value)]));
}
