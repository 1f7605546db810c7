import { ROTATE_TAG } from '../../domain/capability.ts';
import type { Connection } from '../../domain/connection.ts';
import { quotedName } from '../../domain/connection.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { DeletionSeen, KeyDeletion } from '../../domain/key-deletion.ts';
import { lastUseWords } from '../../domain/key-words.ts';
import type { LastUse } from '../../domain/last-use.ts';
import { missingPolicies, type PolicyDocument } from '../../domain/policy.ts';
import { momentWords, spanWords } from '../../domain/time-words.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Iam, ListedUser, SimulatedContext } from '../../ports/aws.ts';
import type { DeleteProof, RotatedAccount, UserLook } from '../../ports/rotation-world.ts';
import { longInactiveProof } from '../../rotation/proof.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { signersFor } from '../containments/hands.ts';
import { connectedTo } from '../key-policy.ts';
import { lastUse as readLastUse, rotatedAccount } from '../rotations/account.ts';
import type { Services } from '../services.ts';
import { inTheWay, periodOf, type InTheWay } from './stands-in-the-way.ts';

/**
 * What AWS shows of a key that is to be deleted.
 * - `ready`: nothing stands in the way; the proof holds for this moment, and `account` may do it
 * - `gone`: there is no such key any more
 * - `no`: it must not be, and waiting would not help
 * - `unknown`: it could not be read
 */
export type DeletionLook =
  | {
      readonly answer: 'ready';
      readonly seen: DeletionSeen;
      readonly proof: DeleteProof;
      readonly account: RotatedAccount;
    }
  | { readonly answer: 'gone' }
  | ({ readonly answer: 'no' } & InTheWay)
  | { readonly answer: 'unknown'; readonly why: string };

/** What deleting takes of a connection: the least of the capability that rotates keys of others. */
const NEEDED = ['iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:GetUser'];

/** Everything about the key, Rekey's own knowledge first, AWS's last: right before anything is changed. */
export async function lookForDeletion(
  services: Services,
  key: InventoryKey,
  signal: AbortSignal,
): Promise<DeletionLook> {
  const known = await inTheWay(services, key);
  if (known !== null) return { answer: 'no', ...known };
  const { accountId, userName, userId, accessKeyId } = key;
  const ours = connectedTo(await services.stores.connections.list(), accountId);
  if (ours.length === 0) {
    const why = `Nothing connects to the account ${accountId} any more.`;
    return { answer: 'no', why, next: 'An admin connects it with /aws-connect.' };
  }
  const user = await services.stores.inventory.users.byId(accountId, userId);
  const target = {
    accountId,
    userName,
    userId,
    userArn: user?.arn ?? null,
    holders: [],
    keys: [{ accessKeyId, before: 'Inactive' } as const],
  };
  const { able, same } = await signersFor(services, target, 'rotate_others');
  if (able.length === 0) {
    const names = same.map(({ name }) => quotedName(name)).join(', ');
    return {
      answer: 'no',
      why: `Rekey itself signs as ${userName} (${names}), and no other connection reaches the account.`,
      next: 'Connect the account a second time, such as by a role, and ask again.',
    };
  }
  return firstThatMay(services, key, able, signal);
}

async function firstThatMay(
  services: Services,
  key: InventoryKey,
  able: readonly Connection[],
  signal: AbortSignal,
): Promise<DeletionLook> {
  let refused: DeletionLook | null = null;
  let unknown: DeletionLook | null = null;
  for (const connection of able) {
    try {
      const look = await lookBy(services, key, connection, signal);
      if (look.answer !== 'no' || !('mayNot' in look)) return look;
      refused ??= { answer: 'no', why: look.why, next: look.next };
    } catch (error) {
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
      const denied = error instanceof AwsFailure && error.code.startsWith('denied_');
      if (denied) refused ??= { answer: 'no', ...mayNot(connection, key, null, error.action) };
      else unknown ??= { answer: 'unknown', why: failureWords(error) };
    }
  }
  // What could not be asked may yet be allowed.
  return unknown ?? refused ?? { answer: 'unknown', why: 'No connection answered.' };
}

