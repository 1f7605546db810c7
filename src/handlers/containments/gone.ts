import { incidentsOf, wasStolen } from '../../domain/containment-reasons.ts';
import { CONFIRM_READS, isGone, type Containment } from '../../domain/containment.ts';
import { toldAsGone } from '../../domain/containment-events.ts';
import { endedAsGone, isOutOfReach } from '../../domain/containment-unread.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';
import { auditOutcome } from '../audit.ts';
import { inSlices } from '../in-slices.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import type { Containing } from './containing.ts';
import { failureOf } from './effects.ts';
import { handsFor, nobody, type Hands } from './hands.ts';
import { recordsOf } from './record.ts';
import { UsersNow } from './users-now.ts';

const PAGE = 100;
const TRIES = 5;
/** Between the looks that must agree; ms. */
const LOOK_AGAIN_MS = 2_000;
/** So many are looked at together: most of the time they wait between looks, and for the account's calls. */
const AT_ONCE = 8;
/** Of so many in one account a list of its users tells more than to ask for each. */
const MANY = 20;
/** So long others may wait for a turn; ms. */
const SLICE_MS = 10;

/** Where the last look ended before it was through. */
const leftAt = new WeakMap<object, string>();

/** What one look over all of them goes by. */
interface Look {
  readonly connected: ReadonlySet<string>;
  /** With those that are being disconnected, which may fail: how that ends is not known yet. */
  readonly known: ReadonlySet<string>;
  readonly users: UsersNow;
  /** Whether many are of this account. */
  readonly isMany: (accountId: string) => boolean;
}

/** What may be gone, by complete lists of the account. */
interface MayBeGone {
  readonly what: 'key' | 'user';
  /** As it was named last. */
  readonly userName: string;
  /** Null where it could never be read. */
  readonly userId: string | null;
  readonly keyIds: readonly string[];
  /** Whether a sweep of the account listed what this is about: then its absence from a later one is a proof. */
  readonly isListed: boolean;
}

/**
 * Ends what stands for months for a key that is not in AWS any more, and, where its user is denied, for a user that is
 * not: told once, and kept like all that is over. Two things must say so: a complete list of the account's users, by
 * unique ids, since a name may be another's and a user renamed; and IAM, asked now, several times. The list is the
 * inventory's, or, of what no sweep ever saw, one that is read now. What cannot be asked is not gone; where IAM shows no
 * such user, and no list proves it, or nobody can act in the account, the message says so. Answers how many ended.
 */
export async function endGone(services: Containing, signal: AbortSignal): Promise<number> {
  const { stores } = services;
  const all = await stores.connections.list();
  const look = {
    connected: new Set(all.flatMap(({ state, accountId }) => (state === 'connected' ? [accountId] : []))),
    known: new Set(all.map(({ accountId }) => accountId)),
    users: new UsersNow(services.clock),
  };
  const giveWay = inSlices(services.clock, SLICE_MS);
  let ended = 0;
  // Where an earlier look had no time left: those that come first must not keep the others from ever being asked.
  let after = leftAt.get(stores) ?? null;
  for (;;) {
    const page: readonly Containment[] = await stores.containments.standing(after, PAGE);
    const counts = new Map<string, number>();
    for (const { accountId } of page) counts.set(accountId, (counts.get(accountId) ?? 0) + 1);
    const isMany = (accountId: string): boolean => (counts.get(accountId) ?? 0) >= MANY;
    const lookAtPage: Look = { ...look, isMany };
    const waiting = [...page];
    const worker = async (): Promise<void> => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
        signal.throwIfAborted();
        await giveWay();
        if (await lookAt(services, row, lookAtPage, signal)) ended += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, page.length) }, worker));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      leftAt.delete(stores);
      return ended;
    }
    after = last.id;
    leftAt.set(stores, after);
  }
}

async function lookAt(
  services: Containing,
  row: Containment,
  look: Look,
  signal: AbortSignal,
): Promise<boolean> {
  const { connected, known } = look;
  try {
    const isConnected = connected.has(row.accountId);
    if (!isConnected && known.has(row.accountId)) return false;
    const now = await withReach(services, row, isConnected);
    return now !== null && isConnected && (await endIfGone(services, now, look, signal));
  } catch (error) {
    if (!(error instanceof AwsFailure || error instanceof RekeyError)) throw error;
    services.log.info('whether a contained key is gone could not be asked', {
      containmentId: row.id,
      error,
    });
    return false;
  }
}

async function endIfGone(
  services: Containing,
  row: Containment,
  { users, isMany }: Look,
  signal: AbortSignal,
): Promise<boolean> {
  const gone = await unlistedOf(services, row);
  if (gone === null) return false;
  const { clock } = services;
  const { accountId } = row;
  const hands = await handsFor(services, row, signal, 'background');
  const isOnList = async (userId: string): Promise<boolean | null> =>
    users.has(accountId, userId, hands, signal);
  // Of many one list tells who is there still, and nobody is asked for one by one.
  if (gone.what === 'user' && gone.userId !== null && !isGone(row) && isMany(accountId)) {
    if ((await isOnList(gone.userId)) === true) return false;
  }
  let proven = true;
  for (let reads = 1; reads <= CONFIRM_READS; reads += 1) {
    const seen = await seenNow(hands, gone, isOnList, signal);
    if (seen === 'there') {
      if (isGone(row)) await write(services, row, (now) => ({ ...now, absent: 0 }));
      return false;
    }
    proven &&= seen === 'gone';
    if (reads < CONFIRM_READS) await clock.sleep(LOOK_AGAIN_MS, signal);
  }
  if (proven) return end(services, row, gone.what);
  if (!isGone(row)) await write(services, row, (now) => toldAsGone(now, clock.now()));
  return false;
}

