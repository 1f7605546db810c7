import { personOf, type Doer } from '../../domain/actor.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import { OWN_PLACE_ID } from '../../domain/rotation.ts';
import type { Delivery, Rotation, UserSnapshot } from '../../domain/rotation.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { auditIntent } from '../audit.ts';
import { threadWrites, wakeOutbox } from '../alert.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { existingKey } from '../look-key.ts';
import { refuseWhilePaused } from '../pause.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { blank, waiting } from './drawn-up.ts';
import { wakeRotations } from './jobs.ts';
import { authoriseStart } from './may-start.ts';
import { firstCard } from './tell.ts';
import { rotationLines } from '../../domain/rotation-lines.ts';
import { MAX_QUIET_MS, MIN_QUIET_MS } from '../../rotation/quiet.ts';

/** What a person confirmed. `planned` is what the plan saw: the machine compares it with AWS again. */
export interface StartInput {
  readonly accessKeyId: string;
  readonly destinationIds: readonly string[];
  readonly reason: string;
  readonly planned: { readonly snapshot: UserSnapshot; readonly quietMs: number };
  /** Where its one message goes. */
  readonly card: NoticePlace;
}

/**
 * Begins the replacement of one key. Nothing is asked of AWS before the machine takes it up. Operators may, and owners
 * of the key where the policy lets them.
 */
export async function startRotation(
  services: Services,
  request: Request,
  input: StartInput,
): Promise<Rotation> {
  const kept = await services.stores.inventory.keys.byId(input.accessKeyId);
  await authoriseStart(services, request.actor, {
    accessKeyId: input.accessKeyId,
    accountId: kept?.accountId ?? '',
  });
  await refuseWhilePaused(services, 'rotate keys');
  await refuseClaimed(services, request);
  const { actor, correlationId } = request;
  const by = { doer: personOf(actor), userId: actor.userId, scheduledBy: [], correlationId };
  return begin(services, by, (writes) => claimAndWrite(services, request, writes), input);
}

/**
 * The same without anybody asking, by a schedule. `claimId`: of those that begin by this name, one does; the others
 * throw `conflict`.
 */
export async function startByItself(
  services: Services,
  claimId: string,
  input: StartInput & {
    /** Who switched the schedule on, and who changed it last: none of them is its second person. */
    readonly scheduledBy: readonly string[];
  },
): Promise<Rotation> {
  await refuseWhilePaused(services, 'rotate keys');
  const { stores, clock, ids, teamId } = services;
  const claim = stores.interactions.claim({
    id: claimId,
    kind: 'decision',
    name: 'rotation.schedule',
    viewId: null,
    teamId,
    userId: '',
    value: null,
    at: clock.now(),
  });
  const { scheduledBy } = input;
  const by = { doer: { kind: 'rekey' }, userId: null, scheduledBy, correlationId: ids.next() } as const;
  return begin(services, by, (writes) => stores.atomically([claim, ...writes]), input);
}

/** Who begins it; `userId` is null for a schedule. */
interface Beginner {
  readonly doer: Doer;
  readonly userId: string | null;
  readonly scheduledBy: readonly string[];
  readonly correlationId: string;
}

async function begin(
  services: Services,
  by: Beginner,
  write: (writes: readonly Write[]) => Promise<void>,
  input: StartInput,
): Promise<Rotation> {
  const { stores } = services;
  const { key } = await existingKey(services, input.accessKeyId);
  await refuseAnother(services, key, input.planned.snapshot);
  await refuseSecond(services, key.accountId, key.userId);
  const drawn = await drawUp(services, by, input, key.accountId);
  const { noticeId, writes } = await firstCard(services, drawn, input.card);
  const rotation: Rotation = { ...drawn, noticeId };
  try {
    await write([stores.rotation.rotations.insert(rotation), ...writes, begun(services, by, rotation)]);
  } catch (error) {
    if (isConflict(error)) await refuseSecond(services, key.accountId, key.userId);
    throw error;
  }
  await afterStart(services, rotation, by.userId);
  return rotation;
}

