import type { AttemptResult } from '../src/domain/attempt-result.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import { isConflict } from '../src/errors.ts';
import { finishAttempt } from '../src/handlers/finish-attempt.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Context } from './entry.ts';
import { greet } from './greet-channel.ts';
import { outcomeView } from './modals/outcome-view.ts';
import { refreshHome } from './refresh-home.ts';
import { tellPerson } from './tell-person.ts';

/** Does the work of an attempt behind the acknowledgement, and shows how it ended. */
export function carryOut(context: Context, attempt: Attempt): void {
  context.later(async () => {
    await tellOutcome(
      context.services,
      context.desk,
      attempt,
      await finishAttempt(context.services, attempt),
    );
  });
}

/**
 * Shows an outcome in the modal that waits for it. When that was seen, the direct message that stands by is
 * withdrawn; when the modal is gone, the message is sent at once.
 */
export async function tellOutcome(
  services: Services,
  desk: Desk,
  attempt: Attempt,
  result: AttemptResult,
): Promise<void> {
  const { stores, jobs, log } = services;
  const aside = result.kind === 'connected' ? await greet(services, result.connection, attempt) : null;
  let seen = false;
  if (attempt.viewId !== null) {
    const shown = await desk
      .update(attempt.viewId, outcomeView(attempt, result, aside))
      .catch((error: unknown) => {
        log.warn('the outcome could not be shown in its window', { attemptId: attempt.id, error });
        return 'unknown' as const;
      });
    seen = shown === 'shown';
    if (seen) {
      await stores.atomically([stores.notices.sent(attempt.id)]).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    } else if (shown === 'gone') {
      await hurry(services, attempt.id);
    }
  }
  // What the outcome's own message, written before it was known, does not say.
  if (aside !== null && !seen) await tellPerson(services, attempt, aside);
  await jobs.enqueue('outbox', 'all');
  await refreshHome(services, desk, attempt.userId);
}

/** Lets the message of a closed window go out now. */
async function hurry(services: Services, noticeId: string): Promise<void> {
  const { stores, clock } = services;
  const notice = await stores.notices.byId(noticeId);
  if (notice === null || notice.state !== 'waiting') return;
  await stores.atomically([stores.notices.failed(noticeId, '', clock.now())]);
}
