import { isUnsent, type RoleRevocation } from '../../../domain/role-revocation.ts';
import { isConflict } from '../../../errors.ts';
import { callsOf } from '../calls.ts';
import type { Containing } from '../containing.ts';
import { sleepUntil } from '../pursue.ts';
import { keptRevocation, keptRevocations, type RoleKey } from './kept.ts';
import { RoleTurn } from './role-turn.ts';

/** So long a turn waits for the next look instead of leaving it to the job; ms. */
const STAYS_MS = 1_500;
const BUSY_WAIT_MS = 300;

/** Takes every revocation that is due one turn further. How many there were. */
export async function revocationsPass(services: Containing, signal: AbortSignal): Promise<number> {
  const { stores, clock, log } = services;
  const now = clock.now();
  const due = (await keptRevocations(stores, null)).filter(({ nextAt }) => nextAt !== null && nextAt <= now);
  for (const row of due) {
    if (signal.aborted) break;
    try {
      await takeRoleTurn(services, row, signal);
    } catch (error) {
      log.error('A revocation could not be taken further.', { roleArn: row.roleArn, error });
    }
  }
  return due.length;
}

/** Whether AWS does not have it as wanted yet. */
export function isRoleUnderWay({ state, nextAt }: Pick<RoleRevocation, 'state' | 'nextAt'>): boolean {
  return nextAt !== null && (state === 'revoking' || state === 'lifting');
}

/**
 * For whoever waits: until it is confirmed or barred, `waitMs` are over or the process is to stop; the job goes on from
 * there.
 */
export async function pursueRevocation(
  services: Containing,
  key: RoleKey,
  waitMs: number,
  signal: AbortSignal,
): Promise<RoleRevocation | null> {
  const { stores, clock } = services;
  const until = clock.now() + waitMs;
  for (;;) {
    await takeRoleTurn(services, key, signal);
    const { row } = await keptRevocation(stores, key);
    const now = clock.now();
    if (row === null || !isRoleUnderWay(row) || row.nextAt === null) return row;
    if (row.failure !== null || now >= until || signal.aborted) return row;
    await sleepUntil(services, Math.min(until - now, Math.max(BUSY_WAIT_MS, row.nextAt - now)), signal);
  }
}

/**
 * One turn: as far as it goes without waiting for long. Everybody may call it at any time; one at a time works. `signal`:
 * whoever works is to stop; what is not sent yet still is.
 */
async function takeRoleTurn(services: Containing, key: RoleKey, signal: AbortSignal): Promise<void> {
  const turn = await RoleTurn.take(services, key);
  if (turn === null) return;
  try {
    while ((!signal.aborted || isUnsent(turn.row)) && (await stepOf(services, turn, signal))) {
      const wait = (turn.row.nextAt ?? Infinity) - services.clock.now();
      if (wait > STAYS_MS) break;
      if (wait > 0) await sleepUntil(services, wait, signal);
    }
  } catch (error) {
    // Somebody wrote first: how it stands now is the next turn's business.
    if (!isConflict(error)) throw error;
  } finally {
    await turn.release();
  }
}

async function stepOf(services: Containing, turn: RoleTurn, signal: AbortSignal): Promise<boolean> {
  const calls = callsOf(services, signal);
  try {
    // Whose sessions still work is not left waiting for the next process.
    return await turn.step(isUnsent(turn.row) ? { ...calls, reads: calls.changes } : calls);
  } finally {
    calls.end();
  }
}
