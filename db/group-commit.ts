import type Database from 'better-sqlite3';

/** What shares a commit at the most: the loop stands still meanwhile. */
const MOST = 64;

/** Work of one transaction; synchronous. */
type Body = () => unknown;

interface Waiting {
  readonly body: Body;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Runs the body in a transaction of its own, or not at all; resolves, with what it returned, once that is on the disk. */
export type Commit = <T>(body: () => T extends PromiseLike<unknown> ? never : T) => Promise<T>;

/**
 * Transactions that are asked for in one turn of the event loop share one commit, for a commit waits for the disk and
 * most transactions do little else. One that fails is rolled back by itself, to its savepoint; where the commit fails, or
 * the file takes the whole transaction back (a full disk), all of the group fail. They run in the order they came in.
 * `patiently` runs the group, and again where another process has the file.
 */
export function groupCommit(client: Database.Database, patiently: <T>(run: () => T) => Promise<T>): Commit {
  const one = client.transaction((body: Body) => body());
  const all = client.transaction((group: readonly Waiting[]) => group.map(({ body }) => inside(body)));
  const waiting: Waiting[] = [];
  let running = false;

  /** Within the transaction of the group. */
  function inside(body: Body): Outcome {
    try {
      return { value: one(body) };
    } catch (error) {
      if (!client.inTransaction) throw error;
      return { error };
    }
  }

  async function run(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    try {
      if (first !== undefined && group.length === 1) {
        first.resolve(await patiently(() => one.immediate(first.body)));
        return;
      }
      const outcomes = await patiently(() => all.immediate(group));
      for (const [at, outcome] of outcomes.entries()) {
        if ('error' in outcome) group[at]?.reject(outcome.error);
        else group[at]?.resolve(outcome.value);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function drain(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      await run(waiting.splice(0, MOST));
    }
    running = false;
  }

  return <T>(body: () => T extends PromiseLike<unknown> ? never : T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ body, resolve: resolve as (value: unknown) => void, reject });
      if (!running) void drain();
    });
}
