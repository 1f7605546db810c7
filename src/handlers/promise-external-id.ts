import type { Actor } from '../domain/actor.ts';
import { EXTERNAL_ID_DRAFT_LIFE_MS, type ExternalIdDraft } from '../domain/attempt.ts';
import { RekeyError } from '../errors.ts';
import { authorise } from './authorise.ts';
import { refuseTakenExternalId } from './begin-connect.ts';
import type { Services } from './services.ts';

/** What an external ID is asked for. */
export interface PromiseWanted {
  /** Empty while the person has not said which account. */
  readonly accountId: string;
  /** The external ID the form shows already; empty for none. */
  readonly shown: string;
  /** True where a promise for another account, or for none yet, is no answer: the account is known beforehand. */
  readonly forAccountOnly?: boolean;
}

/**
 * The external ID to show to this person: the one the form shows already, unless the account typed since has a
 * promise of its own; in a new form the newest promise, so that who leaves to make the role finds the same one
 * again. A promise holds no secret, is per asker and account, and is kept for seven days.
 */
export async function promiseExternalId(
  services: Services,
  actor: Actor,
  wanted: PromiseWanted,
): Promise<string> {
  authorise(actor, 'admin', 'connect AWS accounts', services.admins);
  const { clock, stores } = services;
  const { teamId, userId } = actor;
  const { accountId, shown } = wanted;
  const drafts = stores.externalIdDrafts;
  const now = clock.now();
  const kept = shown === '' ? null : await drafts.promised(teamId, userId, shown, now);
  if (kept !== null && (accountId === '' || kept.accountId === accountId)) return kept.externalId;
  const own = accountId === '' ? null : await drafts.find(teamId, userId, accountId, now);
  const known = own ?? kept ?? (wanted.forAccountOnly ? null : await drafts.newest(teamId, userId, now));
  return known === null ? promiseAnew(services, actor, accountId) : known.externalId;
}

/**
 * The external ID to connect a role of this account with: exactly the one the form showed, which becomes the
 * promise for this account. Whatever account it was meant for before (a mistyped one, perhaps) is given up: the
 * role was made with what was shown. Throws `conflict` when a connection has it by now, `expired` when it is no
 * longer kept.
 */
export async function redeemExternalId(
  services: Services,
  actor: Actor,
  wanted: PromiseWanted,
): Promise<string> {
  const { shown, accountId } = wanted;
  const { stores, clock } = services;
  // A window that shows none was drawn by an older version.
  const externalId = shown === '' ? await promiseExternalId(services, actor, wanted) : shown;
  authorise(actor, 'admin', 'connect AWS accounts', services.admins);
  const kept = await stores.externalIdDrafts.promised(actor.teamId, actor.userId, externalId, clock.now());
  if (kept === null) {
    await refuseTakenExternalId(services, externalId, null);
    throw new RekeyError('expired', 'This external ID is no longer kept for you.', {
      next: 'A new one is shown when you open the form again; the role must trust that one.',
      field: 'roleArn',
    });
  }
  if (kept.accountId !== accountId) {
    await stores.atomically([stores.externalIdDrafts.bind(kept.id, accountId)]);
  }
  return externalId;
}

async function promiseAnew(services: Services, actor: Actor, accountId: string): Promise<string> {
  const { stores, clock, ids } = services;
  const now = clock.now();
  const draft: ExternalIdDraft = {
    id: ids.next(),
    teamId: actor.teamId,
    userId: actor.userId,
    accountId,
    externalId: ids.externalId(),
    createdAt: now,
    expiresAt: now + EXTERNAL_ID_DRAFT_LIFE_MS,
  };
  await stores.atomically([
    stores.externalIdDrafts.removeExpired(now),
    stores.externalIdDrafts.insert(draft),
  ]);
  return draft.externalId;
}
