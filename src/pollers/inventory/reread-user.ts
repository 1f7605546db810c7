import type { IamUser } from '../../domain/inventory.ts';
import { known } from '../../domain/known.ts';
import { assessKeys } from '../../handlers/assess-keys.ts';
import { credentialsOf } from '../../handlers/connection-credentials.ts';
import { actingConnection } from '../../handlers/key-policy.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { keysGone } from '../../inventory/keys.ts';
import type { KeyHappening } from '../../inventory/keys.ts';
import { userFrom } from '../../inventory/users.ts';
import type { Iam } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';
import { readUser } from './read-user.ts';
import { tried } from './trouble.ts';

/**
 * What an event about a user's keys asks for: reads exactly that user again, between two sweeps, and works out where
 * its keys stand. True when it was read; false when it could not be (no connection may or is left, AWS does not know
 * the name any more or gave no answer), and the next sweep will tell. Touches nothing of the account's own row.
 * @throws AwsFailure when no call would do better; the signal's reason.
 */
export async function rereadUser(
  services: Services,
  accountId: string,
  userName: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { inventory } = services.stores;
  const connection = await actingConnection(services, accountId, 'inventory');
  if (connection === null || (await inventory.accounts.byId(accountId)) === null) return false;
  const credentials = await credentialsOf(services, connection);
  const use = { accountId, urgency: 'background' } as const;
  const iam = services.aws.iam(credentials, connection.partition, use);
  const since = services.clock.now();
  const user = await userNow(services, iam, accountId, userName, signal);
  if (user === null) return false;

  const before = await inventory.keys.ofUser(accountId, user.userId);
  const read = await readUser({ services, iam, report: null, since, signal }, user, before);
  if (read === null) return false;
  const namesake = await withoutNamesake(services, user);
  // False when the account was forgotten while AWS was asked.
  const kept = await writeIfUnchanged(services, [
    services.stores.inventory.accounts.stillKept(accountId),
    ...namesake.writes,
    // The next report is compared with what was known before: what changed since is read again then.
    inventory.users.put([{ ...read.user, reportRow: user.reportRow }]),
    inventory.keys.put(read.keys),
    ...historyOf(services, accountId, [...namesake.happenings, ...read.happenings]),
  ]);
  if (!kept) return false;
  await assessKeys(
    services,
    read.keys.map(({ accessKeyId }) => accessKeyId),
  );
  return true;
}

/** The user as AWS shows it now; null when it gives no answer about it. */
async function userNow(
  services: Services,
  iam: Iam,
  accountId: string,
  userName: string,
  signal: AbortSignal,
): Promise<IamUser | null> {
  const answer = await tried(signal, () => iam.getUser(userName, signal));
  if (!answer.ok) return null;
  const { tags, ...listed } = answer.value;
  const at = services.clock.now();
  const before = await services.stores.inventory.users.byId(accountId, listed.userId);
  const user = userFrom(accountId, before, listed, null, at);
  const password = await tried(signal, () => iam.hasLoginProfile(userName, signal));
  return {
    ...user,
    tags: known(tags, at),
    console: password.ok ? known(password.value, services.clock.now()) : (before?.console ?? user.console),
  };
}

/** Names are unique: when AWS shows another user of this name, the one that was known by it is no more. */
async function withoutNamesake(
  { stores, clock }: Services,
  user: IamUser,
): Promise<{ writes: Write[]; happenings: readonly KeyHappening[] }> {
  const { users, keys } = stores.inventory;
  const former = await users.byName(user.accountId, user.userName);
  if (former === null || former.userId === user.userId) return { writes: [], happenings: [] };
  const at = clock.now();
  const gone = keysGone(await keys.ofUser(user.accountId, former.userId), at);
  return {
    writes: [users.put([{ ...former, goneAt: at }]), keys.put(gone.keys)],
    happenings: gone.happenings,
  };
}

function historyOf({ stores, ids }: Services, accountId: string, lines: readonly KeyHappening[]): Write[] {
  if (lines.length === 0) return [];
  return [
    stores.inventory.keyHistory.add(
      accountId,
      lines.map((line) => ({ id: ids.next(), ...line })),
    ),
  ];
}
