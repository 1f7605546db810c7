import type { Db, Engine } from './engine.ts';

/** A query that drizzle can prepare; both engines' builders are. */
interface Preparable<T> {
  prepare(name: string): { execute(values?: Record<string, unknown>): PromiseLike<T> };
}

/** PostgreSQL's statement without a name: one with a name would be tied to its connection, which a pooler may change. */
const UNNAMED = '';

/**
 * A query whose text is built once: for what is asked many times a second, building it takes longer than asking. What
 * changes stands in it as `sql.placeholder(name)`.
 */
export function prepared<T>(
  engine: Engine,
  build: (db: Db) => Preparable<T>,
): (values?: Readonly<Record<string, unknown>>) => Promise<T> {
  const built = new WeakMap<Db, ReturnType<Preparable<T>['prepare']>>();
  return (values = {}) =>
    engine.read((db) => {
      const known = built.get(db);
      const statement = known ?? build(db).prepare(UNNAMED);
      if (known === undefined) built.set(db, statement);
      return statement.execute({ ...values });
    });
}
