import { holds } from '../../domain/actor.ts';
import type { Actor, Role } from '../../domain/actor.ts';
import { beganHow, firstPeople, isSecondPerson, type RotationAct } from '../../domain/rotation-acts.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { RekeyError } from '../../errors.ts';
import { keepsOff } from '../containments/keeps-off.ts';
import { ownsKey } from '../owns-key.ts';
import type { Services } from '../services.ts';

/** Whether somebody may do it; `why` says why not, and who may. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

/** One act that exists for a rotation as it stands. */
export interface PossibleAct {
  readonly act: RotationAct;
  readonly permission: Permission;
}

/** Whether this person may do it. Owners of the key may hold it up without a role. */
export async function permissionFor(
  services: Services,
  actor: Actor,
  rotation: Rotation,
  act: RotationAct,
): Promise<Permission> {
  if (act === 'approve') {
    const first = firstPeople(rotation);
    if (!isSecondPerson(rotation, actor.userId)) {
      const who = beganHow(rotation, actor.userId);
      return refused(`whoever ${who} is not the second person. Any other admin may`, services, first);
    }
    return holds(actor.roles, 'admin')
      ? { allowed: true }
      : refused('that takes the role admin', services, first);
  }
  if (roleFor(rotation, act).some((role) => holds(actor.roles, role))) return { allowed: true };
  if (act === 'wait' || act === 'end_wait') {
    const standing = await services.stores.inventory.standings.byKey(rotation.oldKeyId);
    if (await ownsKey(services, actor, standing?.ownership ?? null)) return { allowed: true };
    return refused('that takes the role operator, or to be an owner of the key', services, []);
  }
  const roles = roleFor(rotation, act).join(' or ');
  return refused(`that takes the role ${roles}`, services, []);
}

/** Throws `forbidden` with why not, and who may. */
export async function authoriseAct(
  services: Services,
  actor: Actor,
  rotation: Rotation,
  act: RotationAct,
): Promise<void> {
  const permission = await permissionFor(services, actor, rotation, act);
  if (permission.allowed) return;
  const unsure = actor.rolesUnsure === null ? '' : ` ${actor.rolesUnsure}`;
  throw new RekeyError('forbidden', `You may not do this: ${permission.why}.${unsure}`);
}

/**
 * Throws `conflict` for what would give back an old key that a containment keeps off: only that one's own Undo may.
 * Undo of a rotation gives it back where a destination would hold it again.
 */
export async function refuseContained(
  { stores }: Pick<Services, 'stores'>,
  rotation: Rotation,
  act: RotationAct,
): Promise<void> {
  if (act !== 'reactivate' && !(act === 'undo' && putsBack(rotation))) return;
  const { accountId, oldKeyId, createdAt } = rotation;
  const kept = await keepsOff(stores, { accountId, accessKeyId: oldKeyId, since: createdAt });
  if (kept !== null) throw new RekeyError('conflict', kept.why, { next: kept.next });
}

/** Whether taking it back means that some destination holds the old key again. */
function putsBack({ deliveries }: Rotation): boolean {
  return deliveries.some(({ attempts, state }) => attempts > 0 && state !== 'restored' && state !== 'left');
}

/** Which role it takes; any of them. A leaked key is a responder's business, too. */
function roleFor({ block }: Rotation, act: RotationAct): readonly Role[] {
  if (act === 'reactivate') return ['operator', 'responder'];
  return block?.code === 'quarantined' ? ['operator', 'responder'] : ['operator'];
}

function refused(why: string, { admins }: Pick<Services, 'admins'>, but: readonly string[]): Permission {
  const others = admins.filter((id) => !but.includes(id));
  const who =
    others.length === 0
      ? 'nobody else is an admin yet: REKEY_ADMINS names more, and /aws-settings gives roles'
      : `ask ${others.map((id) => `<@${id}>`).join(', ')}`;
  return { allowed: false, why: `${why}; ${who}` };
}
