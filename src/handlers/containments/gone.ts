import { incidentsOf, wasStolen } from '../../domain/containment-reasons.ts';
import { CONFIRM_READS, type Containment } from '../../domain/containment.ts';
import { endedAsGone } from '../../domain/containment-unread.ts';
import type { IamUser } from '../../domain/inventory.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { auditOutcome } from '../audit.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import type { Containing } from './containing.ts';
import { handsFor, type Hands } from './hands.ts';
import { recordsOf } from './record.ts';

const PAGE = 100;
/** Between the looks that must agree; ms. */
const LOOK_AGAIN_MS = 2_000;

/** What is gone, and the user as the inventory has it; of a planned deactivation its keys are enough. */
interface Gone {
  readonly what: 'key' | 'user';
  readonly user: IamUser;
  readonly keyIds: readonly string[];
}

/**
 * Ends what stands for months for a key that is not in AWS any more, and, where its user is denied, for a user that is
 * not: told once, and kept like all that is over. Two things must say so: a complete list of the account's users, by
 * unique ids, since a name may be another's and a user renamed; and IAM, asked now, several times. What cannot be asked is
 * not gone. Answers how many ended.
 */
export async function endGone(services: Containing, signal: AbortSignal): Promise<number> {
  const { stores, log } = services;
  let ended = 0;
  let after: string | null = null;
  for (;;) {
    const page: readonly Containment[] = await stores.containments.standingOfGone(after, PAGE);
    for (const row of page) {
      signal.throwIfAborted();
      try {
        if (await endIfGone(services, row, signal)) ended += 1;
      } catch (error) {
        if (!(error instanceof AwsFailure || error instanceof RekeyError)) throw error;
        log.info('whether a contained key is gone could not be asked', { containmentId: row.id, error });
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return ended;
    after = last.id;
  }
}

async function endIfGone(services: Containing, row: Containment, signal: AbortSignal): Promise<boolean> {
  const { stores, clock } = services;
  const gone = await goneByInventory(services, row);
  if (gone === null) return false;
  const hands = await handsFor(services, row, signal);
  for (let reads = 1; reads <= CONFIRM_READS; reads += 1) {
    if (!(await isGoneNow(hands, gone, signal))) return false;
    if (reads < CONFIRM_READS) await clock.sleep(LOOK_AGAIN_MS, signal);
  }
  const now = clock.now();
  const after = { ...endedAsGone(row, gone.what, now), updatedAt: now, version: row.version + 1 };
  const records = await recordsOf(services, row, after);
  const { id, accountId, userName, accessKeyId, correlationId } = row;
  const written = await writeIfUnchanged(services, [
    stores.containments.update(after),
    ...records.writes,
    auditOutcome(
      services,
      {
        doer: { kind: 'rekey' },
        verb: 'containment.end',
        entityKind: 'containment',
        entityId: id,
        correlationId,
        why: gone.what === 'user' ? 'its key and its user are gone from AWS' : 'its key is gone from AWS',
        detail: { accountId, user: userName, accessKeyId, incidents: incidentsOf(row) },
      },
      'done',
    ),
  ]);
  if (written) await records.written();
  return written;
}

/** What complete lists lacked; null: something of it is there still, or is not known. */
async function goneByInventory({ stores }: Containing, row: Containment): Promise<Gone | null> {
  const { keys, users } = stores.inventory;
  const keyIds = [...new Set([...row.holders, ...row.keys].map(({ accessKeyId }) => accessKeyId))];
  const [first, ...more] = await Promise.all(keyIds.map((id) => keys.byId(id)));
  const known = [first, ...more];
  if (first === null || first === undefined || known.some((key) => (key?.goneAt ?? null) === null))
    return null;
  if (known.some((key) => key?.userId !== first.userId)) return null;
  const user = await users.byId(row.accountId, first.userId);
  if (user === null || (row.userId !== null && row.userId !== user.userId)) return null;
  if (user.goneAt !== null) return { what: 'user', user, keyIds };
  const isDenied = wasStolen(row) || row.deny !== null || row.dateDeny !== null;
  return isDenied ? null : { what: 'key', user, keyIds };
}

/** Whether IAM says so at this moment. Throws AwsFailure where it does not say. */
async function isGoneNow(hands: Hands, { what, user, keyIds }: Gone, signal: AbortSignal): Promise<boolean> {
  const { userId, userName } = user;
  const seen = await orNull(hands(({ iam }) => iam.getUser(userName, signal)));
  const isThere = seen?.userId === userId;
  if (what === 'user' && isThere) return false;
  if (isThere) {
    const listed = await orNull(hands(({ iam }) => iam.listAccessKeys(userName, signal)));
    if (listed?.some(({ accessKeyId }) => keyIds.includes(accessKeyId)) === true) return false;
  }
  for (const accessKeyId of keyIds) {
    if (await isKnown(hands, accessKeyId, signal)) return false;
  }
  return true;
}

/** Of a key that is nobody's IAM may refuse to tell; that it is on no list was read before. */
async function isKnown(hands: Hands, accessKeyId: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await orNull(hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal)))) !== null;
  } catch (error) {
    if (error instanceof AwsFailure && error.code.startsWith('denied_')) return false;
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
