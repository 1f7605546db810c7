import { personOf } from '../../domain/actor.ts';
import { quotedName } from '../../domain/connection.ts';
import { foundEffects } from '../../domain/containment-begun.ts';
import {
  closedAsItIs,
  holdStopped,
  isPriorUnknown,
  recoverableOf,
  recovered,
  undoableOf,
  undone,
} from '../../domain/containment-acts.ts';
import { incidentsOf, timesAsked, timesAskedAgain } from '../../domain/containment-reasons.ts';
import { isOverAsGone } from '../../domain/containment-unread.ts';
import { askerOf } from '../../domain/containment-words.ts';
import { isOver, type Containment, type ContainmentHolder } from '../../domain/containment.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { auditIntent, auditOutcome } from '../audit.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { recordingRefusals } from '../refused.ts';
import { signersFor } from './hands.ts';
import { attemptedBy, authoriseContainment, type ContainmentAct } from './may.ts';
import { foundRow, recordsOf } from './record.ts';

/** Which reason is taken back, and why. */
export interface TakeBackInput {
  readonly containmentId: string;
  readonly holderId: string;
  readonly reason: string;
  /** How it stood when whoever undoes it was asked; an Undo of a window that is out of date changes nothing. */
  readonly phase?: 'held' | 'recovered';
  /** How often the reason had been asked for again, as they were shown; nobody takes back what they did not see. */
  readonly again?: number;
  /** Whether the key is to be Active again, where nobody could read whether it was. */
  readonly activate?: boolean | undefined;
}

const TRIES = 8;

/**
 * Takes one reason back as a false alarm. Once this is written nothing is put back any more for it, whatever a hold was
 * doing: every change asks the row right before it is sent. What AWS is told follows.
 */
export async function undoContainment(
  services: Services,
  request: Request,
  input: TakeBackInput,
): Promise<Containment> {
  return act(services, request, input.containmentId, 'undo', input, (row, at) => {
    const holder = undoableOf(row).find(({ id }) => id === input.holderId);
    if (holder === undefined) throw over(row, input.holderId);
    refuseUnseen(holder, input, 'Undo');
    if (input.phase !== undefined && input.phase !== holder.phase) throw judged(holder);
    if (input.activate === undefined && isPriorUnknown(row, input.holderId)) throw priorUnknown();
    const taking = { by: request.actor.userId, at, reason: input.reason };
    return undone(row, input.holderId, taking, input.activate);
  });
}

/** Brings the user back after a true alarm; the key stays Inactive. */
export async function recoverContainment(
  services: Services,
  request: Request,
  input: TakeBackInput,
): Promise<Containment> {
  return act(services, request, input.containmentId, 'recover', input, (row, at) => {
    const holder = recoverableOf(row).find(({ id }) => id === input.holderId);
    if (holder === undefined) throw over(row, input.holderId);
    refuseUnseen(holder, input, 'Recover');
    return recovered(row, input.holderId, { by: request.actor.userId, at, reason: input.reason });
  });
}

/**
 * Nothing is put back any more; key and deny stay as they are. `asked`: how often it was asked for when the person
 * looked; a click on what is out of date does not stop the hold of a reason that joined since, or was renewed.
 */
export async function stopHolding(
  services: Services,
  request: Request,
  containmentId: string,
  asked: number | null = null,
): Promise<Containment> {
  const about = { holderId: null, reason: '' };
  return act(services, request, containmentId, 'stop_holding', about, (row, at) => {
    if (asked !== null && timesAsked(row) !== asked) {
      throw new RekeyError(
        'conflict',
        'Meanwhile its user was contained again, or for another reason, too.',
        {
          next: 'Look at its message as it is now; *Stop holding* there ends the hold for all of them.',
        },
      );
    }
    const stopped = holdStopped(row, request.actor.userId, at);
    if (stopped !== null) return stopped;
    const by = row.holdStoppedBy === null ? '' : ` <@${row.holdStoppedBy}> stopped it.`;
    throw new RekeyError('conflict', `This containment is not held any more.${by}`);
  });
}

/**
 * Ends it as it stands where nobody can act on its user any more: AWS is not asked, and nothing is taken back. Throws
 * `conflict` while somebody can, or may: its row says so a moment after its account was connected again.
 */
export async function closeAsItIs(
  services: Services,
  request: Request,
  { containmentId, reason }: Pick<TakeBackInput, 'containmentId' | 'reason'>,
): Promise<Containment> {
  return act(services, request, containmentId, 'close', { holderId: null, reason }, async (row, at) => {
    const closed = closedAsItIs(row, { by: request.actor.userId, at, reason });
    if (closed === null && isOver(row.state)) throw over(row, null);
    if (closed === null) {
      throw new RekeyError('conflict', 'Rekey can act on its user, as far as is known by now.', {
        next: 'Look at its message as it is now: *Undo* or *Recover* end it there.',
      });
    }
    const [one] = (await signersFor(services, row)).able;
    if (one === undefined) return closed;
    throw new RekeyError('conflict', `The connection ${quotedName(one.name)} may act on its user by now.`, {
      next: 'Look at its message in a minute: *Undo* or *Recover* end it there. If it still says that nobody can act, give that connection new credentials, or disconnect it.',
    });
  });
}

