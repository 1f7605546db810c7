import type Database from 'better-sqlite3';

/** Statements kept at the most: more than there are queries, but for lists of many lengths. */
const KEPT = 400;

/**
 * Makes a connection keep its prepared statements by their text: compiling one takes longer than most of them run.
 * Whoever prepares a statement uses it before the next one is prepared, so that no two hold the same. SQLite compiles
 * them anew by itself when the schema changes.
 */
export function keepStatements(client: Database.Database): void {
  const prepare = client.prepare.bind(client) as (source: string) => Database.Statement;
  const kept = new Map<string, Database.Statement>();
  function preparedOnce(source: string): Database.Statement {
    const known = kept.get(source);
    if (known !== undefined && !known.busy) {
      // Another query of the same text may have asked for rows as lists.
      if (known.reader) known.raw(false);
      kept.delete(source);
      kept.set(source, known);
      return known;
    }
    const statement = prepare(source);
    if (kept.size >= KEPT) {
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    }
    kept.set(source, statement);
    return statement;
  }
  client.prepare = preparedOnce as typeof client.prepare;
}
