import { accountOfKeyId } from '../domain/access-key-id.ts';
import { holds, type Actor } from '../domain/actor.ts';
import type { IamUser, InventoryKey, KeyEvent } from '../domain/inventory.ts';
import type { KeyChoices, Snooze } from '../domain/key-choices.ts';
import { LEAST_INACTIVE_MS } from '../domain/key-deletion.ts';
import type { KeyPolicy } from '../domain/key-policy.ts';
import type { KeyStanding } from '../domain/key-standing.ts';
import { RekeyError } from '../errors.ts';
import type { KeyRow } from '../ports/inventory.ts';
import { mayContain } from './containments/may.ts';
import { mayAskDeletion } from './deletions/may.ts';
import { isProposed } from './deletions/stands-in-the-way.ts';
import { policyOfAccount } from './key-policy.ts';
import { lookAccounts, type AccountLook } from './look-keys.ts';
import { authoriseForKey, ownsKey } from './owns-key.ts';
import type { Services } from './services.ts';

/** Events of a key's history that one window shows. */
export const SHOWN_EVENTS = 20;
/** IAM allows two keys; more were seen when many were made at once, and a window shows so many. */
const SHOWN_OTHERS = 3;

/** Everything that is known of one key. */
export interface KeyLook {
  readonly key: InventoryKey;
  readonly standing: KeyStanding | null;
  readonly user: IamUser | null;
  /** The user's other existing keys. */
  readonly others: readonly KeyRow[];
  readonly choices: KeyChoices | null;
  readonly snooze: Snooze | null;
  /** That of its account, before what was set for the key. */
  readonly policy: KeyPolicy;
  readonly history: readonly KeyEvent[];
  /** There is more history than `history`. */
  readonly moreHistory: boolean;
  readonly account: AccountLook;
  readonly now: number;
  readonly maySnooze: boolean;
  readonly mayContain: boolean;
  readonly mayChoose: boolean;
  /** The inventory proposes its deletion, and this person may ask for it. */
  readonly mayDelete: boolean;
}

/** A key with its standing; throws `not_found` with what the id itself tells. */
export async function knownKey(
  { stores }: Pick<Services, 'stores'>,
  accessKeyId: string,
): Promise<{ readonly key: InventoryKey; readonly standing: KeyStanding | null }> {
  const key = await stores.inventory.keys.byId(accessKeyId);
  if (key === null) {
    const account = accountOfKeyId(accessKeyId);
    throw new RekeyError('not_found', 'Rekey knows no such access key.', {
      next:
        account === null
          ? 'Its account is not connected, or was not read since the key was made.'
          : `By its ID it belongs to the account ${account}: that is not connected, or was not read since the key was made.`,
    });
  }
  return { key, standing: await stores.inventory.standings.byKey(accessKeyId) };
}

/** A key that still exists, for an act on it. */
export async function existingKey(
  services: Pick<Services, 'stores'>,
  accessKeyId: string,
): Promise<{ readonly key: InventoryKey; readonly standing: KeyStanding | null }> {
  const found = await knownKey(services, accessKeyId);
  if (found.key.goneAt !== null) {
    throw new RekeyError('conflict', 'This access key no longer exists in AWS.', {
      next: 'Type `/aws-keys` for the keys there are.',
    });
  }
  return found;
}

/** Reads everything about one key. Viewers may, and its owners. */
export async function lookKey(services: Services, actor: Actor, accessKeyId: string): Promise<KeyLook> {
  const { clock } = services;
  const { users, keys, standings, keyChoices, snoozes, keyHistory } = services.stores.inventory;
  // Who may not look learns no more about a key than that they may not.
  const standing = await standings.byKey(accessKeyId);
  await authoriseForKey(
    services,
    actor,
    standing?.ownership ?? null,
    'viewer',
    'look at access keys of others',
  );
  const { key } = await knownKey(services, accessKeyId);
  const now = clock.now();
  const accounts = await lookAccounts(services);
  const siblings = await keys.ofUser(key.accountId, key.userId);
  const others = siblings.filter((each) => each.accessKeyId !== accessKeyId).slice(0, SHOWN_OTHERS);
  const history = await keyHistory.ofKey(accessKeyId, SHOWN_EVENTS + 1);
  return {
    key,
    standing,
    user: await users.byId(key.accountId, key.userId),
    others: await Promise.all(
      others.map(async (other) => ({
        key: other,
        standing: await standings.byKey(other.accessKeyId),
      })),
    ),
    choices: await keyChoices.byKey(accessKeyId),
    snooze: await snoozes.running(accessKeyId, now),
    policy: await policyOfAccount(services, key.accountId),
    history: history.slice(0, SHOWN_EVENTS),
    moreHistory: history.length > SHOWN_EVENTS,
    account: accounts.find(({ accountId }) => accountId === key.accountId) ?? {
      accountId: key.accountId,
      name: key.accountId,
      connected: false,
      inventory: null,
    },
    now,
    maySnooze:
      holds(actor.roles, 'operator') || (await ownsKey(services, actor, standing?.ownership ?? null)),
    mayContain: mayContain(actor),
    mayChoose: holds(actor.roles, 'admin'),
    mayDelete:
      key.goneAt === null &&
      mayAskDeletion(actor) &&
      isProposed(standing) &&
      now >= key.statusSince + LEAST_INACTIVE_MS,
  };
}
