import { actsOf } from '../../domain/rotation-acts.ts';
import { holds } from '../../domain/actor.ts';
import type { Actor } from '../../domain/actor.ts';
import type { ReadyToRead, RotationCard } from '../../domain/rotation-card.ts';
import type { JournalEntry, Rotation, RotationState } from '../../domain/rotation.ts';
import { authorise } from '../authorise.ts';
import { authoriseForKey } from '../owns-key.ts';
import type { Services } from '../services.ts';
import { existingRotation } from './act.ts';
import { cardOf, readyToRead } from './card.ts';
import { permissionFor } from './may.ts';
import type { PossibleAct } from './may.ts';

/** Lines of the journal that one window shows. */
export const SHOWN_LINES = 100;
export const ROTATIONS_PAGE = 10;

/** Everything that is known of one rotation. */
export interface RotationLook {
  readonly card: RotationCard;
  /** The newest lines, oldest first. */
  readonly journal: readonly JournalEntry[];
  /** What can be done as it stands, and whether this person may. */
  readonly acts: readonly PossibleAct[];
  readonly ready: readonly ReadyToRead[];
}

/** Reads one rotation. Viewers may, and owners of the key. */
export async function lookRotation(
  services: Services,
  actor: Actor,
  rotationId: string,
): Promise<RotationLook> {
  const { stores, clock } = services;
  const rotation = await stores.rotation.rotations.byId(rotationId);
  // Who may not look learns no more than that they may not.
  const standing = rotation === null ? null : await stores.inventory.standings.byKey(rotation.oldKeyId);
  await authoriseForKey(
    services,
    actor,
    standing?.ownership ?? null,
    'viewer',
    'look at rotations of others',
  );
  const found = rotation ?? (await existingRotation(services, rotationId));
  return {
    card: await cardOf(services, found),
    journal: await stores.rotation.journal.ofRotation(rotationId, SHOWN_LINES),
    acts: await Promise.all(
      actsOf(found, clock.now()).map(async (act) => ({
        act,
        permission: await permissionFor(services, actor, found, act),
      })),
    ),
    ready: await readyToRead(services, found),
  };
}

export interface RotationFilter {
  readonly state: RotationState | null;
  readonly accountId: string | null;
  readonly open: boolean | null;
}

/** A page of rotations, newest first. */
export interface RotationsLook {
  readonly filter: RotationFilter;
  readonly rotations: readonly Rotation[];
  /** What the next page begins after; null on the last. */
  readonly next: string | null;
  readonly open: number;
  readonly mayStart: boolean;
  readonly now: number;
}

/** Reads a page of rotations. Viewers may. */
export async function listRotations(
  services: Services,
  actor: Actor,
  filter: RotationFilter = { state: null, accountId: null, open: null },
  after: string | null = null,
): Promise<RotationsLook> {
  authorise(actor, 'viewer', 'look at rotations', services.admins);
  const { rotations } = services.stores.rotation;
  const found = await rotations.page(filter, after, ROTATIONS_PAGE + 1);
  const shown = found.slice(0, ROTATIONS_PAGE);
  return {
    filter,
    rotations: shown,
    next: found.length > ROTATIONS_PAGE ? (shown.at(-1)?.id ?? null) : null,
    open: await rotations.countOpen(),
    mayStart: holds(actor.roles, 'operator'),
    now: services.clock.now(),
  };
}
