import type { IamUser, InventoryKey } from '../domain/inventory.ts';
import type { KeyChoices } from '../domain/key-choices.ts';
import type { Services } from './services.ts';

/** A key with whose it is, all keys of that user, and what people chose for it. */
export interface UserKey {
  readonly key: InventoryKey;
  readonly user: IamUser;
  readonly siblings: readonly InventoryKey[];
  readonly choices: KeyChoices | null;
}

/** The keys of some users of an account, user by user; two reads. */
export async function keysOfUsers(
  { stores }: Pick<Services, 'stores'>,
  accountId: string,
  users: readonly IamUser[],
): Promise<UserKey[]> {
  const { keys, keyChoices } = stores.inventory;
  const all = await keys.ofUsers(
    accountId,
    users.map(({ userId }) => userId),
  );
  const chosen = await keyChoices.ofKeys(all.map(({ accessKeyId }) => accessKeyId));
  const choices = new Map(chosen.map((each) => [each.accessKeyId, each]));
  const byUser = Map.groupBy(all, ({ userId }) => userId);
  return users.flatMap((user) => {
    const siblings = byUser.get(user.userId) ?? [];
    return siblings.map((key) => ({ key, user, siblings, choices: choices.get(key.accessKeyId) ?? null }));
  });
}
