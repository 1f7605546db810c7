import { normalOf } from '../../watch/normal.ts';
import { Profile, type ProfileJson } from '../../detections/profile.ts';
import type { Signal } from '../../detections/signal.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { Judged } from '../../ports/judges.ts';
import { ABOUT_A_USERS_KEY } from '../../handlers/keys-of-incident.ts';
import type { Services } from '../../handlers/services.ts';
import type { Watching } from './watching.ts';

/**
 * Puts what is said of a user's key down to that key, whoever made the call: its owner is to hear of it, and it is to be
 * shut off from the alert. Where it is not known which of two keys is meant, it stays with the caller.
 */
export async function aboutKeys(watching: Watching, judged: Judged): Promise<Judged> {
  if (!judged.signals.some(({ rule }) => rule === ABOUT_A_USERS_KEY)) return judged;
  const { services, account } = watching;
  const about = { ...judged.about };
  const signals: Signal[] = [];
  for (const signal of judged.signals) {
    const key =
      signal.rule === ABOUT_A_USERS_KEY ? await keyMeant(services, account.accountId, signal) : null;
    signals.push(key === null ? signal : { ...signal, accessKeyId: key.accessKeyId });
    if (key !== null) about[key.accessKeyId] ??= await aboutKey(services, key, signal.at ?? 0);
  }
  return { ...judged, signals, about };
}

/** The key that called where it is one of that user, else the one that works, else the only one; null: nobody knows. */
async function keyMeant(
  { stores }: Services,
  accountId: string,
  { accessKeyId, facts }: Signal,
): Promise<InventoryKey | null> {
  const { users, keys } = stores.inventory;
  const user = await users.byName(accountId, facts['user'] ?? '');
  if (user === null) return null;
  const all = await keys.ofUser(accountId, user.userId);
  const caller = all.find((key) => key.accessKeyId === accessKeyId);
  if (caller !== undefined) return caller;
  const active = all.filter(({ status }) => status === 'Active');
  const [only = null, ...others] = active.length === 0 ? all : active;
  return others.length === 0 ? only : null;
}

async function aboutKey(
  { stores }: Services,
  { accountId, accessKeyId, userName }: InventoryKey,
  at: number,
): Promise<Judged['about'][string]> {
  const [kept] = await stores.watch.profiles.ofSubjects(accountId, [accessKeyId]);
  const profile = kept === undefined ? new Profile() : Profile.from(JSON.parse(kept.profile) as ProfileJson);
  return { userName, normal: normalOf(profile, at) };
}
