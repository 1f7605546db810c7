import { troubleOf } from '../domain/rotation-trouble.ts';
import { isFinal, mayMove } from '../domain/rotation.ts';
import type { Rotation } from '../domain/rotation.ts';
import { isConflict, RekeyError } from '../errors.ts';
import { outcomeOfError, provesNothingDone } from './failures.ts';
import { after, LEASE_MS, Run } from './run.ts';
import type { Note, Outcome, RotationGround, Step } from './run.ts';
import { longestWait } from './longest-wait.ts';
import { STEPS } from './steps.ts';

/** A wait up to this long is spent here, under the lease; a longer one ends the turn. */
const SHORT_MS = 10_000;
/** No turn takes more steps, nor is one begun after so long: others have rotations, too. */
const MAX_STEPS = 60;
const MAX_TURN_MS = 60_000;

const LEFT_BEGUN =
  'whoever began it did not come to write what came of it, as when a process is killed: how it stands is read anew, and it is done again where it is wanted';

/**
 * - `waiting`: looks again at `nextAt`, or a person must decide
 * - `ended`: done or undone
 * - `not_due`: nothing to do yet, or somebody else works on it
 * - `overtaken`: somebody changed it meanwhile; whoever did goes on, or the next look does
 */
export type Advance = 'waiting' | 'ended' | 'not_due' | 'overtaken';

/** Takes a rotation as far as it goes now. Only a lost database makes it throw. */
export async function advance(
  ground: RotationGround,
  rotationId: string,
  signal: AbortSignal,
): Promise<Advance> {
  const rotation = await ground.stores.rotation.rotations.byId(rotationId);
  if (rotation === null || !isDue(rotation, ground.clock.now())) return 'not_due';
  const run = new Run(ground, rotation, signal);
  try {
    // A change that lies ahead was made before the clock was set back: lists may lag behind it from now on.
    await run.save({ changedAt: Math.min(rotation.changedAt, run.now()) }, await leftBegun(run));
    return await turn(run);
  } catch (error) {
    if (!isConflict(error)) throw error;
    await release(run);
    return 'overtaken';
  }
}

/** What is told of within the turn that does it: whoever comes later finds only that it was begun. */
const TOLD_AT_ONCE = new Set(['destination.write', 'destination.restore', 'hook.call']);

/** What came of a change whose turn was broken off before it wrote that: nobody knows, and it is done again. Else null. */
async function leftBegun({ ground, rotation: { id } }: Run): Promise<Note | null> {
  const [last] = await ground.stores.rotation.journal.ofRotation(id, 1);
  if (last?.phase !== 'before' || !TOLD_AT_ONCE.has(last.step)) return null;
  return after(last.step, 'unknown', { ...last.detail, why: LEFT_BEGUN });
}

/**
 * Somebody decided during this turn: nothing of it is under way any more, so its lease need not run out. One that it
 * never had, or has no longer, may be another turn's, also of this very instance.
 */
async function release({ ground: { stores, log }, holder, rotation: { id } }: Run): Promise<void> {
  try {
    const now = await stores.rotation.rotations.byId(id);
    if (now === null || now.leaseOwner !== holder) return;
    const free = { ...now, leaseOwner: null, leaseUntil: 0, version: now.version + 1 };
    await stores.atomically([stores.rotation.rotations.update(free)]);
  } catch (error) {
    if (!isConflict(error)) log.warn('the lease of a rotation was not given back', { rotationId: id, error });
  }
}

function isDue({ state, nextAt, leaseUntil }: Rotation, now: number): boolean {
  return !isFinal(state) && nextAt !== null && nextAt <= now && leaseIsOver(leaseUntil, now);
}

/** A lease further ahead than any is given was given before the clock was set back. */
function leaseIsOver(until: number, now: number): boolean {
  return until <= now || until > now + 2 * LEASE_MS;
}

