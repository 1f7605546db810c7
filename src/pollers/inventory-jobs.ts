import type { AccountInventory } from '../domain/inventory.ts';
import { actingOf } from '../handlers/key-policy.ts';
import type { Services } from '../handlers/services.ts';
import { writeIfUnchanged } from '../handlers/write-if-unchanged.ts';
import { dueSweep } from '../inventory/schedule.ts';
import type { Jobs } from '../ports/jobs.ts';
import { INVENTORY_JOB, RUN_MS, sweepAccount } from './inventory.ts';
import { isHeld } from './inventory/take-up.ts';

const ROUNDS_JOB = 'inventory-rounds';
const ROUND_MS = 60_000;

/**
 * Registers the sweeps: `inventory`, with an account id as key, and the rounds that enqueue it when it is due.
 * Enqueued without `due` it sweeps the whole account now, as *Sweep now* and a new connection ask.
 */
export function handleInventoryJobs(services: Services): void {
  const { jobs } = services;
  jobs.handle(
    INVENTORY_JOB,
    { deadlineMs: RUN_MS, retries: 12, backoffMs: 30_000 },
    async ({ key, payload, signal }) => {
      await sweepAccount(services, key, payload['due'] === true ? 'due' : 'full', signal);
    },
  );
  jobs.handle(ROUNDS_JOB, { deadlineMs: 60_000, atOnce: 1, retries: 12, backoffMs: 5_000 }, () =>
    goRounds(services),
  );
}

/** Sets the rhythm of the rounds. */
export async function beginInventoryJobs(jobs: Jobs): Promise<void> {
  await jobs.every(ROUNDS_JOB, ROUND_MS);
}

/**
 * Looks at every account: enqueues the sweep of those that are due and of those whose sweep was left by a process that
 * is gone or stopped on trouble, and forgets accounts to which no connection is left. What is enqueued twice waits once.
 */
export async function goRounds(services: Services): Promise<void> {
  const { stores, jobs, clock } = services;
  const [connections, kept] = await Promise.all([
    stores.connections.list(),
    stores.inventory.accounts.list(),
  ]);
  const known = new Map(kept.map((account) => [account.accountId, account]));
  const connected = new Set(connections.map(({ accountId }) => accountId));
  for (const accountId of connected) {
    const account = known.get(accountId) ?? null;
    const blocked = actingOf(connections, accountId, 'inventory') === null;
    // Why it is blocked is said once.
    if (blocked ? (account?.trouble ?? null) === null : isWanted(services, account, clock.now())) {
      await jobs.enqueue(INVENTORY_JOB, accountId, { due: true });
    }
  }
  for (const { accountId } of kept) {
    if (!connected.has(accountId)) await forget(services, accountId);
  }
}

function isWanted(services: Services, account: AccountInventory | null, now: number): boolean {
  const running = account?.running ?? null;
  if (running === null) return dueSweep(account, now) !== null;
  // One that this process works on is held, too: another run would only find that out.
  if (running.heldBy === services.instanceId) return running.heldUntil <= now;
  return running.heldBy === null ? running.heldUntil <= now : !isHeld(services, running, now);
}

/** Disconnecting forgets in its own batch; this is for two that were disconnected at one moment. */
async function forget(services: Services, accountId: string): Promise<void> {
  if (await writeIfUnchanged(services, services.stores.inventory.accounts.forget(accountId))) {
    services.log.info('the inventory of an account without a connection was forgotten', { accountId });
  }
}
