import { createHash } from 'node:crypto';
import type { AccountInventory } from '../domain/inventory.ts';

const MINUTE_MS = 60_000;
/** Everything is read once a day. */
export const FULL_EVERY_MS = 24 * 60 * MINUTE_MS;
/** AWS makes a new credential report after four hours; asked a little earlier it gives the old one again. */
export const CHANGES_EVERY_MS = (4 * 60 + 2) * MINUTE_MS;
/** Accounts that became due together are not swept together. */
const FULL_SPREAD_MS = 60 * MINUTE_MS;
const CHANGES_SPREAD_MS = 10 * MINUTE_MS;

/** A number from 0 up to 1 that is always the same for an account. */
export function shareOf(accountId: string): number {
  return createHash('sha256').update(accountId).digest().readUInt32BE(0) / 2 ** 32;
}

/** Which sweep an account needs now, or none. Null account: never swept. */
export function dueSweep(account: AccountInventory | null, now: number): 'full' | 'changes' | null {
  if (account === null || account.fullAt === null) return 'full';
  const share = shareOf(account.accountId);
  if (now - account.fullAt >= FULL_EVERY_MS - share * FULL_SPREAD_MS) return 'full';
  const sweptAt = account.sweptAt ?? account.fullAt;
  return now - sweptAt >= CHANGES_EVERY_MS + share * CHANGES_SPREAD_MS ? 'changes' : null;
}