/** The thread's first line waits for the card; what fails here does not undo the start. */
async function afterStart(services: Services, rotation: Rotation, by: string | null): Promise<void> {
  const { presenter, clock, log, stores } = services;
  try {
    const lines = rotationLines(null, rotation, by, clock.now());
    const writes = await threadWrites(
      services,
      rotation,
      lines.map((line) => presenter.rotationLine(line)),
    );
    await stores.atomically(writes);
    await wakeRotations(services);
    await wakeOutbox(services);
  } catch (error) {
    log.warn('a rotation was begun, and nobody was woken', { rotationId: rotation.id, error });
  }
}

async function drawUp(
  services: Services,
  { userId, scheduledBy, correlationId }: Beginner,
  { accessKeyId, destinationIds, reason, planned }: StartInput,
  accountId: string,
): Promise<Rotation> {
  const { stores } = services;
  const own = await stores.connections.byAccessKeyId(accessKeyId);
  const partition = (await stores.inventory.accounts.byId(accountId))?.partition ?? own?.partition;
  if (partition === undefined) throw notConnected();
  const places = await Promise.all(
    [...new Set(destinationIds)].map((id) => deliveryTo(services, id, accountId, planned.snapshot)),
  );
  const deliveries = [...(own === null ? [] : [waiting(OWN_PLACE_ID, 'none')]), ...places];
  if (deliveries.length === 0) {
    throw new RekeyError('invalid', 'Choose where the new key is to be delivered.', {
      next: 'An admin makes destinations and binds them to users under /aws-settings.',
    });
  }
  return blank(services, {
    accountId,
    partition,
    snapshot: planned.snapshot,
    oldKeyId: accessKeyId,
    ownConnectionId: own?.id ?? null,
    deliveries,
    quietMs: Math.min(MAX_QUIET_MS, Math.max(MIN_QUIET_MS, planned.quietMs)),
    requestedBy: userId,
    scheduledBy,
    trigger: userId === null ? 'policy' : 'person',
    reason,
    correlationId,
  });
}

/** Whether it may be delivered there is asked again before a key exists, and before each write. */
async function deliveryTo(
  { stores }: Services,
  destinationId: string,
  accountId: string,
  { userId }: UserSnapshot,
): Promise<Delivery> {
  const { destinations, bindings } = stores.rotation;
  const destination = await destinations.byId(destinationId);
  const bound = (await bindings.ofUser(accountId, userId)).some(
    (each) => each.destinationId === destinationId,
  );
  if (destination === null || !bound) {
    throw new RekeyError('conflict', 'A destination is no longer bound to this user.', {
      next: 'Close this window and open it again.',
    });
  }
  return waiting(destinationId, destination.redeployHook === null ? 'none' : 'waiting');
}

/** AWS allows two keys, so that a user has one rotation at a time. */
async function refuseSecond({ stores }: Services, accountId: string, userId: string): Promise<void> {
  const [open] = await stores.rotation.rotations.openOfUser(accountId, userId);
  if (open === undefined) return;
  const by = open.requestedBy === null ? 'by schedule' : `by <@${open.requestedBy}>`;
  throw new RekeyError(
    'conflict',
    `A rotation of ${open.oldKeyId}, a key of this user, is under way, begun ${by}.`,
    { next: 'Type `/aws-rotate` to see it.' },
  );
}

/**
 * What a window carries says what was shown, and not whose key it is: by the user's ARN it is asked whether a second
 * person must agree.
 */
async function refuseAnother(
  { stores }: Services,
  { accountId, userId, userName }: InventoryKey,
  shown: UserSnapshot,
): Promise<void> {
  const arn = (await stores.inventory.users.byId(accountId, userId))?.arn ?? shown.arn;
  if (shown.userId === userId && shown.userName === userName && shown.arn === arn) return;
  throw new RekeyError('conflict', 'This key belongs to another user than the one you were shown.', {
    next: 'Close this window and open it again.',
  });
}

function begun(services: Services, { doer, correlationId }: Beginner, rotation: Rotation): Write {
  const { id, accountId, snapshot, oldKeyId, deliveries } = rotation;
  return auditIntent(services, {
    doer,
    verb: 'rotation.run',
    entityKind: 'rotation',
    entityId: id,
    correlationId,
    why: rotation.reason,
    detail: {
      user: snapshot.userName,
      accountId,
      oldKeyId,
      destinations: deliveries.map(({ destinationId }) => destinationId),
    },
  });
}

function notConnected(): RekeyError {
  return new RekeyError('conflict', 'Nothing connects to the account of this key any more.', {
    next: 'An admin connects it with /aws-connect.',
  });
}