async function turn(run: Run): Promise<Advance> {
  const begunAt = run.now();
  for (let steps = 0; ; steps += 1) {
    const outcome = await taken(run, STEPS[run.rotation.state]);
    const long = steps >= MAX_STEPS || Math.abs(run.now() - begunAt) >= MAX_TURN_MS;
    const ends = run.signal.aborted || long || endsTurn(run, outcome);
    await settle(run, outcome, ends);
    if (isFinal(run.rotation.state)) return 'ended';
    if (ends) return 'waiting';
    // More when the clock was set back just now: then it is looked at sooner.
    const pause = Math.min(SHORT_MS, (run.rotation.nextAt ?? 0) - run.now());
    if (pause > 0 && !(await slept(run, pause))) {
      await run.save({}, null, [], 0);
      return 'waiting';
    }
  }
}

/** False when the process is to stop, or the time of this turn is over. */
async function slept({ ground, signal }: Run, ms: number): Promise<boolean> {
  try {
    await ground.clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

/** What a step came to; what it threw is an outcome, too, but for a lost compare-and-swap. */
async function taken(run: Run, step: Step | null): Promise<Outcome> {
  if (step === null) throw new RekeyError('internal', `A rotation in ${run.rotation.state} was due.`);
  try {
    return await step(run);
  } catch (error) {
    if (isConflict(error)) throw error;
    const outcome = outcomeOfError(run, error);
    return run.begun === null ? outcome : { ...outcome, note: notDone(run.begun, error) };
  }
}

/** What came of a change that was begun, when AWS or a place did not say that it is done. */
function notDone({ step, detail }: Note, error: unknown): Note {
  return after(step, provesNothingDone(error) ? 'refused' : 'unknown', detail);
}

function endsTurn(run: Run, outcome: Outcome): boolean {
  if (outcome.kind === 'block') return true;
  if (outcome.kind === 'move') return isFinal(outcome.to);
  return outcome.until > run.now() + SHORT_MS;
}

async function settle(run: Run, outcome: Outcome, ends: boolean): Promise<void> {
  const { rotation } = run;
  const now = run.now();
  const leaseMs = ends ? 0 : undefined;
  if (outcome.kind === 'wait') {
    const { until, patch = {}, trouble = null } = outcome;
    const kept = trouble === null ? null : troubled(rotation, trouble, now, outcome.stopped === true);
    const nextAt = Math.min(until, now + longestWait(rotation.state));
    await run.save({ ...patch, nextAt, trouble: kept }, outcome.note ?? null, [], leaseMs);
    return;
  }
  const to = outcome.kind === 'block' ? 'blocked' : outcome.to;
  if (!mayMove(rotation.state, to)) {
    throw new RekeyError('internal', `A rotation may not move from ${rotation.state} to ${to}.`);
  }
  const earlier = outcome.note === undefined ? [] : [outcome.note];
  const moved = { ...outcome.patch, state: to, stateAt: now, trouble: null };
  if (outcome.kind === 'block') {
    const { code, why, choices, keyIds = [], seen = null, destinationId = null } = outcome;
    const block = { from: rotation.state, code, why, choices, keyIds, seen, destinationId, since: now };
    const note = after('rotation.block', 'refused', { code, why });
    await run.save({ ...moved, block, nextAt: null }, [...earlier, note], [], leaseMs);
    return;
  }
  const ended = isFinal(to);
  const note = after('rotation.move', 'done', { to });
  const rest = { block: null, nextAt: ended ? null : now, endedAt: ended ? now : null };
  await run.save({ ...moved, ...rest }, [...earlier, note], outcome.writes, leaseMs);
}

/** What people stopped is no try in vain; nor does what goes wrong after it count from there. */
function troubled(
  rotation: Rotation,
  why: string,
  now: number,
  stopped: boolean,
): NonNullable<Rotation['trouble']> {
  if (stopped) {
    const { trouble } = rotation;
    return { why, since: trouble?.times === 0 ? trouble.since : now, times: 0 };
  }
  const earlier = troubleOf(rotation);
  return { why, since: earlier?.since ?? now, times: (earlier?.times ?? 0) + 1 };
}
