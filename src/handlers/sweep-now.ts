import { personOf } from '../domain/actor.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { AccountLook } from './look-keys.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** What becomes of a wish to read accounts now. */
export interface SweepAsked {
  readonly begun: readonly AccountLook[];
  /** A sweep of these is under way already. */
  readonly running: readonly AccountLook[];
}

/** Lets the accounts be read soon; operators and up. */
export async function sweepNow(
  services: Services,
  request: Request,
  accounts: readonly AccountLook[],
): Promise<SweepAsked> {
  authorise(request.actor, 'operator', 'have the keys read from AWS', services.admins);
  const connected = accounts.filter((account) => account.connected);
  const now = services.clock.now();
  const running = connected.filter(({ inventory }) => isUnderWay(inventory, now));
  const begun = connected.filter((account) => !running.includes(account));
  if (begun.length === 0) return { begun, running };
  await claimAndWrite(
    services,
    request,
    begun.map(({ accountId, name }) =>
      auditOutcome(
        services,
        {
          doer: personOf(request.actor),
          verb: 'key.sweep',
          entityKind: 'account',
          entityId: accountId,
          correlationId: request.correlationId,
          detail: { name },
        },
        'done',
      ),
    ),
  );
  for (const { accountId } of begun) await services.jobs.enqueue('inventory', accountId);
  return { begun, running };
}

/** Whether a process works on it; a sweep that stopped on trouble only waits, and is hurried by this. */
function isUnderWay(inventory: AccountLook['inventory'], now: number): boolean {
  const running = inventory?.running ?? null;
  return running !== null && running.heldBy !== null && running.heldUntil > now;
}