/** Reads, decides and writes; again when a tick wrote in between. */
async function act(
  services: Services,
  request: Request,
  containmentId: string,
  what: Exclude<ContainmentAct, 'contain' | 'look'>,
  { holderId, reason }: { readonly holderId: string | null; readonly reason: string },
  change: (row: Containment, at: number) => Containment | Promise<Containment>,
): Promise<Containment> {
  return recordingRefusals(
    services,
    () =>
      attemptedBy(services, personOf(request.actor), request.correlationId, what, {
        containmentId,
        detail: { reason },
      }),
    () => acted(services, request, containmentId, what, { holderId, reason }, change),
  );
}

async function acted(
  services: Services,
  request: Request,
  containmentId: string,
  what: Exclude<ContainmentAct, 'contain' | 'look'>,
  { holderId, reason }: { readonly holderId: string | null; readonly reason: string },
  change: (row: Containment, at: number) => Containment | Promise<Containment>,
): Promise<Containment> {
  const { stores, clock } = services;
  await authoriseContainment(services, request, what, { containmentId });
  await refuseClaimed(services, request);
  for (let tries = 1; ; tries += 1) {
    const before = await existingContainment(services, containmentId);
    const now = clock.now();
    const changed = await change(before, now);
    const after: Containment = {
      ...changed,
      // What is still to be found is another's wish, which goes on.
      correlationId: changed.state === 'finding' ? before.correlationId : request.correlationId,
      updatedAt: now,
      version: before.version + 1,
    };
    const records = await recordsOf(services, before, after);
    // Nobody looks any more what came of what was sent last.
    const unseen = after.left === undefined ? [] : foundEffects(before, null);
    const about = {
      doer: personOf(request.actor),
      verb: `containment.${what}`,
      entityKind: 'containment',
      entityId: containmentId,
      correlationId: request.correlationId,
      why: reason,
      detail: {
        accountId: before.accountId,
        user: before.userName,
        accessKeyId: before.holders.find(({ id }) => id === holderId)?.accessKeyId ?? before.accessKeyId,
        incidents: incidentsOf(before),
        from: before.state,
      },
    };
    // Nothing is left to do for AWS where it was not asked yet, or only the hold ends.
    const atOnce = what === 'stop_holding' || after.nextAt === null || after.state === 'finding';
    const audit = atOnce ? auditOutcome(services, about, 'done') : auditIntent(services, about);
    try {
      await claimAndWrite(services, request, [
        stores.containments.update(after),
        audit,
        ...unseen.map((found) => foundRow(services, before, found)),
        ...records.writes,
      ]);
    } catch (error) {
      const overtaken = isConflict(error) && (await stores.interactions.byId(request.claimId)) === null;
      if (!overtaken || tries === TRIES) throw error;
      continue;
    }
    await records.written();
    return after;
  }
}

/** The containment by this id, or the one it was merged into; `not_found` when there is none. */
export async function existingContainment(
  { stores }: Pick<Services, 'stores'>,
  id: string,
): Promise<Containment> {
  const row = await stores.containments.byId(id);
  const into = row === null || row.mergedInto === null ? row : await stores.containments.byId(row.mergedInto);
  if (into !== null) return into;
  throw new RekeyError('not_found', 'Rekey knows no such containment.', {
    next: 'Type `/aws-deactivate` for those there are.',
  });
}

/** Meanwhile somebody said that the alarm was true: to activate the key after all takes another look. */
function judged({ taken }: ContainmentHolder): RekeyError {
  const by = taken === null ? '' : ` by <@${taken.by}>`;
  return new RekeyError(
    'conflict',
    `This was recovered meanwhile${by}, as a true alarm: the key stays Inactive.`,
    {
      next: 'Only if it was a false alarm after all: open Undo again.',
    },
  );
}

function priorUnknown(): RekeyError {
  return new RekeyError(
    'conflict',
    'Whether the key was Active before could not be read when it was switched off.',
    { next: 'Open Undo again, and choose whether it is to be Active.' },
  );
}

/** Somebody contained it again since the window was opened: that was not shown, and is not taken back with the rest. */
function refuseUnseen(holder: ContainmentHolder, { again }: TakeBackInput, act: 'Undo' | 'Recover'): void {
  const { accessKeyId } = holder;
  if (again === undefined || holder.again === undefined || again === timesAskedAgain(holder)) return;
  throw new RekeyError(
    'conflict',
    `Meanwhile ${accessKeyId} was contained again, by ${askerOf(holder.again)}, which this window did not show. Nothing was taken back.`,
    {
      next: `Look at its message as it is now. If it is to be taken back all the same, open ${act} there.`,
    },
  );
}

function over(row: Containment, holderId: string | null): RekeyError {
  const { left } = row;
  if (left !== undefined) {
    return new RekeyError('conflict', `This was closed as it was by <@${left.by}>: ${left.reason}`);
  }
  if (holderId !== null && !row.holders.some(({ id }) => id === holderId)) {
    return new RekeyError('conflict', 'Meanwhile its user turned out to be contained already.', {
      next: 'Its message tells for what, and has *Undo* and *Recover*.',
    });
  }
  if (isOverAsGone(row)) {
    return new RekeyError('conflict', 'What this was about is gone from AWS: nothing is left to take back.');
  }
  const last = row.holders.findLast(({ taken }) => taken !== null);
  const by = last === undefined || last.taken === null ? '' : ` by <@${last.taken.by}>`;
  return new RekeyError('conflict', `This was taken back already${by}.`);
}
