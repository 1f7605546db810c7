import { CONFIRM_READS, INLINE_DATE_DENY, INLINE_DENY, type Containment } from '../../domain/containment.ts';
import { DENY_EVERYTHING, denyBefore } from '../../domain/containment-policies.ts';
import { inlineToRead, type ContainedLook, type InlineSeen } from '../../domain/containment-steps.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { ListedUser } from '../../ports/aws.ts';
import { wasStolen } from '../../domain/containment-reasons.ts';
import { UNREAD_AFTER_MS } from '../../domain/containment-unread.ts';
import type { Containing } from './containing.ts';
import { failureOf, isPassing } from './effects.ts';
import type { Hands } from './hands.ts';

/** A look with who the user is; null where that may not be read. */
export interface FullLook {
  readonly look: ContainedLook;
  readonly user: Pick<ListedUser, 'userId' | 'arn'> | null;
  /** Why its keys, or its attached policies, could not be read; null when they were. */
  readonly unread: AwsFailure | null;
}

/**
 * Reads everything about a user that a containment is about, all at once. Throws AwsFailure when it cannot; `row`: of a
 * key that was stolen, what must not wait for a list is left unread.
 */
export async function lookAtUser(
  { clock }: Pick<Containing, 'clock'>,
  hands: Hands,
  containment: Pick<Containment, 'userId' | 'deny' | 'dateDeny'> & { readonly userName: string },
  signal: AbortSignal,
  row: Pick<Containment, 'holders' | 'trouble'> | null = null,
): Promise<FullLook> {
  const { userName, userId, dateDeny } = containment;
  const failures: AwsFailure[] = [];
  const unlessUrgent = (error: unknown): null => {
    if (row === null || !(error instanceof AwsFailure) || !isToGoOn(row, error, clock.now())) throw error;
    failures.push(error);
    return null;
  };
  const toRead = inlineToRead(containment);
  const inline = (name: string, text: string): Promise<InlineSeen | null> =>
    toRead.includes(name)
      ? hands(async ({ deny }) => seenAs(await deny.userPolicy(userName, name, signal), text))
      : Promise.resolve(null);
  const all = Promise.all([
    hands(({ iam }) => iam.getUser(userName, signal))
      .catch(notAllowed)
      .catch(unlessUrgent),
    hands(({ iam }) => iam.listAccessKeys(userName, signal)).catch(unlessUrgent),
    hands(({ iam }) => iam.listAttachedUserPolicies(userName, signal)).catch(unlessUrgent),
    hands(({ iam }) => iam.listUserPolicies(userName, signal)).catch(notNeeded),
    inline(INLINE_DENY, DENY_EVERYTHING),
    inline(INLINE_DATE_DENY, dateDeny === null ? '' : denyBefore(dateDeny.issuedBefore)),
  ]);
  try {
    const [user, keys, attached, names, inlineDeny, date] = await all;
    const other = userId !== null && user !== null && user.userId !== userId;
    const at = clock.now();
    const unread = failures.find(({ action }) => READ_FIRST.has(action)) ?? null;
    const look: ContainedLook = {
      at,
      user: other ? 'other' : 'there',
      keys,
      attached,
      inline: names,
      inlineDeny,
      dateDeny: date,
      ...(unread === null ? {} : { unread: failureOf(unread, at, null) }),
    };
    return { look, user, unread };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'no_such_entity') throw error;
    const nothing = { keys: [], attached: [], inlineDeny: null, dateDeny: null };
    return { look: { at: clock.now(), user: 'gone', ...nothing }, user: null, unread: null };
  }
}

/** What must be known of a user before it is changed, as a rule. */
const READ_FIRST: ReadonlySet<string> = new Set(['iam:ListAccessKeys', 'iam:ListAttachedUserPolicies']);

/** A key that was stolen does not wait for a right nobody has, nor for long where AWS does not answer. */
function isToGoOn(
  { holders, trouble }: Pick<Containment, 'holders' | 'trouble'>,
  error: AwsFailure,
  now: number,
): boolean {
  if (!wasStolen({ holders })) return false;
  if (error.code.startsWith('denied_')) return true;
  return isPassing(error) && trouble !== null && now - trouble.at >= UNREAD_AFTER_MS;
}

