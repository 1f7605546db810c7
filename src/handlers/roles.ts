import { personOf, type Role } from '../domain/actor.ts';
import type { RoleGrant } from '../domain/records.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** The roles given in Slack, newest last. Only admins may see them. */
export async function listRoles(services: Services, request: Pick<Request, 'actor'>): Promise<RoleGrant[]> {
  authorise(request.actor, 'admin', 'see roles', services.admins);
  return services.stores.roleGrants.list();
}

/** Gives a role to people and user groups. Those who have it already keep it. Returns how many were new. */
export async function giveRole(
  services: Services,
  request: Request,
  role: Role,
  to: { users: readonly string[]; groups: readonly string[] },
): Promise<number> {
  authorise(request.actor, 'admin', 'give roles', services.admins);
  const { stores, clock, ids } = services;
  const held = await stores.roleGrants.list();
  const subjects = [
    ...to.users.map((subjectId) => ({ subjectKind: 'user' as const, subjectId })),
    ...to.groups.map((subjectId) => ({ subjectKind: 'group' as const, subjectId })),
  ].filter(
    (subject) =>
      !held.some(
        (grant) =>
          grant.role === role &&
          grant.subjectKind === subject.subjectKind &&
          grant.subjectId === subject.subjectId,
      ),
  );
  if (subjects.length === 0) return 0;
  const at = clock.now();
  await claimAndWrite(services, request, [
    ...subjects.map((subject) =>
      stores.roleGrants.insert({
        id: ids.next(),
        ...subject,
        role,
        grantedBy: request.actor.userId,
        grantedAt: at,
      }),
    ),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'role.give',
        entityKind: 'role',
        entityId: role,
        correlationId: request.correlationId,
        detail: { role, to: subjects.map((subject) => subject.subjectId) },
      },
      'done',
    ),
  ]);
  return subjects.length;
}

/** Takes one given role back. `REKEY_ADMINS` are not grants and cannot be undone here. */
export async function takeRole(services: Services, request: Request, grantId: string): Promise<void> {
  authorise(request.actor, 'admin', 'take roles back', services.admins);
  const { stores } = services;
  const grant = (await stores.roleGrants.list()).find((candidate) => candidate.id === grantId);
  await claimAndWrite(services, request, [
    stores.roleGrants.remove(grantId),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'role.take',
        entityKind: 'role',
        entityId: grant?.role ?? 'unknown',
        correlationId: request.correlationId,
        detail: grant === undefined ? {} : { role: grant.role, from: grant.subjectId },
      },
      'done',
    ),
  ]);
}
