import type { Actor } from '../domain/actor.ts';
import { EXTERNAL_ID_DRAFT_LIFE_MS, type ExternalIdDraft } from '../domain/attempt.ts';
import { isConflict } from '../errors.ts';
import { authorise } from './authorise.ts';
import type { Services } from './services.ts';

/**
 * The external ID this person is to use for this account: the same one for seven days, since people leave the
 * modal to make the role. `accountId` is empty while the person has not said which account; what was promised
 * then becomes the promise for the account named first, so that a role already made with it is still right.
 */
export async function promiseExternalId(
  services: Services,
  actor: Actor,
  accountId: string,
): Promise<string> {
  authorise(actor, 'admin', 'connect AWS accounts', services.admins);
  const { stores, clock, ids } = services;
  const find = (account: string): Promise<ExternalIdDraft | null> =>
    stores.externalIdDrafts.find(actor.teamId, actor.userId, account, clock.now());
  const kept = await find(accountId);
  if (kept !== null) return kept.externalId;
  const unbound = accountId === '' ? null : await find('');
  const now = clock.now();
  const draft: ExternalIdDraft = {
    id: ids.next(),
    teamId: actor.teamId,
    userId: actor.userId,
    accountId,
    externalId: unbound?.externalId ?? ids.externalId(),
    createdAt: now,
    expiresAt: now + EXTERNAL_ID_DRAFT_LIFE_MS,
  };
  try {
    await stores.atomically([
      stores.externalIdDrafts.removeExpired(now),
      ...(unbound === null ? [] : [stores.externalIdDrafts.remove(unbound.id)]),
      stores.externalIdDrafts.insert(draft),
    ]);
    return draft.externalId;
  } catch (error) {
    if (!isConflict(error)) throw error;
    // A second modal of the same person was quicker: there is one promise, not two.
    const other = await find(accountId);
    if (other === null) throw error;
    return other.externalId;
  }
}
