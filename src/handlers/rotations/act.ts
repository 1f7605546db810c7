import { personOf } from '../../domain/actor.ts';
import { hasMovedOn } from '../../domain/rotation-card.ts';
import type { BlockChoice, Rotation } from '../../domain/rotation.ts';
import { RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { decide, held, hurried, reactivated, undo, writesOf } from '../../rotation/decide.ts';
import { auditOutcome } from '../audit.ts';
import { wakeOutbox } from '../alert.ts';
import { claimUnlessOvertaken, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { wakeRotations } from './jobs.ts';
import { authoriseAct, refuseContained } from './may.ts';
import type { RotationAct } from '../../domain/rotation-acts.ts';
import { noticesOf } from './tell.ts';

/** Which rotation, as the person saw it: see `hasMovedOn`. */
export interface SeenRotation {
  readonly rotationId: string;
  readonly stateAt: number;
}

/** How often an act is tried on the rotation as it is by then: the machine writes, too. */
const TRIES = 5;

/** Decides what a blocked rotation waits for. `accessKeyId` where a choice is about one of several keys. */
export async function decideRotation(
  services: Services,
  request: Request,
  input: SeenRotation & { readonly choice: BlockChoice; readonly accessKeyId?: string },
): Promise<Rotation> {
  const { choice, accessKeyId } = input;
  return act(services, request, input, choice, (rotation, by) => {
    // What was shown may be another question by now, with the same buttons.
    if (hasMovedOn(rotation, input.stateAt)) throw movedOn();
    return decide(rotation, choice, { ...by, ...(accessKeyId === undefined ? {} : { accessKeyId }) });
  });
}

/** Takes a rotation back, as long as there is Undo. */
export async function undoRotation(
  services: Services,
  request: Request,
  input: SeenRotation,
): Promise<Rotation> {
  return act(services, request, input, 'undo', undo);
}

/** Makes the old key Active again, as long as the soak lasts. */
export async function reactivateRotation(
  services: Services,
  request: Request,
  input: SeenRotation,
): Promise<Rotation> {
  return act(services, request, input, 'reactivate', reactivated);
}

/** A person's word that the old key may be made Inactive before its quiet window is over. */
export async function hurryRotation(
  services: Services,
  request: Request,
  input: SeenRotation,
): Promise<Rotation> {
  return act(services, request, input, 'hurry', (rotation, by) => {
    // Who was shown who still uses it may have been shown that before it was reactivated.
    if (hasMovedOn(rotation, input.stateAt)) throw movedOn();
    return hurried(rotation, by);
  });
}

/** Holds the next irreversible step up, for a reason and until a time (ms); `wait` null ends that. */
export async function waitRotation(
  services: Services,
  request: Request,
  input: SeenRotation & { readonly wait: { readonly reason: string; readonly until: number } | null },
): Promise<Rotation> {
  const { wait } = input;
  return act(services, request, input, wait === null ? 'end_wait' : 'wait', (rotation, { by, at }) =>
    held(rotation, wait === null ? null : { ...wait, by, at }, at),
  );
}

/** Reads the rotation, decides on it and writes: again when the machine wrote in between. */
async function act(
  services: Services,
  request: Request,
  { rotationId }: SeenRotation,
  what: RotationAct,
  change: (rotation: Rotation, by: { readonly by: string; readonly at: number }) => Rotation,
): Promise<Rotation> {
  const { stores, clock } = services;
  await refuseClaimed(services, request);
  for (let tries = 1; ; tries += 1) {
    const before = await existingRotation(services, rotationId);
    await authoriseAct(services, request.actor, before, what);
    await refuseContained(services, before, what);
    // Whoever works on it finds its next write refused, and begins anew; its lease stands until its call has ended.
    const after = change(before, { by: request.actor.userId, at: clock.now() });
    const lost = await claimUnlessOvertaken(services, request, [
      ...writesOf(stores, after),
      recorded(services, request, before, after, what),
      ...(await noticesOf(services, before, after, request.actor.userId)),
    ]);
    if (lost !== null) {
      if (tries === TRIES) throw lost;
      continue;
    }
    await wakeRotations(services);
    await wakeOutbox(services);
    return after;
  }
}

/** The rotation by this id; `not_found` when there is none. */
export async function existingRotation(
  { stores }: Pick<Services, 'stores'>,
  rotationId: string,
): Promise<Rotation> {
  const rotation = await stores.rotation.rotations.byId(rotationId);
  if (rotation !== null) return rotation;
  throw new RekeyError('not_found', 'Rekey knows no such rotation.', {
    next: 'Type `/aws-rotate` for the rotations there are.',
  });
}

function recorded(
  services: Services,
  request: Request,
  before: Rotation,
  after: Rotation,
  act: RotationAct,
): Write {
  const { id, accountId, snapshot, oldKeyId, newKeyId } = after;
  return auditOutcome(
    services,
    {
      doer: personOf(request.actor),
      verb: `rotation.${act}`,
      entityKind: 'rotation',
      entityId: id,
      correlationId: request.correlationId,
      why: act === 'wait' ? (after.wait?.reason ?? '') : (before.block?.why ?? ''),
      detail: {
        user: snapshot.userName,
        accountId,
        oldKeyId,
        newKeyId,
        from: before.state,
        to: after.state,
        destinationId: act === 'leave_place' ? (before.block?.destinationId ?? null) : null,
        until: act === 'wait' ? (after.wait?.until ?? null) : null,
      },
    },
    'done',
  );
}

function movedOn(): RekeyError {
  return new RekeyError('conflict', 'This rotation has moved on since you saw it.', {
    next: 'Look at its message, or type `/aws-rotate`.',
  });
}
