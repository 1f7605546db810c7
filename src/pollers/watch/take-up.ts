import { quotedName, type Connection } from '../../domain/connection.ts';
import { continued, type AccountWatch } from '../../domain/watch.ts';
import { answerOf, connectedTo } from '../../handlers/key-policy.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { left } from '../trail-queue/feed.ts';
import { HOLD_MS, Watching } from './watching.ts';

/** The connection that reads an account's events: the oldest one that surely may. */
export function watchingConnection(connections: readonly Connection[], accountId: string): Connection | null {
  return connectedTo(connections, accountId).find((each) => answerOf(each, 'watch') === 'yes') ?? null;
}

/** Takes hold of an account; null when there is nothing to hold, or another process has it. */
export async function takeUp(
  services: Services,
  accountId: string,
  signal: AbortSignal,
): Promise<Watching | null> {
  const { stores, clock, instanceId, instances } = services;
  const { accounts } = stores.watch;
  const [connections, kept, alive] = await Promise.all([
    stores.connections.list(),
    accounts.byId(accountId),
    instances.living(),
  ]);
  const connection = watchingConnection(connections, accountId);
  if (connection === null) {
    if (kept !== null) await keepBlocked(services, kept, connections);
    return null;
  }
  const now = clock.now();
  if (kept !== null && isHeld(services, kept, now, alive)) return null;
  const held = { heldBy: instanceId, heldUntil: now + HOLD_MS };
  const next: AccountWatch =
    kept === null
      ? { ...newAccount(accountId, connection, now), ...held }
      : { ...kept, ...held, version: kept.version + 1 };
  const taken = await writeIfUnchanged(services, [
    kept === null ? accounts.insert(next) : accounts.update(next),
  ]);
  return taken ? new Watching(services, next, connection, signal) : null;
}

/** Whether another process works on it, as far as anybody can tell: one that lives, by a time that a clock of now set. */
export function isHeld(
  { instanceId, onlyInstance }: Pick<Services, 'instanceId' | 'onlyInstance'>,
  { heldBy, heldUntil }: AccountWatch,
  now: number,
  alive: readonly string[],
): boolean {
  if (heldBy === null || heldBy === instanceId || onlyInstance || !alive.includes(heldBy)) return false;
  return heldUntil > now && heldUntil - now <= 2 * HOLD_MS;
}

function newAccount(accountId: string, { partition }: Connection, now: number): AccountWatch {
  return {
    accountId,
    partition,
    since: now,
    regions: [],
    listedAt: null,
    listTrouble: null,
    trouble: null,
    basis: 'none',
    heldBy: null,
    heldUntil: now,
    version: 1,
  };
}

/** Says why an account that was watched no longer is. */
async function keepBlocked(
  services: Services,
  kept: AccountWatch,
  connections: readonly Connection[],
): Promise<void> {
  const lacking = connections
    .filter(({ accountId }) => accountId === kept.accountId)
    .map(({ name, lastCheck }) => {
      if (lastCheck?.status !== 'verified') return `${quotedName(name)} did not pass its last check`;
      const { watch } = lastCheck.report.capabilities;
      return watch.answer === 'no'
        ? `${quotedName(name)} lacks ${watch.missing.join(', ')}`
        : `it is unknown whether ${quotedName(name)} may read events`;
    });
  const why = `No connection may read the events of this account: ${lacking.join('; ') || 'none is left'}.`;
  if (kept.trouble?.why === why) return;
  const now = services.clock.now();
  const trouble = continued(kept.trouble, why, now);
  // What files bring is not taken in meanwhile, and is not kept for ever: the history has it.
  const regions = kept.regions.map((region) => left(region, now));
  await writeIfUnchanged(services, [
    services.stores.watch.accounts.update({ ...kept, regions, trouble, version: kept.version + 1 }),
  ]);
}
