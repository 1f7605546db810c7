import type { Connection } from '../../domain/connection.ts';
import { quotedName } from '../../domain/connection.ts';
import type { AccountInventory, RunningSweep } from '../../domain/inventory.ts';
import { unknown } from '../../domain/known.ts';
import type { Partition } from '../../domain/partition.ts';
import { actingConnection } from '../../handlers/key-policy.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { dueSweep } from '../../inventory/schedule.ts';
import { HOLD_MS, Sweep } from './sweep.ts';

/** Which sweep is asked for; `due`: whichever the rhythm asks for by now, or none. */
export type SweepKind = 'full' | 'changes' | 'due';

/**
 * Takes hold of an account's sweep: the one that has not ended, or a new one. Null when there is nothing to do, when
 * another process has it, and when no connection may read the account, which is then kept as its trouble.
 */
export async function takeUp(
  services: Services,
  accountId: string,
  kind: SweepKind,
  signal: AbortSignal,
): Promise<Sweep | null> {
  const { stores, clock, instanceId, log } = services;
  const { accounts } = stores.inventory;
  const account = await accounts.byId(accountId);
  const connection = await actingConnection(services, accountId, 'inventory');
  if (connection === null) {
    await keepBlocked(services, accountId, account);
    return null;
  }
  const now = clock.now();
  const running = sweepToRun(services, account, kind, now);
  if (running === null) return null;
  const held = { ...running, heldBy: instanceId, heldUntil: now + HOLD_MS };
  const next: AccountInventory =
    account === null
      ? { ...emptyInventory(accountId, connection.partition, now), running: held }
      : { ...account, running: held, version: account.version + 1 };
  const taken = await writeIfUnchanged(services, [
    account === null ? accounts.insert(next) : accounts.update(next),
  ]);
  if (!taken) return null;
  log.info('a sweep begins', { accountId, sweep: held.id, kind: held.kind, done: held.done });
  return new Sweep(services, next, held, connection, signal);
}

function sweepToRun(
  services: Pick<Services, 'instanceId' | 'onlyInstance' | 'ids'>,
  account: AccountInventory | null,
  kind: SweepKind,
  now: number,
): RunningSweep | null {
  const begun = account?.running ?? null;
  if (begun !== null) {
    if (isHeld(services, begun, now)) return null;
    // After trouble it waits a while, unless somebody asks for it.
    if (begun.heldBy === null && begun.heldUntil > now && kind === 'due') return null;
    // What changed is part of what there is: a full sweep takes the place of one for changes.
    if (kind !== 'full' || begun.kind === 'full') return begun;
  }
  const due = kind === 'due' ? dueSweep(account, now) : kind;
  return due === null ? null : newSweep(services.ids.next(), due, now);
}

/** Whether another process works on it, as far as anybody can tell. */
export function isHeld(
  { instanceId, onlyInstance }: Pick<Services, 'instanceId' | 'onlyInstance'>,
  { heldBy, heldUntil }: RunningSweep,
  now: number,
): boolean {
  return heldBy !== null && heldBy !== instanceId && !onlyInstance && heldUntil > now;
}

function newSweep(id: string, kind: RunningSweep['kind'], now: number): RunningSweep {
  const progress = { listedAt: null, cursor: null, planned: 0, done: 0, gaps: [] };
  return { id, kind, startedAt: now, ...progress, heldBy: null, heldUntil: now };
}

function emptyInventory(accountId: string, partition: Partition, now: number): AccountInventory {
  return {
    accountId,
    partition,
    rootKeys: unknown('It was not read yet.', now),
    users: null,
    keys: null,
    fullAt: null,
    sweptAt: null,
    reportAt: null,
    gaps: [],
    running: null,
    trouble: null,
    version: 1,
  };
}

/** Says once why the account cannot be read, for as long as there is a connection to it at all. */
async function keepBlocked(
  services: Services,
  accountId: string,
  account: AccountInventory | null,
): Promise<void> {
  const { stores, clock } = services;
  const { accounts } = stores.inventory;
  const ours = (await stores.connections.list()).filter((each) => each.accountId === accountId);
  const [first] = ours;
  if (first === undefined) return;
  const why = blockedWords(ours);
  if (account?.trouble?.why === why) return;
  const now = clock.now();
  const trouble = { why, since: account?.trouble?.since ?? now };
  await writeIfUnchanged(services, [
    account === null
      ? accounts.insert({ ...emptyInventory(accountId, first.partition, now), trouble })
      : accounts.update({ ...account, trouble, version: account.version + 1 }),
  ]);
}

function blockedWords(connections: readonly Connection[]): string {
  const lacks = connections.flatMap(({ name, lastCheck }) => {
    if (lastCheck?.status !== 'verified') return [];
    const { inventory } = lastCheck.report.capabilities;
    return inventory.answer === 'no' ? [`${quotedName(name)} lacks ${inventory.missing.join(', ')}`] : [];
  });
  return lacks.length === 0
    ? 'The connection to this account is being disconnected.'
    : `No connection may take stock of this account: ${lacks.join('; ')}.`;
}