/** Has the row say whether anything connects to its account, and nothing more; null when somebody else wrote. */
async function withReach(
  services: Containing,
  row: Containment,
  isConnected: boolean,
): Promise<Containment | null> {
  if (isConnected !== isOutOfReach(row)) return row;
  const trouble = isConnected ? null : failureOf(nobody(row.accountId, []), services.clock.now(), null);
  return (await write(services, row, (now) => ({ ...now, trouble }))) ? { ...row, trouble } : null;
}

async function end(services: Containing, row: Containment, what: MayBeGone['what']): Promise<boolean> {
  const { id, accountId, userName, accessKeyId, correlationId } = row;
  const act = {
    doer: { kind: 'rekey' },
    verb: 'containment.end',
    entityKind: 'containment',
    entityId: id,
    correlationId,
    why: what === 'user' ? 'its key and its user are gone from AWS' : 'its key is gone from AWS',
    detail: { accountId, user: userName, accessKeyId, incidents: incidentsOf(row) },
  } as const;
  return write(services, row, (now) => endedAsGone(now, what, services.clock.now()), [
    auditOutcome(services, act, 'done'),
  ]);
}

/**
 * Changes the row as it is by now: what is found around its user is written to it, too. False when a person's act came
 * first, or it does not stand as it stood.
 */
async function write(
  services: Containing,
  row: Containment,
  change: (row: Containment) => Containment,
  more: readonly Write[] = [],
): Promise<boolean> {
  const { stores, clock } = services;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const now = await stores.containments.byId(row.id);
    if (now === null || now.stateAt !== row.stateAt || now.correlationId !== row.correlationId) return false;
    const after = { ...change(now), updatedAt: clock.now(), version: now.version + 1 };
    const records = await recordsOf(services, now, after);
    const writes = [stores.containments.update(after), ...records.writes, ...more];
    if (!(await writeIfUnchanged(services, writes))) continue;
    await records.written();
    return true;
  }
  return false;
}

/**
 * What complete lists lacked, or never had; null: something of it is there still, or is not known. What was said to be
 * gone is asked of IAM also where a list has it by now: it is there, maybe under another name, or that list is old.
 */
async function unlistedOf({ stores }: Containing, row: Containment): Promise<MayBeGone | null> {
  const { keys, users } = stores.inventory;
  const keyIds = [...new Set([...row.holders, ...row.keys].map(({ accessKeyId }) => accessKeyId))];
  const known = (await Promise.all(keyIds.map((id) => keys.byId(id)))).flatMap((key) => key ?? []);
  const isToldGone = isGone(row);
  const isEachGone = known.every(({ goneAt }) => goneAt !== null);
  if (!isEachGone && !isToldGone) return null;
  const userId = row.userId ?? known[0]?.userId ?? null;
  if (known.some((key) => key.userId !== userId)) return null;
  const user = userId === null ? null : await users.byId(row.accountId, userId);
  const userName = user?.userName ?? row.userName;
  if (userName === null) return null;
  const about = { userName, userId, keyIds };
  if (user !== null && user.goneAt !== null) return { what: 'user', ...about, isListed: true };
  const isDenied = wasStolen(row) || row.deny !== null || row.dateDeny !== null;
  if (isDenied) return user === null || isToldGone ? { what: 'user', ...about, isListed: false } : null;
  return { what: 'key', ...about, isListed: isEachGone && known.length === keyIds.length };
}

/**
 * What IAM shows at this moment; `unproven`: neither the user by its name nor its keys, and that proves nothing. Throws
 * AwsFailure where it does not say.
 */
async function seenNow(
  hands: Hands,
  { what, userName, userId, keyIds, isListed }: MayBeGone,
  isOnList: (userId: string) => Promise<boolean | null>,
  signal: AbortSignal,
): Promise<'there' | 'gone' | 'unproven'> {
  const seen = await orNull(hands(({ iam }) => iam.getUser(userName, signal)));
  // Whose name it is cannot be told without its unique id.
  const isThere = seen !== null && (userId === null || seen.userId === userId);
  if (what === 'user' && isThere) return 'there';
  if (isThere) {
    const listed = await orNull(hands(({ iam }) => iam.listAccessKeys(userName, signal)));
    if (listed?.some(({ accessKeyId }) => keyIds.includes(accessKeyId)) === true) return 'there';
  }
  const answers: ('known' | 'none' | 'refused')[] = [];
  for (const accessKeyId of keyIds) answers.push(await lastUsed(hands, accessKeyId, signal));
  if (answers.includes('known')) return 'there';
  if (isListed || (isThere && userId !== null)) return 'gone';
  // Only of a key alone is it enough that IAM knows none.
  if (what === 'key' && answers.every((answer) => answer === 'none')) return 'gone';
  if (isThere || userId === null) return 'unproven';
  const isListedNow = await isOnList(userId);
  return isListedNow === null ? 'unproven' : isListedNow ? 'there' : 'gone';
}

/** `refused`: of a key that is nobody's IAM may refuse to tell. */
async function lastUsed(
  hands: Hands,
  accessKeyId: string,
  signal: AbortSignal,
): Promise<'known' | 'none' | 'refused'> {
  try {
    const known = await orNull(hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal)));
    return known === null ? 'none' : 'known';
  } catch (error) {
    if (error instanceof AwsFailure && error.code.startsWith('denied_')) return 'refused';
    throw error;
  }
}

/** Null where IAM knows no such thing. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'no_such_entity') throw error;
    return null;
  }
}
