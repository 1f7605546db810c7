import { isDeepStrictEqual } from 'node:util';
import { assessKey } from '../domain/assess-key.ts';
import type { IamUser, InventoryKey, KeyEvent } from '../domain/inventory.ts';
import type { KeyPolicy } from '../domain/key-policy.ts';
import type { KeyStanding } from '../domain/key-standing.ts';
import { withOwnerChange } from '../domain/owner-change.ts';
import { DAY_MS } from '../domain/time-words.ts';
import { keyTags } from './key-settings.ts';
import { policyOfAccount } from './key-policy.ts';
import { ownerFinder, type OwnerFinder } from './owner-of-key.ts';
import type { Services } from './services.ts';
import { writeIfUnchanged } from './write-if-unchanged.ts';

/** Users looked at together: what one batch writes is small enough for SQLite's single thread. */
const BATCH = 100;

/** What is the same for all keys of an account. */
interface Setting {
  readonly policy: KeyPolicy;
  readonly kindTag: string;
  readonly findOwners: OwnerFinder;
}

/**
 * Works out where every key of an account stands, and keeps it; in batches, so that it can be stopped (`signal`) and done
 * again from the beginning at any time.
 */
export async function assessAccount(
  services: Services,
  accountId: string,
  signal?: AbortSignal,
): Promise<void> {
  const { users, keys } = services.stores.inventory;
  const setting = await settingOf(services, accountId, await ownerFinder(services));
  let after: string | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const page: readonly IamUser[] = await users.page(accountId, after, BATCH);
    if (page.length > 0) {
      const userIds = page.map(({ userId }) => userId);
      await assessUsers(services, setting, page, await keys.ofUsers(accountId, userIds));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return;
    after = last.userId;
    // SQLite answers at once: without this, nobody would be answered before the last key of thousands.
    await services.clock.sleep(1, signal);
  }
}

/** The same for some keys and those beside them, such as after a choice. Unknown keys are left out. */
export async function assessKeys(services: Services, accessKeyIds: readonly string[]): Promise<void> {
  const { users, keys } = services.stores.inventory;
  const found = await Promise.all([...new Set(accessKeyIds)].map((id) => keys.byId(id)));
  const asked = found.filter((key) => key !== null);
  const findOwners = await ownerFinder(services);
  for (const accountId of new Set(asked.map((key) => key.accountId))) {
    const setting = await settingOf(services, accountId, findOwners);
    const ofAccount = asked.filter((key) => key.accountId === accountId);
    const userIds = [...new Set(ofAccount.map((key) => key.userId))];
    for (let from = 0; from < userIds.length; from += BATCH) {
      const some = userIds.slice(from, from + BATCH);
      const known = await Promise.all(some.map((userId) => users.byId(accountId, userId)));
      const owned = await keys.ofUsers(accountId, some);
      await assessUsers(
        services,
        setting,
        known.filter((user) => user !== null),
        owned,
      );
    }
  }
}

async function settingOf(services: Services, accountId: string, findOwners: OwnerFinder): Promise<Setting> {
  const [policy, tags] = await Promise.all([policyOfAccount(services, accountId), keyTags(services)]);
  return { policy, kindTag: tags.kind, findOwners };
}

async function assessUsers(
  services: Services,
  setting: Setting,
  users: readonly IamUser[],
  keys: readonly InventoryKey[],
): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  const { stores, clock, ids, log } = services;
  const { accounts, keyChoices, snoozes, standings, keyHistory } = stores.inventory;
  const now = clock.now();
  const keyIds = keys.map(({ accessKeyId }) => accessKeyId);
  const [choices, running, before] = await Promise.all([
    keyChoices.ofKeys(keyIds).then(byKey),
    snoozes.runningOf(keyIds, now).then(byKey),
    standings.ofKeys(keyIds).then(byKey),
  ]);
  const userOf = new Map(users.map((user) => [user.userId, user]));

  const made: KeyStanding[] = [];
  const events: KeyEvent[] = [];
  for (const key of keys) {
    const user = userOf.get(key.userId) ?? null;
    const chosen = choices.get(key.accessKeyId) ?? null;
    const former = before.get(key.accessKeyId);
    const found = await setting.findOwners({
      key,
      user,
      chosen: chosen?.owners ?? null,
      before: former?.ownership ?? null,
    });
    // Of a new key the others of its user tell who answered for it before.
    const siblings = keys.filter((each) => each.userId === key.userId);
    const [known] = [former, ...siblings.map(({ accessKeyId }) => before.get(accessKeyId))].flatMap(
      (each) => each ?? [],
    );
    const ownership = withOwnerChange(known?.ownership ?? null, found, now);
    const standing = assessKey(
      {
        key,
        user,
        siblings,
        choices: chosen,
        snooze: running.get(key.accessKeyId) ?? null,
        policy: setting.policy,
        ownership,
        kindTag: setting.kindTag,
        formerKind: former?.kind ?? null,
        wasQuarantined: former?.findings.some(({ code }) => code === 'quarantined') === true,
      },
      now,
    );
    if (!isSame(former, standing)) made.push(standing);
    const endedAt = former?.snoozedUntil ?? null;
    if (endedAt !== null && endedAt <= now && standing.snoozedUntil === null) {
      const { accessKeyId } = key;
      events.push({
        id: ids.next(),
        accessKeyId,
        at: endedAt,
        what: 'snooze_ended',
        userId: null,
        detail: {},
      });
    }
  }
  if (made.length === 0 && events.length === 0) return;
  const { accountId } = first;
  const kept = await writeIfUnchanged(services, [
    accounts.stillKept(accountId),
    standings.put(made),
    keyHistory.add(accountId, events),
  ]);
  if (!kept) log.info('an account was forgotten while its keys were judged', { accountId });
}

/** Whether it says what is kept already, and was worked out lately: most of what an hour brings is nothing new. */
function isSame(former: KeyStanding | undefined, standing: KeyStanding): boolean {
  if (former === undefined || Math.abs(standing.assessedAt - former.assessedAt) > DAY_MS) return false;
  return isDeepStrictEqual({ ...standing, assessedAt: former.assessedAt }, former);
}

function byKey<T extends { readonly accessKeyId: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.accessKeyId, row]));
}
