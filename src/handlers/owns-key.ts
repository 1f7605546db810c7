import { holds, type Actor, type Role } from '../domain/actor.ts';
import type { OwnerRef, Ownership } from '../domain/owner.ts';
import { authorise } from './authorise.ts';
import { membersOf } from './group-members.ts';
import type { Services } from './services.ts';

/** Whether somebody is an owner of a key, by name or through a user group. */
export async function ownsKey(
  services: Services,
  actor: Actor,
  ownership: Ownership | null,
): Promise<boolean> {
  if (ownership?.known !== true) return false;
  for (const owner of ownership.owners) {
    if (await isOwner(services, actor, owner)) return true;
  }
  return false;
}

/** What owners may do is reversible, so a membership of up to a day ago serves while Slack cannot be asked. */
async function isOwner(services: Services, actor: Actor, owner: OwnerRef): Promise<boolean> {
  if (owner.kind === 'user') return owner.userId === actor.userId;
  return (await membersOf(services, owner.groupId, false))?.includes(actor.userId) === true;
}

/** Throws `forbidden`, naming who can, unless the actor holds the role or is an owner of the key. */
export async function authoriseForKey(
  services: Services,
  actor: Actor,
  ownership: Ownership | null,
  need: Role,
  act: string,
): Promise<void> {
  if (holds(actor.roles, need)) return;
  if (await ownsKey(services, actor, ownership)) return;
  authorise(actor, need, act, services.admins);
}
