import type { IamUser, InventoryKey } from '../../domain/inventory.ts';
import { withoutSubject } from '../../inventory/gaps.ts';
import type { Report } from '../../inventory/report.ts';
import { mustRead } from '../../inventory/users.ts';
import { SweepStopped } from './sweep.ts';
import type { Sweep } from './sweep.ts';
import { readUser } from './read-user.ts';
import type { UserRead } from './read-user.ts';

/** Users looked through together. */
const PAGE = 200;
/** Users read between two writes: what a crash costs at most. */
const BATCH = 20;
/** Users read at a time; the budget of calls decides how fast. */
const AT_ONCE = 4;
/** From so many on, a batch in which AWS answered nobody's question stops the sweep. */
const ALL_BUSY = 5;

/**
 * Reads the keys of the users that are to be read, in the order of their unique ids from where the sweep was, until
 * all are read or `endsAt` (ms) has come.
 */
export async function readKeys(
  sweep: Sweep,
  report: Report | null,
  endsAt: number,
): Promise<'done' | 'more'> {
  const { services, signal, account } = sweep;
  let { cursor } = sweep.running;
  for (;;) {
    signal.throwIfAborted();
    const page: readonly IamUser[] = await services.stores.inventory.users.page(
      account.accountId,
      cursor,
      PAGE,
    );
    const last = page.at(-1);
    if (last === undefined) return 'done';
    const wanted = page.filter((user) => mustRead(sweep.running.kind, user, report));
    for (let from = 0; from < wanted.length; from += BATCH) {
      if (services.clock.now() >= endsAt) return 'more';
      await readBatch(sweep, report, wanted.slice(from, from + BATCH));
    }
    cursor = last.userId;
  }
}

async function readBatch(sweep: Sweep, report: Report | null, users: readonly IamUser[]): Promise<void> {
  const { services, signal, account, running } = sweep;
  const { inventory } = services.stores;
  const iam = await sweep.iam();
  const ids = users.map(({ userId }) => userId);
  const keysOf = byUser(await inventory.keys.ofUsers(account.accountId, ids));
  const ground = { services, iam, report, since: running.startedAt, signal };
  const read = await eachOf(users, (user) => readUser(ground, user, keysOf.get(user.userId) ?? []));
  const found = read.filter((one): one is UserRead => one !== null);
  if (found.length >= ALL_BUSY && found.every(({ busy }) => busy)) {
    throw new SweepStopped(found[0]?.gaps[0]?.why ?? 'AWS did not answer.');
  }
  for (const gap of found.flatMap(({ gaps }) => gaps)) sweep.note(gap);
  const well = found.filter(({ gaps }) => gaps.length === 0).map(({ user }) => user.userName);
  await sweep.save(
    [
      inventory.users.put(found.map(({ user }) => user)),
      inventory.keys.put(found.flatMap(({ keys }) => keys)),
      ...sweep.history(found.flatMap(({ happenings }) => happenings)),
    ],
    { cursor: ids.at(-1) ?? running.cursor, done: running.done + users.length },
    { gaps: well.reduce(withoutSubject, account.gaps) },
  );
}

function byUser(keys: readonly InventoryKey[]): Map<string, InventoryKey[]> {
  return Map.groupBy(keys, ({ userId }) => userId);
}

/** Some at a time, in order; the first failure ends it, and is thrown when those under way have ended. */
async function eachOf<T, Result>(items: readonly T[], work: (item: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length && !failed; at = next++) {
      const item = items[at];
      if (item === undefined) return;
      try {
        results[at] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}