type LookBy = DeletionLook | ({ readonly answer: 'no'; readonly mayNot: true } & InTheWay);

async function lookBy(
  services: Services,
  key: InventoryKey,
  connection: Connection,
  signal: AbortSignal,
): Promise<LookBy> {
  const { aws, clock } = services;
  const { accountId, userName, userId, accessKeyId, statusSince } = key;
  const credentials = await credentialsOf(services, connection);
  if (credentials.kind === 'host') throw new RekeyError('internal', 'A connection signs as the host.');
  const iam = aws.iam(credentials, connection.partition, { accountId, urgency: 'person' });
  // AWS's own word whose key it is: a user that was renamed, or made anew, is not the one the inventory knows.
  const holder = await holderOf(iam, accessKeyId, signal);
  if (holder === null) return { answer: 'gone' };
  if (holder !== userName) return otherUser(key);
  const user = await iam.getUser(userName, signal);
  if (user.userId !== userId) return otherUser(key);
  const keys: UserLook['keys'] = await iam.listAccessKeys(userName, signal);
  const listed = keys.find((each) => each.accessKeyId === accessKeyId);
  if (listed === undefined) return { answer: 'gone' };
  if (listed.status !== 'Inactive') {
    return {
      answer: 'no',
      why: `AWS shows the key ${listed.status}: somebody needs it.`,
      next: 'Ask its owner. When nobody does, deactivate it and wait again.',
    };
  }
  const lastUse = await readLastUse(iam, accessKeyId, () => clock.now(), signal);
  if (lastUse.kind === 'unknown') return { answer: 'unknown', why: `Its last use: ${lastUse.why}` };
  const periodMs = await periodOf(services, key);
  const long = { userId, userName, accessKeyId, inactiveSince: statusSince, periodMs };
  const proof = longInactiveProof(long, { userId: user.userId, keys }, lastUse, clock.now());
  if (proof === null) return { answer: 'no', ...usedSince(key, lastUse, periodMs) };
  const may = await mayDelete(iam, connection, user, signal);
  if (may === 'no') return { answer: 'no', mayNot: true, ...mayNot(connection, key, user, NEEDED[0] ?? '') };
  const seen: DeletionSeen = {
    at: clock.now(),
    inactiveSince: statusSince,
    periodMs,
    lastUse: lastUseWords(lastUse),
    others: keys
      .filter((each) => each.accessKeyId !== accessKeyId)
      .map((each) => ({ accessKeyId: each.accessKeyId, status: each.status })),
  };
  const account = rotatedAccount(services, { connection, credentials, arn: connection.arn });
  return { answer: 'ready', seen, proof, account };
}

/** The name of the user that has the key; empty for root, null where AWS knows no such key. */
async function holderOf(iam: Iam, accessKeyId: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await iam.accessKeyLastUsed(accessKeyId, signal)).userName ?? '';
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'no_such_entity') return null;
    throw error;
  }
}

function otherUser({ userName }: InventoryKey): Extract<DeletionLook, { answer: 'no' }> {
  return {
    answer: 'no',
    why: `AWS does not show the key as one of ${userName} any more: the user was renamed, or made anew.`,
    next: 'Press *Sweep now* in `/aws-keys`, look at the key again, and ask again.',
  };
}

function usedSince(
  { statusSince }: InventoryKey,
  lastUse: Exclude<LastUse, { kind: 'unknown' }>,
  periodMs: number,
): InTheWay {
  if (lastUse.kind === 'used' && lastUse.at > statusSince) {
    return {
      why: `The key was used at ${momentWords(lastUse.at)}, after Rekey saw it Inactive: somebody had it Active meanwhile.`,
      next: 'Ask its owner who needs it. Its period begins anew when the inventory sees the change.',
    };
  }
  return {
    why: `The key has not been silent and Inactive for ${spanWords(periodMs)} yet.`,
    next: 'Ask again when it has.',
  };
}

