import { isAtRest, movedTo, type Containment, type PartFailure } from '../../domain/containment.ts';
import { foundEffects, withoutBegun } from '../../domain/containment-begun.ts';
import type { BegunEffect, ContainmentEffect } from '../../domain/containment-effect.ts';
import { afterLook, effectsOf, type ContainedLook } from '../../domain/containment-steps.ts';
import { settledBy } from '../../domain/containment-settle.ts';
import { isToBeShutOff } from '../../domain/containment-unread.ts';
import { whyOf } from '../../domain/containment-why.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';
import { callsOf } from './calls.ts';
import type { Containing } from './containing.ts';
import {
  failureOf,
  isPassing,
  REFUSED_RETRY_MS,
  send,
  TROUBLE_RETRY_MS,
  withIntent,
  withOutcome,
} from './effects.ts';
import { findUser, type FoundUser } from './find-user.ts';
import { handsFor, type Hands } from './hands.ts';
import { lookAfterUser } from './look-user.ts';
import { mergeInto, openOfUser } from './merge.ts';
import type { Pace } from './pace.ts';
import { effectRow, foundRow } from './record.ts';
import { TurnRow } from './turn-row.ts';

/** So long what was seen when the user was found is what there is; ms. */
const JUST_SEEN_MS = 2_000;

/** One process's turn at one containment: nobody else calls AWS about its user meanwhile. */
export class Turn {
  readonly #services: Containing;
  readonly #row: TurnRow;
  readonly #signal: AbortSignal;
  readonly #pace: Pace;
  /** What was read when the user was found, a moment ago: the first changes go by it. */
  #justSeen: ContainedLook | null = null;

  private constructor(services: Containing, row: TurnRow, signal: AbortSignal, pace: Pace) {
    this.#services = services;
    this.#row = row;
    this.#signal = signal;
    this.#pace = pace;
  }

  /** Takes the row for a turn; null when it is over or somebody else's, or was overtaken. */
  static async take(services: Containing, id: string, signal: AbortSignal, pace: Pace): Promise<Turn | null> {
    const row = await TurnRow.take(services, id);
    return row === null ? null : new Turn(services, row, signal, pace);
  }

  /** As it was written last. */
  get row(): Containment {
    return this.#row.now;
  }

  /** One look, and what follows from it. False when the turn is over: somebody else wrote. */
  async step(): Promise<boolean> {
    const calls = callsOf(this.#services, this.#signal);
    // Whose key still works is not left waiting for the next process; else a look may be broken off.
    const isUrgent = isToBeShutOff(this.#row.now, this.#services.clock.now());
    const reads = isUrgent ? calls.changes : calls.reads;
    try {
      return this.#row.now.state === 'finding'
        ? await this.#find(calls.changes)
        : await this.#look(reads, calls.changes);
    } catch (error) {
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError && !isConflict(error))) throw error;
      // What was broken off tells nothing of the user.
      return this.#signal.aborted ? false : await this.#troubled(error);
    } finally {
      calls.end();
    }
  }

  /** Sends the messages that were written on their way: not before the changes, which they would hold up. */
  tell(): Promise<void> {
    return this.#row.tell();
  }

  /** Lets others have it. */
  release(): Promise<void> {
    return this.#row.release();
  }

