import {
  APPROVAL_WAIT_MS,
  APPROVED_HOLDS_MS,
  deletionMoved,
  isOpenDeletion,
  type KeyDeletion,
} from '../../domain/key-deletion.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { AuditEntry } from '../../domain/records.ts';
import { isConflict } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Write } from '../../ports/stores.ts';
import { wakeOutbox } from '../alert.ts';
import { auditIntent, auditOutcome } from '../audit.ts';
import { pauseOf } from '../pause.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import { forgetKey } from './forget.ts';
import { deletionOf, keptAs, putDeletion, type KeptDeletion } from './kept.ts';
import { lookForDeletion, stillThere, type DeletionLook } from './look.ts';
import { inTheWay } from './stands-in-the-way.ts';
import { deletionChannel, deletionEdits, firstMessage } from './tell.ts';

/** How long whoever works on one is taken for alive between two writes, and how long its calls take at the most; ms. */
const LEASE_MS = 60_000;
const CALLS_MS = 40_000;
/** How long AWS may be unreadable before somebody is told that it could not be checked; ms. */
const CHECK_MS = 3 * 60_000;
const AGAIN_MS = 10_000;
const PAUSED_MS = 5 * 60_000;
/** Lists may lag so long behind a deletion of ours (that of rotations); ms. */
const LAG_MS = 120_000;
const LAG_LOOK_MS = 5_000;
/** Each after everything was read anew. */
const MOST_TRIES = 3;
/** What stands in the way for longer than a moment is told in its message; ms. */
const TOLD_AFTER_MS = 60_000;
/** How often a row is looked whether something overtook it while a person is waited for; ms. */
const ASKED_LOOK_MS = 60_000;

/**
 * Takes one as far as it goes now: checks it, or deletes it once it is approved, and finds out what became of a call that
 * nobody answered. Everybody may call it at any time; a row's lease says who acts. `seen` is called with the row at the end.
 */
export async function pursueDeletion(
  services: Services,
  accessKeyId: string,
  signal: AbortSignal,
  seen: (row: KeyDeletion) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const taken = await take(services, accessKeyId);
  if (taken === null) return;
  const turn = new Turn(services, taken, signal);
  try {
    await turn.run();
  } catch (error) {
    // Somebody wrote first: how it stands now is the next turn's business.
    if (!isConflict(error)) throw error;
  } finally {
    await turn.release();
  }
  const now = await deletionOf(services, accessKeyId);
  if (now !== null) await seen(now.row);
}

async function take(services: Services, accessKeyId: string): Promise<KeptDeletion | null> {
  const { clock, instanceId, ids } = services;
  const kept = await deletionOf(services, accessKeyId);
  const now = clock.now();
  if (kept === null || !isDue(kept.row, now) || !isFree(services, kept.row)) return null;
  const lease = { leaseOwner: `${instanceId}/${ids.next()}`, leaseUntil: now + LEASE_MS };
  const row = deletionMoved(kept.row, now, lease);
  return (await writeIfUnchanged(services, [putDeletion(services, kept, row, now)])) ? keptAs(row) : null;
}

export function isDue(row: KeyDeletion, now: number): boolean {
  return isOpenDeletion(row) && row.nextAt !== null && row.nextAt <= now;
}

/** Where no other bot shares the database, the leases of earlier processes are void. */
function isFree(
  { clock, onlyInstance, instanceId }: Services,
  { leaseOwner, leaseUntil }: KeyDeletion,
): boolean {
  const now = clock.now();
  if (leaseOwner === null || leaseUntil <= now || leaseUntil > now + 2 * LEASE_MS) return true;
  return onlyInstance && leaseOwner.split('/')[0] !== instanceId;
}

type Changes = Parameters<typeof deletionMoved>[2];

/** One process's turn: each write takes the place of exactly the one before. */
class Turn {
  readonly #services: Services;
  readonly #signal: AbortSignal;
  #kept: KeptDeletion;

  constructor(services: Services, kept: KeptDeletion, signal: AbortSignal) {
    this.#services = services;
    this.#kept = kept;
    this.#signal = AbortSignal.any([signal, AbortSignal.timeout(CALLS_MS)]);
  }

