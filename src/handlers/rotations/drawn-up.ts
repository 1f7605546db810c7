import type { Delivery, Rotation } from '../../domain/rotation.ts';
import type { Services } from '../services.ts';

/** How long the old key stays Inactive before it is deleted (DESIGN, section 2). */
export const SOAK_MS = 7 * 86_400_000;

/** What is known of a rotation before it begins. */
export type Drawn = Pick<
  Rotation,
  'accountId' | 'partition' | 'snapshot' | 'oldKeyId' | 'ownConnectionId' | 'deliveries' | 'requestedBy'
> &
  Partial<Rotation>;

/** A rotation that nothing was done for yet: due at once. */
export function blank({ ids, clock }: Pick<Services, 'ids' | 'clock'>, drawn: Drawn): Rotation {
  const now = clock.now();
  return {
    id: ids.next(),
    newKeyId: null,
    state: 'planned',
    stateAt: now,
    block: null,
    intents: [],
    change: null,
    changedAt: 0,
    orphans: [],
    verify: { successes: 0, firstAt: null, lastAt: null, lastRefusal: null },
    cutoverAt: null,
    quietMs: 0,
    wait: null,
    deactivatedAt: null,
    soakMs: SOAK_MS,
    approvals: [],
    trigger: 'person',
    scheduledBy: [],
    reason: '',
    trouble: null,
    noticeId: null,
    nextAt: now,
    createdAt: now,
    endedAt: null,
    correlationId: ids.next(),
    leaseOwner: null,
    leaseUntil: 0,
    version: 1,
    ...drawn,
  };
}

/** A delivery that is still to be made. */
export function waiting(destinationId: string, hook: Delivery['hook']): Delivery {
  return {
    destinationId,
    state: 'waiting',
    attempts: 0,
    before: null,
    lastError: null,
    at: null,
    hook,
    hookAttempts: 0,
  };
}
