import { blankContainment } from '../../src/domain/containment-acts.ts';
import type { Containment } from '../../src/domain/containment.ts';

const NOW = 1_790_000_000_000;
const KEY = 'AKIAIOSFODNN7EXAMPLE';

/** A containment of which nothing was done yet. */
export function containment(changes: Partial<Containment> = {}): Containment {
  const holder = {
    id: 'h1',
    incidentId: 'i1',
    accessKeyId: KEY,
    kind: 'stolen',
    by: 'U0ADMIN',
    hostUser: null,
    at: NOW,
    reason: 'seen',
    phase: 'held',
    taken: null,
  } as const;
  const blank = blankContainment({
    id: 'c1',
    accountId: '111122223333',
    partition: 'aws',
    accessKeyId: KEY,
    holder,
    correlationId: 'x',
    now: NOW,
  });
  return { ...blank, deniedBefore: false, ...changes };
}
