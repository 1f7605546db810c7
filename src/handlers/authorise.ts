import { holds, type Actor, type Role } from '../domain/actor.ts';
import { RekeyError } from '../errors.ts';

/** Throws `forbidden`, naming who can, unless the actor holds the role. First line of every handler. */
export function authorise(actor: Actor, need: Role, act: string, admins: readonly string[]): void {
  if (holds(actor.roles, need)) return;
  const unsure = actor.rolesUnsure === null ? '' : ` ${actor.rolesUnsure}`;
  throw new RekeyError('forbidden', `You may not ${act}: that takes the role ${need}.${unsure}`, {
    next: `Ask an admin to do it or to give you the role: ${admins.map((id) => `<@${id}>`).join(', ')}.`,
  });
}