  async #find(calls: AbortSignal): Promise<boolean> {
    const { clock } = this.#services;
    const before = this.#row.now;
    let user: FoundUser;
    try {
      user = await findUser(this.#services, before, calls);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      return this.#row.save({ ...movedTo({ ...before, refusal }, 'refused', clock.now()), nextAt: null });
    }
    const { found, look, hands } = user;
    // The database tells users apart by their id alone, where one of the two has none.
    if ((await openOfUser(this.#services, found)) !== null) {
      await mergeInto(this.#services, before, found);
      return false;
    }
    const acting = { ...movedTo(found, 'acting', clock.now()), nextAt: clock.now() };
    const effects = this.#isFresh(look) ? effectsOf(afterLook(acting, look), look) : [];
    let begun: readonly BegunEffect[] | null;
    try {
      if (effects.length === 0) {
        this.#justSeen = look;
        return await this.#row.save(acting);
      }
      begun = await this.#begin(afterLook(acting, look), effects);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Somebody changed this one, or the user is contained already for another reason.
      if ((await this.#row.newest())?.version !== before.version) return false;
      await mergeInto(this.#services, before, found);
      return false;
    }
    return begun === null ? false : this.#change(begun, hands, calls);
  }

  /** What was seen so lately is what there is. */
  #isFresh(look: ContainedLook): boolean {
    return look.user === 'there' && this.#services.clock.now() - look.at < JUST_SEEN_MS;
  }

  async #look(reads: AbortSignal, changes: AbortSignal): Promise<boolean> {
    const { clock } = this.#services;
    const before = this.#row.now;
    if (before.userName === null) throw new RekeyError('internal', 'A containment has lost its user.');
    const hands = await handsFor(this.#services, before, changes);
    const known = { ...before, userName: before.userName };
    const justSeen = this.#justSeen;
    this.#justSeen = null;
    const { look, row: found } =
      justSeen !== null && this.#isFresh(justSeen)
        ? { look: justSeen, row: known }
        : await lookAfterUser(this.#services, hands, known, reads);
    // A look that was broken off shows less than there is.
    if (reads.aborted && this.#signal.aborted) return false;
    const row = withoutBegun(found, 'all');
    if (row !== found && !(await this.#row.save(withoutBegun(before, 'all'), this.#found(look))))
      return false;
    const seen = afterLook(row, look);
    const effects = effectsOf(seen, look);
    if (effects.length === 0) return this.#row.save(settledBy(seen, clock.now()));
    const begun = await this.#begin(seen, effects);
    return begun === null ? false : this.#change(begun, hands, changes);
  }

  /** An earlier process did not write what came of its changes: what is found of them now. */
  #found(look: ContainedLook | null): Write[] {
    const row = this.#row.now;
    return foundEffects(row, look).map((found) => foundRow(this.#services, row, found));
  }

  /** Writes down what is about to be changed; null when somebody wrote first. */
  async #begin(
    seen: Containment,
    effects: readonly ContainmentEffect[],
  ): Promise<readonly BegunEffect[] | null> {
    const { clock, ids } = this.#services;
    const now = clock.now();
    const named = effects.map((effect) => ({ effect, act: ids.next() }));
    const begun = effects.reduce(withIntent, {
      ...seen,
      begun: [...(seen.begun ?? []), ...named],
      sentAt: seen.sentAt ?? now,
      // Also for whoever goes on when this process dies: what shows within seconds may be how it was before.
      changedAt: now,
      nextAt: now,
    });
    const rows = named.map(({ effect, act }) => effectRow(this.#services, begun, effect, null, act));
    return (await this.#row.save(begun, rows, 'later')) ? named : null;
  }

  /** Makes the changes, all at once, after asking once more, right before, whether nobody took them back meanwhile. */
  async #change(begun: readonly BegunEffect[], hands: Hands, calls: AbortSignal): Promise<boolean> {
    const failures = (await this.#row.isOvertaken())
      ? begun.map(() => 'skipped' as const)
      : await Promise.all(begun.map((each) => this.#carryOut(each, hands, calls)));
    // Where a change failed, another may be next: that does not wait.
    if (failures.every((failure) => failure === null)) {
      this.#pace.done();
      await this.#pace.giveWay();
    }
    return this.#cameOut(begun, failures);
  }

  async #carryOut(begun: BegunEffect, hands: Hands, calls: AbortSignal): Promise<PartFailure | null> {
    try {
      await send(this.#row.now, begun, hands, calls);
      return null;
    } catch (error) {
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
      return failureOf(error, this.#services.clock.now(), begun.effect);
    }
  }

  async #cameOut(
    begun: readonly BegunEffect[],
    failures: readonly (PartFailure | 'skipped' | null)[],
  ): Promise<boolean> {
    const { clock } = this.#services;
    const effects = begun.map(({ effect }) => effect);
    const rows = effects.map((effect, at) =>
      effectRow(this.#services, this.#row.now, effect, failures[at] ?? 'done'),
    );
    const took = failures.some(
      (failure) => failure === null || (failure !== 'skipped' && isPassing(failure)),
    );
    return this.#row.onNewest(
      (row) => {
        const now = clock.now();
        const next = effects.reduce(
          (so, effect, at) => withOutcome(so, effect, failures[at] ?? null),
          withoutBegun(row, begun),
        );
        // The next look is at once; how it ends is decided there.
        return { ...next, changedAt: took ? now : next.changedAt, nextAt: row.nextAt === null ? null : now };
      },
      rows,
      true,
    );
  }

  async #troubled(error: AwsFailure | RekeyError): Promise<boolean> {
    const now = this.#services.clock.now();
    // It is said since when it cannot be read, not when that was tried last.
    const trouble = { ...failureOf(error, now, null), at: this.#row.now.trouble?.at ?? now };
    const { heldUntil, state } = this.#row.now;
    // A hold ends at its time, also when it could not be looked at.
    const over = state === 'holding' && heldUntil !== null && now >= heldUntil;
    const row = {
      ...this.#row.now,
      trouble,
      nextAt: now + (error instanceof RekeyError ? REFUSED_RETRY_MS : TROUBLE_RETRY_MS),
    };
    const next = over ? { ...settledBy(row, now), trouble } : row;
    // Where nobody looks any more it is not looked at for this alone, again and again.
    const isLeft = next.begun !== undefined && isAtRest(next.state);
    await (isLeft
      ? this.#row.save(withoutBegun(settledBy(next, now), 'all'), this.#found(null))
      : this.#row.save(next));
    return false;
  }
}

/** Why nothing can be done, where trying again would not help; null for whatever passes. */
function refusalOf(error: unknown): Containment['refusal'] {
  if (error instanceof AwsFailure && error.code.startsWith('denied_')) {
    if (error.action === 'sts:AssumeRole') {
      const next =
        '`/aws-test` says what to mend; then contain the key again. Until then, make it Inactive in the IAM console.';
      return { why: whyOf(failureOf(error, 0, null)).why, next };
    }
    return {
      why: `AWS does not let Rekey find out whose key this is, or how its user stands (${error.action}).`,
      next: 'Give a connection of the account the capability contain: `/aws-test` shows what is missing. AWS says the same of a key of the root user: that one is made Inactive by signing in as root.',
    };
  }
  if (!(error instanceof RekeyError) || (error.code !== 'needs_person' && error.code !== 'not_found'))
    return null;
  return { why: error.message, next: error.next ?? '' };
}
