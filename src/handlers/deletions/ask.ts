import { isOpenDeletion, type KeyDeletion } from '../../domain/key-deletion.ts';
import { RekeyError } from '../../errors.ts';
import { allAdmins } from '../admins.ts';
import { auditOutcome } from '../audit.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { existingKey } from '../look-key.ts';
import { refuseWhilePaused } from '../pause.ts';
import { asRecorded, recordingRefusals } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { deletionOf, putDeletion } from './kept.ts';
import { authoriseDeletion, deletionAct } from './may.ts';
import { inTheWay, isProposed } from './stands-in-the-way.ts';
import { deletionChannel } from './tell.ts';

/** What somebody typed. */
export interface DeletionInput {
  readonly accessKeyId: string;
  readonly reason: string;
}

/**
 * Writes down that a key that has long been Inactive should be deleted; AWS is asked afterwards, and a second person
 * after that. Operators and responders may. Throws `forbidden`, `conflict` when it was asked for already, and
 * `needs_person` with what stands in the way; each refusal is in the audit log.
 */
export async function askDeletion(
  services: Services,
  request: Request,
  input: DeletionInput,
): Promise<KeyDeletion> {
  return recordingRefusals(
    services,
    () => deletionAct(request, 'ask', { accessKeyId: input.accessKeyId }, ''),
    () => asked(services, request, input),
  );
}

async function asked(
  services: Services,
  request: Request,
  { accessKeyId, reason }: DeletionInput,
): Promise<KeyDeletion> {
  await authoriseDeletion(services, request, 'ask', { accessKeyId });
  await refuseClaimed(services, request);
  const { key, standing } = await existingKey(services, accessKeyId);
  const { accountId, userId, userName } = key;
  const about = { accessKeyId, accountId, userName };
  const refuse = async (why: string, next: string): Promise<never> => {
    const refused = auditOutcome(services, deletionAct(request, 'ask', about, why), 'refused');
    await services.stores.atomically([refused]);
    throw asRecorded(new RekeyError('needs_person', why, { next }));
  };
  const before = await deletionOf(services, accessKeyId);
  if (before !== null && isOpenDeletion(before.row)) {
    throw new RekeyError('conflict', `<@${before.row.askedBy}> asked for this already.`, {
      next: 'Its message in the alert channel waits for a second person.',
    });
  }
  const known = await inTheWay(services, key);
  if (known !== null) await refuse(known.why, known.next);
  if (!isProposed(standing)) {
    await refuse(
      'What Rekey knows of this key is not enough to delete it: its facts are old, its kind is a guess, or its last use is unknown.',
      '*Details* shows which; press *Sweep now* in `/aws-keys`, and ask again.',
    );
  }
  await refuseWhilePaused(services, 'delete keys');
  if ((await deletionChannel(services, accountId)) === null) {
    await refuse(
      'There is no alert channel where a second person could see it.',
      'An admin sets one under /aws-settings.',
    );
  }
  const { userIds, unread } = await allAdmins(services);
  if (unread.length === 0 && userIds.every((id) => id === request.actor.userId)) {
    await refuse(
      'A second person must approve, and nobody but you is an admin.',
      'REKEY_ADMINS names more, and /aws-settings gives roles.',
    );
  }
  const { clock, ids } = services;
  const now = clock.now();
  const row: KeyDeletion = {
    id: ids.next(),
    accessKeyId,
    accountId,
    userId,
    userName,
    state: 'checking',
    stateAt: now,
    askedBy: request.actor.userId,
    askedAt: now,
    reason,
    seen: null,
    decidedBy: null,
    decidedAt: null,
    sentAt: null,
    tries: 0,
    why: null,
    next: null,
    noticeId: null,
    nextAt: now,
    leaseOwner: null,
    leaseUntil: 0,
    correlationId: request.correlationId,
    version: 1,
  };
  await claimAndWrite(services, request, [
    putDeletion(services, before, row, now),
    auditOutcome(services, deletionAct(request, 'ask', row, reason), 'done'),
  ]);
  return row;
}
