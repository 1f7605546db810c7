import { endGone } from '../handlers/containments/gone.ts';
import { proveContainments } from '../handlers/containments/prove.ts';
import { takeTurn } from '../handlers/containments/pursue.ts';
import { ALONE, type Patience } from '../handlers/containments/pace.ts';
import { GONE_JOB, type Containing } from '../handlers/containments/containing.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';

/** How many are read at a time, and worked on at once. */
const BATCH = 100;
const AT_ONCE = 16;
/** Holds what is contained, and goes on where a process died. */
export const CONTAINMENTS_JOB = 'containments';
/** How long a pass may take; a killed process keeps the job until that is over, while others hold by themselves. */
const RUN_MS = 60_000;
const LOOK_EVERY_MS = 10_000;
const PROOFS_JOB = 'containment-proofs';
const PROOFS_RUN_MS = 5 * 60_000;
const PROOFS_EVERY_MS = 30_000;
const GONE_RUN_MS = 10 * 60_000;
const GONE_EVERY_MS = 3_600_000;
const RETRIES = 12;
/** How long a process without anything due waits for the next look; what comes due sooner is looked at then. */
const IDLE_MS = 2_000;
/** What is due, and another process's at this moment, is looked at again after so long. */
const BUSY_MS = 200;

/**
 * Takes every containment that is due one turn further; one that fails does not keep the others. How many there were.
 * `busy`: those that an earlier pass is still at, which this one leaves alone. `patience`: one for each turn at what was
 * shut off already, of which every step lets those go first that are not.
 */
export async function holdPass(
  services: Containing,
  signal: AbortSignal,
  busy = new Set<string>(),
  patience: Patience = () => () => Promise.resolve(),
): Promise<number> {
  const { stores, clock, log } = services;
  const due = await stores.containments.due(clock.now(), BATCH);
  const waiting = [...due];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      const { id, correlationId, sentAt } = next;
      if (busy.has(id)) continue;
      busy.add(id);
      try {
        const pace = sentAt === null ? ALONE : { ...ALONE, giveWay: patience() };
        await pace.giveWay();
        await takeTurn(services, id, signal, pace);
      } catch (error) {
        const fields = { containmentId: id, correlationId, error };
        if (!signal.aborted) log.error('A containment could not be taken further.', fields);
      } finally {
        busy.delete(id);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, due.length) }, worker));
  return due.length;
}

/** How long until something is due, in this process's words: never longer than it may idle. */
export async function holdWait({ stores, clock }: Pick<Containing, 'stores' | 'clock'>): Promise<number> {
  const next = await stores.containments.nextAt();
  if (next === null) return IDLE_MS;
  return Math.min(IDLE_MS, Math.max(BUSY_MS, next - clock.now()));
}

/** Registers what recovers containments, and what asks CloudTrail about them. */
export function handleContainmentJobs(services: Services): void {
  const { jobs } = services;
  jobs.handle(
    CONTAINMENTS_JOB,
    { deadlineMs: RUN_MS, retries: RETRIES, backoffMs: 2_000 },
    async ({ signal }) => void (await holdPass(services, signal)),
  );
  jobs.handle(
    PROOFS_JOB,
    { deadlineMs: PROOFS_RUN_MS, atOnce: 1, retries: RETRIES, backoffMs: 30_000 },
    async ({ signal }) => void (await proveContainments(services, signal)),
  );
  jobs.handle(
    GONE_JOB,
    { deadlineMs: GONE_RUN_MS, atOnce: 1, retries: RETRIES, backoffMs: 60_000 },
    async ({ signal }) => void (await endGone(services, signal)),
  );
}

/** Sets their rhythm; what an earlier process left is looked for at once. */
export async function beginContainmentJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(CONTAINMENTS_JOB, instanceId);
  await jobs.every(CONTAINMENTS_JOB, LOOK_EVERY_MS);
  await jobs.every(PROOFS_JOB, PROOFS_EVERY_MS);
  await jobs.every(GONE_JOB, GONE_EVERY_MS);
}