  get #row(): KeyDeletion {
    return this.#kept.row;
  }

  async run(): Promise<void> {
    const { state } = this.#row;
    if (state === 'checking') return this.#check();
    if (state === 'asked') return this.#wait();
    if (state === 'approved') return this.#carryOut();
    if (state === 'deleting') return this.#findOut();
  }

  async release(): Promise<void> {
    const { leaseOwner } = this.#row;
    const newest = await deletionOf(this.#services, this.#row.accessKeyId);
    if (newest === null || leaseOwner === null || newest.row.leaseOwner !== leaseOwner) return;
    const now = this.#services.clock.now();
    const row = deletionMoved(newest.row, now, { leaseOwner: null, leaseUntil: 0 });
    await writeIfUnchanged(this.#services, [putDeletion(this.#services, newest, row, now)]);
  }

  async #check(): Promise<void> {
    const { clock } = this.#services;
    const look = await this.#look();
    if (look.answer === 'unknown') {
      if (clock.now() - this.#row.askedAt < CHECK_MS) return this.#again(look.why, AGAIN_MS);
      return this.#end('refused', `It could not be checked: ${look.why}.`, 'Ask again when AWS answers.');
    }
    if (look.answer !== 'ready') return this.#no('refused', look);
    const channelId = await deletionChannel(this.#services, this.#row.accountId);
    if (channelId === null) {
      return this.#end('refused', 'There is no alert channel any more.', 'Set one under /aws-settings.');
    }
    const asked = { ...this.#row, state: 'asked', seen: look.seen } as const;
    const { noticeId, writes } = await firstMessage(this.#services, asked, channelId);
    const nextAt = clock.now() + ASKED_LOOK_MS;
    await this.#save({ state: 'asked', seen: look.seen, noticeId, why: null, next: null, nextAt }, writes);
  }

  /** Nobody has decided yet: what Rekey itself learns meanwhile may end it. */
  async #wait(): Promise<void> {
    const now = this.#services.clock.now();
    if (now >= this.#row.stateAt + APPROVAL_WAIT_MS) {
      return this.#end('expired', 'Nobody approved it within a week.', 'Ask again, and tell an admin.');
    }
    const key = await this.#key();
    const known = key === null ? FORGOTTEN : await inTheWay(this.#services, key);
    if (known !== null) return this.#end('cancelled', known.why, known.next);
    await this.#save({ nextAt: now + ASKED_LOOK_MS });
  }

  async #carryOut(): Promise<void> {
    const { clock } = this.#services;
    const since = this.#row.decidedAt ?? this.#row.stateAt;
    if (clock.now() >= since + APPROVED_HOLDS_MS) {
      const why = this.#row.why ?? 'it could not be carried out';
      return this.#end('cancelled', `For a day it could not be carried out: ${why}`, 'Ask again.');
    }
    const look = await this.#look();
    if (look.answer === 'unknown') return this.#again(look.why, AGAIN_MS);
    if (look.answer !== 'ready') return this.#no('cancelled', look);
    // Last, since whoever pauses does not wait for what is under way.
    if ((await pauseOf(this.#services)) !== null) return this.#again('Rekey is paused.', PAUSED_MS);
    const now = clock.now();
    const act = this.#services.ids.next();
    await this.#save(
      { state: 'deleting', sentAt: now, tries: this.#row.tries + 1, why: null, nextAt: now + LAG_LOOK_MS },
      [auditIntent(this.#services, { ...this.#act(), id: act })],
    );
    // A process that stood still since it read (stopped, or its machine asleep) reads anew.
    if (clock.now() - look.seen.at >= CALLS_MS) return this.#notSent();
    const { account, proof } = look;
    try {
      await account.deleteKey(proof, act, this.#signal);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      return this.#afterFailure(error);
    }
    await this.#deleted();
    await account.tagKey(proof.userName, proof.accessKeyId, null, this.#signal).catch(() => null);
  }

  async #notSent(): Promise<void> {
    const { stateAt, tries } = this.#row;
    const why = 'what was read before is too old to delete by';
    await this.#save({ state: 'approved', tries: tries - 1, nextAt: stateAt }, [
      auditOutcome(this.#services, { ...this.#act(), why }, 'refused'),
    ]);
  }

  /** AWS said no, or nobody knows what it did. */
  async #afterFailure(error: AwsFailure): Promise<void> {
    if (error.code === 'no_such_entity') return this.#deleted();
    const surely = error.code.startsWith('denied_') || error.code === 'invalid_request';
    if (surely) {
      const why = `AWS refused ${error.action} (${error.code.replaceAll('_', ' ')}).`;
      return this.#end('failed', why, 'Tag the user with rekey=managed or give the right, and ask again.');
    }
    // The row says that it was sent: what became of it is read.
    await this.#again(`AWS did not say what it did (${error.code.replaceAll('_', ' ')}).`, LAG_LOOK_MS);
  }

  /** The call was sent, and its answer lost, with this process or another. */
  async #findOut(): Promise<void> {
    const { clock } = this.#services;
    const { sentAt, tries } = this.#row;
    const there = await stillThere(this.#services, this.#row, this.#signal);
    if (there === false) return this.#deleted();
    const now = clock.now();
    if (there === null) {
      if (now < (sentAt ?? now) + APPROVED_HOLDS_MS) return this.#again('AWS cannot be read.', AGAIN_MS);
      const lost = 'It was sent to AWS, whose answer was lost, and for a day AWS could not be read.';
      return this.#end('unknown', lost, 'Look in the IAM console whether the key is still there.');
    }
    if (now < (sentAt ?? now) + LAG_MS) return this.#again('Waiting whether AWS did it.', LAG_LOOK_MS);
    if (tries < MOST_TRIES) return this.#save({ state: 'approved', nextAt: now });
    const why = 'AWS still has the key after three tries.';
    await this.#end('failed', why, 'Look at AWS’s service health, and ask again.');
  }

  async #deleted(): Promise<void> {
    const key = await this.#key();
    await this.#save({ state: 'deleted', why: null, next: null, nextAt: null }, [
      auditOutcome(this.#services, this.#act(), 'done'),
    ]);
    if (key !== null) await forgetKey(this.#services, key, this.#row);
  }

  async #no(
    state: 'refused' | 'cancelled',
    look: Extract<DeletionLook, { answer: 'no' | 'gone' }>,
  ): Promise<void> {
    const { why, next } = look.answer === 'gone' ? GONE : look;
    await this.#end(state, why, next);
  }

  async #end(
    state: 'refused' | 'cancelled' | 'expired' | 'failed' | 'unknown',
    why: string,
    next: string,
  ): Promise<void> {
    const outcome: NonNullable<AuditEntry['outcome']> =
      state === 'failed' || state === 'unknown' ? state : 'refused';
    await this.#save({ state, why, next, nextAt: null }, [
      auditOutcome(this.#services, { ...this.#act(), why }, outcome),
    ]);
  }

  async #again(why: string, afterMs: number): Promise<void> {
    await this.#save({ why, nextAt: this.#services.clock.now() + afterMs });
  }

  async #look(): Promise<DeletionLook> {
    const key = await this.#key();
    return key === null ? { answer: 'no', ...FORGOTTEN } : lookForDeletion(this.#services, key, this.#signal);
  }

  #key(): Promise<InventoryKey | null> {
    return this.#services.stores.inventory.keys.byId(this.#row.accessKeyId);
  }

  /** Throws `conflict` when somebody else wrote; then nothing follows. */
  async #save(changes: Changes, writes: readonly Write[] = []): Promise<void> {
    const services = this.#services;
    const now = services.clock.now();
    const row = deletionMoved(this.#row, now, { leaseUntil: now + LEASE_MS, ...changes });
    const lasts = row.why !== this.#row.why && now - row.stateAt >= TOLD_AFTER_MS;
    const shows = lasts || (row.state !== this.#row.state && row.state !== 'asked');
    const edits = shows ? await deletionEdits(services, row) : [];
    await services.stores.atomically([putDeletion(services, this.#kept, row, now), ...writes, ...edits]);
    this.#kept = keptAs(row);
    if (edits.length === 0 && row.state !== 'asked') return;
    await wakeOutbox(services).catch((error: unknown) => {
      services.log.warn('the outbox was not woken', { accessKeyId: row.accessKeyId, error });
    });
  }

  #act() {
    const { id, accessKeyId, accountId, userName, askedBy, decidedBy, reason, correlationId } = this.#row;
    return {
      doer: { kind: 'rekey' },
      verb: 'key.delete',
      entityKind: 'key',
      entityId: accessKeyId,
      correlationId,
      why: reason,
      detail: { deletion: id, accountId, user: userName, accessKeyId, askedBy, decidedBy },
    } as const;
  }
}

/** With the last connection to its account the inventory of its keys goes. */
const FORGOTTEN = {
  why: 'Rekey does not know this key any more: its account was disconnected.',
  next: 'Connect the account again, and ask again.',
} as const;
const GONE = { why: 'AWS has no such key any more.', next: 'There is nothing left to delete.' } as const;
