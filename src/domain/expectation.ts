import type { Signal } from './signal.ts';

/** “This is us”: a person's word that something is expected of one key, for a while. */
export interface Expectation {
  readonly id: string;
  readonly accountId: string;
  /** The access key, or the role or user where no key is known. */
  readonly subject: string;
  /** What it is limited to; null: anything. Of several, all must fit. */
  readonly network: string | null;
  readonly agent: string | null;
  /** `service:Name`. */
  readonly action: string | null;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
}

/** What nobody can expect: AWS's quarantine, a trail that is stopped, a key that gives itself rights. */
const NEVER_EXPECTED: ReadonlySet<string> = new Set([
  'key-quarantined',
  'quarantine-lifted',
  'trail-stopped',
  'self-grant',
]);

export function mayBeExpected({ rule }: Pick<Signal, 'rule'>): boolean {
  return !NEVER_EXPECTED.has(rule);
}

/** True when an expectation keeps a signal of this subject quiet at `now`. */
export function covers(expectation: Expectation, signal: Signal, subject: string, now: number): boolean {
  const { network, agent, action, until, endedAt } = expectation;
  if (endedAt !== null || until <= now || expectation.subject !== subject) return false;
  if (!mayBeExpected(signal)) return false;
  return (
    (network === null || network === signal.network) &&
    (agent === null || agent === signal.agent) &&
    (action === null || action === `${signal.service}:${signal.eventName}`)
  );
}
