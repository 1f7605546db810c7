import { wakeOutbox } from '../handlers/alert.ts';
import { assessAccount } from '../handlers/assess-keys.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';
import { collect } from './reminders/collect.ts';
import { tell } from './reminders/tell.ts';

const MINUTE_MS = 60_000;

/**
 * Tells everybody what is due, one digest each; what was told already, or is not to be told at this hour, is left out. Any
 * number of instances may do so at the same time. Answers how many digests were written.
 */
export async function remind(services: Services, signal: AbortSignal): Promise<number> {
  const pending = await collect(services, signal);
  if (pending.length === 0) return 0;
  const connections = await services.stores.connections.list();
  // The oldest name of an account is shown.
  const names = new Map(
    connections
      .toSorted((a, b) => b.createdAt - a.createdAt)
      .map(({ accountId, name }) => [accountId, name] as const),
  );
  let written = 0;
  for (const each of pending) {
    signal.throwIfAborted();
    if (await tell(services, each, names)) written += 1;
  }
  if (written > 0) await wakeOutbox(services);
  return written;
}

/** Works out the standings of all accounts again: time alone changes them. */
export async function assessAll(services: Services, signal: AbortSignal): Promise<void> {
  for (const { accountId } of await services.stores.inventory.accounts.list()) {
    await assessAccount(services, accountId, signal);
  }
}

/** Registers the hourly assessment and the reminders. Before the jobs are started. */
export function handleReminderJobs(services: Services): void {
  const { jobs } = services;
  const often = { atOnce: 1, retries: 12, backoffMs: 10_000 };
  // Slack may let us wait in the middle of its list of people.
  jobs.handle('assess-keys', { ...often, deadlineMs: 10 * MINUTE_MS }, async ({ signal }) => {
    await assessAll(services, signal);
    await remind(services, signal);
  });
  // When its process is killed, nobody reminds until the lease is over: so it is short.
  jobs.handle('reminders', { ...often, deadlineMs: 2 * MINUTE_MS }, async ({ signal }) => {
    await remind(services, signal);
  });
}

/** Sets their rhythms, once the jobs are started. What came due while nothing ran is told at once. */
export async function beginReminderJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue('assess-keys', instanceId);
  await jobs.every('assess-keys', 60 * MINUTE_MS);
  await jobs.every('reminders', 10 * MINUTE_MS);
}
