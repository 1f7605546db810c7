import { isToBeShutOff, isUnsent } from '../../domain/containment-unread.ts';
import { isOver, type Containment, type ContainmentState } from '../../domain/containment.ts';
import { isConflict } from '../../errors.ts';
import type { Containing } from './containing.ts';
import { ALONE, type Pace } from './pace.ts';
import { Turn } from './turn.ts';

/** A person waits for what is done in these; whatever is held comes back at its time. */
const WAITED_FOR: ReadonlySet<ContainmentState> = new Set<ContainmentState>([
  'finding',
  'acting',
  'undoing',
  'recovering',
]);
/** So long a turn waits for the next look instead of leaving it to the job; ms. */
const STAYS_MS = 1_500;
/** Looks of one turn while it is held: somebody may undo things as fast as they are put back. */
const HELD_LOOKS = 5;
/** How long whoever waits looks whether another process is through; ms. */
const BUSY_WAIT_MS = 150;
/** Where AWS fails just as a process is to stop, it tries for so long, and so often, to shut off what is not; ms. */
const LAST_TRIES_MS = 10_000;
const LAST_TRY_EVERY_MS = 500;

/** Whether whoever waits is still to see how it comes out. */
export function isWaitedFor({ state, nextAt }: Pick<Containment, 'state' | 'nextAt'>): boolean {
  return WAITED_FOR.has(state) && nextAt !== null;
}

/**
 * One turn: as far as it goes without waiting for long. False when it is somebody else's at this moment. Everybody may
 * call it at any time, as often as they like. `signal`: whoever works is to stop; what is not shut off yet still is.
 */
export async function takeTurn(
  services: Containing,
  id: string,
  signal: AbortSignal,
  pace: Pace = ALONE,
): Promise<boolean> {
  const turn = await Turn.take(services, id, signal, pace);
  if (turn === null) return false;
  // Whoever asked last: their calls, audit entries and messages are found by one id, whichever process works on it.
  const { correlationId } = turn.row;
  await services.log.within({ correlationId, containmentId: id }, () =>
    through(services, turn, signal, pace),
  );
  return true;
}

async function through(services: Containing, turn: Turn, signal: AbortSignal, pace: Pace): Promise<void> {
  try {
    // Whoever is to stop sends what was not sent yet, and what failed once more.
    const isUrgent = (looks: number): boolean =>
      isUnsent(turn.row) || (looks === 1 && isToBeShutOff(turn.row, services.clock.now()));
    for (let looks = 1; !signal.aborted || isUrgent(looks); looks += 1) {
      if (!(await turn.step())) break;
      const { state, nextAt, sentAt } = turn.row;
      if (sentAt !== null) pace.done();
      if (isOver(state) || nextAt === null) break;
      const wait = nextAt - services.clock.now();
      const stays = WAITED_FOR.has(state) ? wait <= STAYS_MS : wait <= 0 && looks < HELD_LOOKS;
      if (!stays || (signal.aborted && (wait > 0 || !isUnsent(turn.row)))) break;
      await pace.giveWay();
      await turn.tell();
      if (wait > 0) await sleepUntil(services, wait, signal);
      // Somebody may have come meanwhile.
      await pace.giveWay();
    }
  } catch (error) {
    // Somebody wrote first: how it stands now is the next turn's business.
    if (!isConflict(error)) throw error;
  } finally {
    await pace.giveWay();
    await turn.release();
    await pace.giveWay();
    await turn.tell();
  }
}

/** Sleeps; no longer than until the signal comes. */
export async function sleepUntil({ clock }: Containing, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}

/**
 * For whoever waits: until nothing is left to do but to hold, `waitMs` are over or the process is to stop and has nothing to
 * shut off; the job goes on from there. `seen` is called with the row after each turn, and at the end.
 */
export async function pursue(
  services: Containing,
  id: string,
  waitMs: number,
  signal: AbortSignal,
  seen: (row: Containment) => Promise<void> = () => Promise.resolve(),
  pace: Pace = ALONE,
): Promise<Containment | null> {
  const { stores, clock } = services;
  const until = clock.now() + waitMs;
  let leftAt: number | null = null;
  for (;;) {
    const taken = await takeTurn(services, id, signal, pace);
    const row = await stores.containments.byId(id);
    if (row === null) return null;
    if (row.state === 'merged' && row.mergedInto !== null) {
      return pursue(services, row.mergedInto, Math.max(0, until - clock.now()), signal, seen, pace);
    }
    const now = clock.now();
    if (signal.aborted) leftAt ??= now;
    const isThrough =
      leftAt === null
        ? !isWaitedFor(row) || now >= until
        : !isToBeShutOff(row, now) || Math.abs(now - leftAt) >= LAST_TRIES_MS;
    const over = row.nextAt === null || isThrough;
    if (row.state !== 'finding') pace.done();
    await pace.giveWay();
    if (taken || over) await seen(row);
    if (over) return row;
    if (leftAt === null) {
      await sleepUntil(services, Math.min(until - now, Math.max(BUSY_WAIT_MS, row.nextAt - now)), signal);
    } else await clock.sleep(LAST_TRY_EVERY_MS);
  }
}
