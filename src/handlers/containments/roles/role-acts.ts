import { FOUND, NOT_FOUND } from '../../../domain/containment-begun.ts';
import { denyRoleBefore, type RoleRevocation } from '../../../domain/role-revocation.ts';
import type { Write } from '../../../ports/stores.ts';
import { auditOutcome } from '../../audit.ts';
import type { Containing } from '../containing.ts';
import { seenAs } from '../look-user.ts';

export type RoleVerb = 'role.approve' | 'role.lift' | 'role.put_deny' | 'role.delete_deny';

/** For the audit log. */
export function roleAct(
  { containmentId, correlationId, accountId, roleArn, issuedBefore }: RoleRevocation,
  incidents: readonly string[],
  verb: RoleVerb,
) {
  return {
    doer: { kind: 'rekey' },
    verb,
    entityKind: 'containment',
    entityId: containmentId,
    correlationId,
    detail: { accountId, roleArn, issuedBefore, incidents },
  } as const;
}

/** What is found of a change whose own process did not come to write what came of it. `text`: the policy as it stands. */
export function foundRoleRow(
  services: Containing,
  row: RoleRevocation,
  incidents: readonly string[],
  text: string | null,
): Write {
  const { begun, issuedBefore } = row;
  const isPut = begun === 'put';
  const isDone = isPut
    ? issuedBefore !== null && seenAs(text, denyRoleBefore(issuedBefore)) === 'ours'
    : text === null;
  const act = roleAct(row, incidents, isPut ? 'role.put_deny' : 'role.delete_deny');
  const detail = { ...act.detail, why: isDone ? FOUND : NOT_FOUND };
  return auditOutcome(services, { ...act, detail }, isDone ? 'done' : 'unknown');
}
