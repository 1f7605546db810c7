import { holds } from '../../domain/actor.ts';
import type { Actor } from '../../domain/actor.ts';
import { RekeyError } from '../../errors.ts';
import { policyOfAccount } from '../key-policy.ts';
import { ownsKey } from '../owns-key.ts';
import type { Services } from '../services.ts';
import type { Permission } from './may.ts';

/** Whether somebody may start the rotation of a key: operators, and its owners where the policy lets them. */
export async function mayStart(
  services: Services,
  actor: Actor,
  key: { readonly accountId: string; readonly accessKeyId: string },
): Promise<Permission> {
  if (holds(actor.roles, 'operator')) return { allowed: true };
  const ask = `ask an admin: ${services.admins.map((id) => `<@${id}>`).join(', ')}`;
  const standing = await services.stores.inventory.standings.byKey(key.accessKeyId);
  if (!(await ownsKey(services, actor, standing?.ownership ?? null))) {
    return { allowed: false, why: `that takes the role operator; ${ask}` };
  }
  const { ownersRotate } = await policyOfAccount(services, key.accountId);
  return ownersRotate
    ? { allowed: true }
    : {
        allowed: false,
        why: `that takes the role operator, since the policy of this account does not let owners start it; ${ask}`,
      };
}

/** Throws `forbidden`, naming who can. */
export async function authoriseStart(
  services: Services,
  actor: Actor,
  key: { readonly accountId: string; readonly accessKeyId: string },
): Promise<void> {
  const permission = await mayStart(services, actor, key);
  if (permission.allowed) return;
  const unsure = actor.rolesUnsure === null ? '' : ` ${actor.rolesUnsure}`;
  throw new RekeyError('forbidden', `You may not rotate this key: ${permission.why}.${unsure}`);
}