/** A look, and the row under the name that the user has by now. */
export interface LookAtRow extends FullLook {
  readonly row: Containment;
}

/**
 * The same for a user that was found before. Where its name is gone, or another's, the keys tell its name by now, or, where
 * they are gone, too, a list of all users: to rename a user takes nothing of what it may do.
 */
export async function lookAfterUser(
  services: Pick<Containing, 'clock'>,
  hands: Hands,
  row: Containment & { readonly userName: string },
  signal: AbortSignal,
): Promise<LookAtRow> {
  const first = await lookAtUser(services, hands, row, signal, row);
  if (first.look.user === 'there') return { ...first, row };
  const keyIds = new Set([row.accessKeyId, ...row.keys.map((key) => key.accessKeyId)]);
  for await (const userName of namesNow(hands, row, keyIds, signal)) {
    if (userName === null || userName === row.userName) continue;
    const renamed = { ...row, userName };
    const again = await lookAtUser(services, hands, renamed, signal);
    if (again.look.user !== 'there') continue;
    const event = { at: again.look.at, what: 'renamed_user', about: userName } as const;
    const userArn = again.user?.arn ?? row.userArn;
    return { ...again, row: { ...renamed, userArn, events: [...row.events, event] } };
  }
  return { ...first, row };
}

/** What the user may be called by now: by its keys, then by its unique id. */
async function* namesNow(
  hands: Hands,
  row: Containment,
  keyIds: Iterable<string>,
  signal: AbortSignal,
): AsyncGenerator<string | null> {
  let refused: AwsFailure | null = null;
  for (const accessKeyId of keyIds) {
    try {
      yield await nameByKey(hands, accessKeyId, signal);
    } catch (error) {
      if (!(error instanceof AwsFailure) || !error.code.startsWith('denied_')) throw error;
      refused ??= error;
    }
  }
  yield await nameById(hands, row, refused, signal);
}

/** Null where AWS knows no such key, or no user of it. */
async function nameByKey(hands: Hands, accessKeyId: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal))).userName;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'no_such_entity') throw error;
    return null;
  }
}

/**
 * By its unique id; null where that is not known, or nobody may list users. Where it is sure that the user is gone it is
 * asked once more before a reason is taken back: who may list users may have come meanwhile. `refused`: AWS did not let
 * anybody ask for the name by a key, which it may also do of a key that is nobody's: thrown unless the list tells.
 */
async function nameById(
  hands: Hands,
  { userId, absent, state }: Pick<Containment, 'userId' | 'absent' | 'state'>,
  refused: AwsFailure | null,
  signal: AbortSignal,
): Promise<string | null> {
  const isSure = absent >= CONFIRM_READS;
  const isTakenBack = state === 'undoing' || state === 'recovering';
  if (userId === null || (isSure && !isTakenBack)) {
    if (refused !== null && !isSure) throw refused;
    return null;
  }
  try {
    return await hands(async ({ iam }) => {
      for await (const page of iam.listUsers(signal)) {
        const found = page.find((each) => each.userId === userId);
        if (found !== undefined) return found.userName;
      }
      return null;
    });
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    // Only that nobody may list leaves it at that: it may be known a moment later.
    if (isSure && !error.code.startsWith('denied_')) throw error;
    if (refused !== null && !isSure) throw refused;
    return null;
  }
}

/** To know the user's unique id is a safeguard that not every policy allows. */
function notAllowed(error: unknown): null {
  if (error instanceof AwsFailure && error.code.startsWith('denied_')) return null;
  throw error;
}

/** Nothing waits for the names of inline policies: a deny wins over all of them. */
function notNeeded(error: unknown): null {
  if (error instanceof AwsFailure && error.code !== 'no_such_entity') return null;
  throw error;
}

/** Whether a policy by our name is the one we put: white space and the order of its fields do not count. */
export function seenAs(text: string | null, ours: string): InlineSeen {
  if (text === null) return 'none';
  try {
    return canonical(JSON.parse(text)) === canonical(JSON.parse(ours === '' ? 'null' : ours))
      ? 'ours'
      : 'other';
  } catch {
    return 'other';
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
