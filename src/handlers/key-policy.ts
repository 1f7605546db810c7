import type { Connection } from '../domain/connection.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../domain/key-policy.ts';
import type { Capability } from '../domain/verification.ts';
import type { Services } from './services.ts';

/**
 * The connection that acts for an account: the oldest one whose last check says *yes* to the capability; when none does,
 * the oldest for which it is not known. Null when there is none.
 */
export async function actingConnection(
  services: Pick<Services, 'stores'>,
  accountId: string,
  capability: Capability,
): Promise<Connection | null> {
  return actingOf(await services.stores.connections.list(), accountId, capability);
}

/** The same among connections that were read already. */
export function actingOf(
  connections: readonly Connection[],
  accountId: string,
  capability: Capability,
): Connection | null {
  const ours = connectedTo(connections, accountId);
  const may = (answer: 'yes' | 'unknown') => ours.find((each) => answerOf(each, capability) === answer);
  return may('yes') ?? may('unknown') ?? null;
}

/** Those of an account that are connected, oldest first. */
export function connectedTo(connections: readonly Connection[], accountId: string): Connection[] {
  return connections
    .filter((each) => each.accountId === accountId && each.state === 'connected')
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** A check that failed as a whole says nothing of what the connection may do. */
export function answerOf({ lastCheck }: Connection, capability: Capability): 'yes' | 'no' | 'unknown' {
  return lastCheck?.status === 'verified' ? lastCheck.report.capabilities[capability].answer : 'unknown';
}

/**
 * The connection whose policy holds for an account: the one that acts for its inventory. When none may read the keys any
 * more, the oldest keeps the word: that AWS denies a call must not put the defaults in the place of what a team decided.
 */
export function policyHolder(connections: readonly Connection[], accountId: string): Connection | null {
  const [oldest] = connections
    .filter((each) => each.accountId === accountId)
    .toSorted(
      (a, b) =>
        Number(a.state !== 'connected') - Number(b.state !== 'connected') ||
        a.createdAt - b.createdAt ||
        (a.id < b.id ? -1 : 1),
    );
  return actingOf(connections, accountId, 'inventory') ?? oldest ?? null;
}

/** The policy for an account's keys: that of its {@link policyHolder}, else the defaults. */
export async function policyOfAccount(
  services: Pick<Services, 'stores'>,
  accountId: string,
): Promise<KeyPolicy> {
  const holder = policyHolder(await services.stores.connections.list(), accountId);
  const kept = holder === null ? null : await services.stores.inventory.keyPolicies.ofConnection(holder.id);
  return kept?.policy ?? DEFAULT_KEY_POLICY;
}
