import { personOf } from '../domain/actor.ts';
import type { Snooze } from '../domain/key-choices.ts';
import { policyFor } from '../domain/key-policy.ts';
import { counted, DAY_MS, dayWords } from '../domain/time-words.ts';
import { RekeyError } from '../errors.ts';
import { assessAfter } from './assess-after.ts';
import { auditOutcome } from './audit.ts';
import { claimAndWrite, claimOf, refuseClaimed } from './claim.ts';
import { policyOfAccount } from './key-policy.ts';
import { existingKey } from './look-key.ts';
import { authoriseForKey } from './owns-key.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

export interface SnoozeInput {
  readonly accessKeyId: string;
  readonly reason: string;
  /** ms since the epoch. */
  readonly until: number;
  /** The snooze that ran when the window was drawn, or null: another one since is a `conflict`. */
  readonly seen: string | null;
}

/**
 * Pauses the reminders of one key. Its owners may without a role, else operators. A running snooze is replaced, so
 * that its limit counts anew only for whoever saw it; `field` errors for a time outside the limit of the policy.
 */
export async function snoozeKey(services: Services, request: Request, input: SnoozeInput): Promise<Snooze> {
  const { stores, ids, clock } = services;
  const { snoozes, keyHistory, keyChoices } = stores.inventory;
  const { accessKeyId, reason, until } = input;
  const { key } = await allowed(services, request, accessKeyId);
  const now = clock.now();
  const choices = await keyChoices.byKey(accessKeyId);
  const policy = policyFor(await policyOfAccount(services, key.accountId), choices?.policy ?? null);
  refuseOutside(until, now, policy.snoozeDays);
  const [newest] = await keyHistory.ofKey(accessKeyId, 1);
  const running = await snoozes.running(accessKeyId, now);
  await refuseClaimed(services, request);
  if ((running?.id ?? null) !== input.seen) throw changedMeanwhile();
  const { userId } = request.actor;
  const snooze: Snooze = {
    id: ids.next(),
    accessKeyId,
    accountId: key.accountId,
    reason,
    by: userId,
    at: now,
    until,
    endedAt: null,
    endedBy: null,
  };
  // Two people at the same moment: both saw the same newest event, and only one of them may follow it.
  const once = { ...request, claimId: `key.snooze:${accessKeyId}:${newest?.id ?? 'first'}` };
  await claimAndWrite(services, request, [
    stores.inventory.accounts.stillKept(key.accountId),
    claimOf(services, once),
    ...(running === null ? [] : [snoozes.end(running.id, now, userId)]),
    snoozes.add(snooze),
    keyHistory.add(key.accountId, [
      { id: ids.next(), accessKeyId, at: now, what: 'snoozed', userId, detail: { until, reason } },
    ]),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'key.snooze',
        entityKind: 'key',
        entityId: accessKeyId,
        correlationId: request.correlationId,
        why: reason,
        detail: { user: key.userName, accountId: key.accountId, until: dayWords(until) },
      },
      'done',
    ),
  ]);
  await assessAfter(services, [accessKeyId]);
  return snooze;
}

/** Ends the snooze that was shown early; a `conflict` when it has ended, or another runs. */
export async function endSnooze(
  services: Services,
  request: Request,
  accessKeyId: string,
  snoozeId: string,
): Promise<void> {
  const { stores, ids, clock } = services;
  const { snoozes, keyHistory } = stores.inventory;
  const { key } = await allowed(services, request, accessKeyId);
  const now = clock.now();
  const running = await snoozes.running(accessKeyId, now);
  if (running === null) throw new RekeyError('conflict', 'No snooze runs on this key any more.');
  if (running.id !== snoozeId) {
    throw new RekeyError('conflict', 'That snooze is over; another one, which you have not seen, runs now.', {
      next: 'It goes on.',
    });
  }
  const { userId } = request.actor;
  await claimAndWrite(services, request, [
    stores.inventory.accounts.stillKept(key.accountId),
    snoozes.end(running.id, now, userId),
    keyHistory.add(key.accountId, [
      { id: ids.next(), accessKeyId, at: now, what: 'snooze_ended', userId, detail: {} },
    ]),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'key.end_snooze',
        entityKind: 'key',
        entityId: accessKeyId,
        correlationId: request.correlationId,
        detail: { user: key.userName, accountId: key.accountId },
      },
      'done',
    ),
  ]);
  await assessAfter(services, [accessKeyId]);
}

/** The key, if this person may snooze it. */
async function allowed(
  services: Services,
  request: Request,
  accessKeyId: string,
): ReturnType<typeof existingKey> {
  const standing = await services.stores.inventory.standings.byKey(accessKeyId);
  await authoriseForKey(
    services,
    request.actor,
    standing?.ownership ?? null,
    'operator',
    'snooze access keys of others',
  );
  return existingKey(services, accessKeyId);
}

/** A day chosen at its limit ends at midnight somewhere: half a day of grace. */
function refuseOutside(until: number, now: number, snoozeDays: number): void {
  if (until <= now) {
    throw new RekeyError('invalid', 'That is over already.', {
      next: 'Choose a later day.',
      field: 'snoozeUntil',
    });
  }
  if (until > now + snoozeDays * DAY_MS + DAY_MS / 2) {
    throw new RekeyError(
      'invalid',
      `The policy of this account lets one snooze last ${counted(snoozeDays, 'day')} at the most.`,
      { next: `Choose a day up to ${dayWords(now + snoozeDays * DAY_MS)}.`, field: 'snoozeUntil' },
    );
  }
}

function changedMeanwhile(): RekeyError {
  return new RekeyError(
    'conflict',
    'Somebody snoozed this key, or ended its snooze, since you opened this window.',
    {
      next: 'Close it and open Snooze again.',
    },
  );
}
