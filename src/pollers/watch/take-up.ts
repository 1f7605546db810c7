import { quotedName, type Connection } from '../../domain/connection.ts';
import {
  byFilesWords,
  continued,
  isByFilesAlone,
  type AccountWatch,
  type WatchTrouble,
} from '../../domain/watch.ts';
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
  const now = clock.now();
  const able = watchingConnection(connections, accountId);
  const [oldest = null] = connectedTo(connections, accountId);
  const connection = able ?? oldest;
  if (connection === null || (able === null && !(await hasFiles(services, accountId, now)))) {
    if (able === null) await noteBlocked(services, accountId, connections);
    return null;
  }
  if (kept !== null && isHeld(services, kept, now, alive)) return null;
  const held = { heldBy: instanceId, heldUntil: now + HOLD_MS };
  const next: AccountWatch =
    kept === null
      ? { ...newAccount(accountId, connection, now), ...held }
      : { ...kept, ...held, version: kept.version + 1 };
  const taken = await writeIfUnchanged(services, [
    kept === null ? accounts.insert(next) : accounts.update(next),
  ]);
  return taken ? new Watching(services, next, connection, signal, able === null) : null;
}

/** Whether files of it wait to be read. */
async function hasFiles({ stores }: Services, accountId: string, now: number): Promise<boolean> {
  return (await stores.watch.files.due(accountId, now, 1)).length > 0;
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
    // Not 1: whoever stood still while the account was forgotten and connected anew holds a row of before.
    version: now,
  };
}

/** Says why the events of an account that was watched are no longer looked up, or that files alone bring them. */
export async function noteBlocked(
  services: Services,
  accountId: string,
  connections: readonly Connection[],
): Promise<void> {
  const { stores, clock } = services;
  const kept = await stores.watch.accounts.byId(accountId);
  if (kept === null) return;
  const now = clock.now();
  const trouble = await blockedTrouble(services, kept, connections, now);
  if (kept.trouble?.why === trouble.why) return;
  // Files cannot be held against the history meanwhile.
  const regions = kept.regions.map((region) => left(region, now));
  await writeIfUnchanged(services, [
    stores.watch.accounts.update({ ...kept, regions, trouble, version: kept.version + 1 }),
  ]);
}

/** Why events cannot be looked up: worse when no queue brings them either. */
export async function blockedTrouble(
  { stores }: Services,
  { accountId, trouble, regions }: AccountWatch,
  connections: readonly Connection[],
  now: number,
): Promise<WatchTrouble> {
  const lacking = lackingWords(connections.filter((each) => each.accountId === accountId));
  const queues = new Set((await stores.watch.queues.list()).map(({ id }) => id));
  const why = regions.some(({ feed }) => feed !== null && queues.has(feed.queueId))
    ? byFilesWords(lacking)
    : lacking;
  // Files that begin, or end, are news of their own.
  const isSameKind = trouble !== null && isByFilesAlone(trouble) === isByFilesAlone({ ...trouble, why });
  return isSameKind ? continued(trouble, why, now) : { why, since: now, toldAt: null };
}

function lackingWords(connections: readonly Connection[]): string {
  const lacking = connections.map(({ name, lastCheck }) => {
    if (lastCheck?.status !== 'verified') return `${quotedName(name)} did not pass its last check`;
    const { watch } = lastCheck.report.capabilities;
    return watch.answer === 'no'
      ? `${quotedName(name)} lacks ${watch.missing.join(', ')}`
      : `it is unknown whether ${quotedName(name)} may read events`;
  });
  return `No connection may read the events of this account: ${lacking.join('; ') || 'none is left'}.`;
}
