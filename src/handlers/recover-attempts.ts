import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import { isConflict } from '../errors.ts';
import { finishAttempt } from './finish-attempt.ts';
import type { Services } from './services.ts';

/**
 * Takes over the attempts whose process died and finishes them; `tell` shows each outcome in the modal that may
 * still be open. Returns how many were finished. One that fails again stays for the next pass.
 */
export async function recoverAttempts(
  services: Services,
  tell: (attempt: Attempt, result: AttemptResult) => Promise<void>,
): Promise<number> {
  const { stores, clock, instanceId, log } = services;
  const abandoned = await stores.attempts.abandoned(
    clock.now(),
    services.onlyInstance ? { anyLeaseBut: instanceId } : {},
  );
  let finished = 0;
  for (const found of abandoned) {
    const until = clock.now() + services.leases.leaseMs;
    try {
      await stores.atomically([stores.attempts.lease(found, instanceId, until)]);
      const attempt: Attempt = { ...found, leaseOwner: instanceId, leaseUntil: until };
      await tell(attempt, await finishAttempt(services, attempt));
      finished += 1;
    } catch (error) {
      // Another instance was quicker, or AWS or the database is away: the row stays, and so does the work.
      if (!isConflict(error)) log.warn('attempt not recovered yet', { attemptId: found.id, error });
    }
  }
  return finished;
}