/** By simulation, which tries nothing; *unknown* where that may not be asked, and AWS has the last word anyway. */
async function mayDelete(
  iam: Iam,
  { roleArn, arn, userName }: Connection,
  user: ListedUser & { readonly tags: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const action = 'iam:DeleteAccessKey';
  const context: SimulatedContext[] = Object.entries(user.tags).map(([name, value]) => ({
    key: `aws:ResourceTag/${name}`,
    type: 'string',
    values: [value],
  }));
  if (roleArn === null && userName !== null) {
    context.push({ key: 'aws:username', type: 'string', values: [userName] });
  }
  try {
    const question = { principalArn: roleArn ?? arn, actions: [action], resource: user.arn, context };
    const decision = (await iam.simulate(question, signal)).get(action);
    return decision === undefined ? 'unknown' : decision === 'allowed' ? 'yes' : 'no';
  } catch (error) {
    if (error instanceof AwsFailure) return 'unknown';
    throw error;
  }
}

function mayNot(
  connection: Connection,
  { userName }: InventoryKey,
  user: { readonly tags: Readonly<Record<string, string>> } | null,
  action: string,
): InTheWay {
  const tag = `${ROTATE_TAG.key}=${ROTATE_TAG.value}`;
  const untagged = user !== null && user.tags[ROTATE_TAG.key] !== ROTATE_TAG.value;
  return {
    why: `AWS does not let ${quotedName(connection.name)} do it: ${action} on ${userName}.`,
    next: untagged
      ? `Tag the user with ${tag}: only keys of users with that tag may be deleted. If it is not enough, attach the policy below.`
      : 'Attach the policy below to what the connection signs as, and ask again.',
  };
}

/**
 * The least that lets a connection delete keys of an account's users, where a wish was refused for want of it; empty for
 * whatever else ended it.
 */
export async function policyIfRefused(
  { stores }: Pick<Services, 'stores'>,
  { state, why, accountId }: Pick<KeyDeletion, 'state' | 'why' | 'accountId'>,
): Promise<readonly PolicyDocument[]> {
  const ended = state === 'refused' || state === 'cancelled' || state === 'failed';
  if (!ended || why === null || !why.includes('AWS does not let')) return [];
  const ours = connectedTo(await stores.connections.list(), accountId);
  const connection = ours.find(({ name }) => why.includes(quotedName(name)));
  if (connection === undefined) return [];
  const { partition, arn, method, roleArn } = connection;
  const principal =
    method === 'role' && roleArn !== null
      ? ({ kind: 'role', arn: roleArn } as const)
      : ({ kind: 'user', arn } as const);
  return missingPolicies(new Map([['rotate_others', NEEDED]]), { partition, accountId, principal });
}

function failureWords(error: AwsFailure | RekeyError): string {
  return error instanceof AwsFailure ? `${error.action}: ${error.code.replaceAll('_', ' ')}` : error.message;
}

/** Whether AWS still has the key, whatever else it shows; null when that could not be read. */
export async function stillThere(
  services: Services,
  { accountId, accessKeyId }: Pick<InventoryKey, 'accountId' | 'accessKeyId'>,
  signal: AbortSignal,
): Promise<boolean | null> {
  for (const connection of connectedTo(await services.stores.connections.list(), accountId)) {
    try {
      const credentials = await credentialsOf(services, connection);
      const iam = services.aws.iam(credentials, connection.partition, { accountId, urgency: 'person' });
      const holder = await holderOf(iam, accessKeyId, signal);
      if (holder === null) return false;
      if (holder === '') return true;
      const keys = await iam.listAccessKeys(holder, signal);
      return keys.some((each) => each.accessKeyId === accessKeyId);
    } catch (error) {
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
    }
  }
  return null;
}
