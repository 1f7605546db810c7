import { sealedIdentity } from '../domain/records.ts';
import { isConflict } from '../errors.ts';
import { forgetRevocations } from './containments/roles/kept.ts';
import { forgetOld as forgetOldEvidence } from './evidence/state.ts';
import { forgetOldHalves } from './leaks/halves.ts';
import { forgetOldLeaks } from './leaks/kept-leak.ts';
import type { Services } from './services.ts';

const INTERACTIONS_KEPT_MS = 7 * 24 * 3_600_000;
/** Longer than any thread is added to, or message edited. */
const NOTICES_KEPT_MS = 90 * 24 * 3_600_000;
/** What happened to a key, a key that is gone, and rotations that ended: as long as the audit log tells who did it. */
const KEY_HISTORY_KEPT_MS = 400 * 24 * 3_600_000;
const REWRAP_BATCH = 100;

/** The daily tidying: old records go, external IDs nobody used go, secrets move to the newest master key. */
export async function sweep(services: Services): Promise<void> {
  const { stores, clock, log } = services;
  const now = clock.now();
  await stores.atomically([
    stores.interactions.removeBefore(now - INTERACTIONS_KEPT_MS),
    stores.externalIdDrafts.removeExpired(now),
    stores.notices.removeDone(now - NOTICES_KEPT_MS),
  ]);
  const { keys, keyHistory, told } = stores.inventory;
  const longAgo = now - KEY_HISTORY_KEPT_MS;
  await stores.atomically([keyHistory.removeBefore(longAgo), keys.removeGone(longAgo), told.removeGone()]);
  await stores.atomically([
    stores.rotation.rotations.removeEnded(longAgo),
    stores.containments.removeEnded(longAgo),
  ]);
  await forgetRevocations(services, longAgo);
  await forgetOldEvidence(services);
  await forgetOldLeaks(services);
  await forgetOldHalves(services);
  for (const orphan of await stores.secrets.orphans()) {
    log.error('a sealed secret without a holder was erased; this is a defect', { secretId: orphan.id });
    await stores.atomically([stores.secrets.eraseOne(orphan.id)]);
  }
  await rewrapSecrets(services);
}

/** Wraps every sealed secret by the newest master key, so that older keys can be retired. Returns how many. */
export async function rewrapSecrets(services: Services): Promise<number> {
  const { stores, sealer } = services;
  let done = 0;
  for (;;) {
    const rows = await stores.secrets.wrappedByOther(sealer.masterKeyId, REWRAP_BATCH);
    for (const row of rows) {
      const box = sealer.rewrap(row.box, sealedIdentity(row));
      try {
        await stores.atomically([stores.secrets.rewrap(row.id, row.box, box)]);
        done += 1;
      } catch (error) {
        // Erased or rewrapped by another instance meanwhile: nothing is left to do for this row.
        if (!isConflict(error)) throw error;
      }
    }
    if (rows.length < REWRAP_BATCH) return done;
  }
}
