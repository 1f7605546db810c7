import { movedTo, type Containment, type ContainmentHolder } from '../../domain/containment.ts';
import { heldFor, joined, renewed } from '../../domain/containment-acts.ts';
import { isConflict } from '../../errors.ts';
import type { Containing } from './containing.ts';
import { inEarnest } from './in-earnest.ts';
import { recordsOf } from './record.ts';

const TRIES = 5;

/** The open containment of the same user, or null. */
export async function openOfUser(
  { stores }: Pick<Containing, 'stores'>,
  { accountId, userId, userName }: Pick<Containment, 'accountId' | 'userId' | 'userName'>,
): Promise<Containment | null> {
  const open = await stores.containments.openAbout(accountId, { accessKeyId: null, userId, userName });
  return (
    open.find((each) =>
      userId === null || each.userId === null ? each.userName === userName : each.userId === userId,
    ) ?? null
  );
}

/** The open containment that a key belongs to: by a reason that names it, or by its user (null: not known). */
export async function openOfKey(
  { stores }: Pick<Containing, 'stores'>,
  {
    accountId,
    accessKeyId,
    userId,
  }: Pick<Containment, 'accountId' | 'userId'> & Pick<ContainmentHolder, 'accessKeyId'>,
): Promise<Containment | null> {
  const open = await stores.containments.openAbout(accountId, { accessKeyId, userId, userName: null });
  return (
    open.find(
      (each) =>
        each.holders.some((holder) => holder.accessKeyId === accessKeyId) ||
        (userId !== null && each.userId === userId),
    ) ?? null
  );
}

/** The user is contained already: the reason joins the others there, and this row is over. */
export async function mergeInto(services: Containing, mine: Containment, found: Containment): Promise<void> {
  const { stores, clock } = services;
  for (let tries = 1; ; tries += 1) {
    const into = await openOfUser(services, found);
    const newest = await stores.containments.byId(mine.id);
    if (into === null || newest === null || newest.state !== 'finding') return;
    const now = clock.now();
    const holders: readonly ContainmentHolder[] = newest.holders;
    // The same reason twice would have to be taken back twice.
    const after = holders.reduce(
      (row, holder) =>
        heldFor(row, holder) === null
          ? joined(row, holder, found.keys, now)
          : (renewed(row, holder, now) ?? row),
      into,
    );
    const over: Containment = {
      ...movedTo(newest, 'merged', now),
      mergedInto: into.id,
      nextAt: null,
      leaseOwner: null,
      leaseUntil: 0,
      updatedAt: now,
      version: newest.version + 1,
    };
    // What was held for the same reason already goes on as it was.
    const isNews = after !== into;
    const { correlationId } = isNews ? newest : into;
    const merged = { ...after, correlationId, updatedAt: now, version: into.version + 1 };
    const { row, writes } = await inEarnest(services, into, merged);
    const records = [
      await recordsOf(services, newest, over, 'now', isNews),
      await recordsOf(services, into, row),
    ];
    try {
      await stores.atomically([
        stores.containments.update(over),
        stores.containments.update(row),
        ...writes,
        ...records.flatMap(({ writes }) => writes),
      ]);
    } catch (error) {
      if (!isConflict(error) || tries === TRIES) throw error;
      continue;
    }
    for (const { written } of records) await written();
    return;
  }
}
