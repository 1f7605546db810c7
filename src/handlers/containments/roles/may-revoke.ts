import { personOf, type Actor } from '../../../domain/actor.ts';
import { barOfArn, barWords } from '../../../domain/role-revocation.ts';
import type { Containment } from '../../../domain/containment.ts';
import { MOST_ROLES, type AssumedRole, type RoleBar } from '../../../domain/surroundings.ts';
import { RekeyError } from '../../../errors.ts';
import { auditOutcome } from '../../audit.ts';
import { authorise } from '../../authorise.ts';
import { asRecorded, recordingRefusals } from '../../refused.ts';
import type { Services } from '../../services.ts';
import { incidentsOf } from '../../../domain/containment-reasons.ts';
import type { Containing } from '../containing.ts';
import { hostArnOf } from '../hands.ts';

export type RoleAct = 'ask' | 'approve' | 'decline' | 'lift';

const WORDS: Readonly<Record<RoleAct, string>> = {
  ask: 'revoke the sessions of a role',
  approve: 'approve the revocation of a role’s sessions',
  decline: 'decline the revocation of a role’s sessions',
  lift: 'take the revocation of a role’s sessions off',
};

/** What is asked of, for the audit log. */
export interface RoleSubject {
  readonly containment: Containment;
  readonly roleArn: string;
}

type Asker = { readonly actor: Actor; readonly correlationId: string };

/** As the audit log has it. */
export function roleVerb(act: RoleAct): string {
  return `role.${act === 'ask' ? 'revoke' : act}`;
}

/** The row of the audit log about an act on a role's sessions. */
export function roleAct(
  { actor, correlationId }: Asker,
  act: RoleAct,
  { containment, roleArn }: RoleSubject,
) {
  return {
    doer: personOf(actor),
    verb: roleVerb(act),
    entityKind: 'containment',
    entityId: containment.id,
    correlationId,
    detail: { accountId: containment.accountId, roleArn, incidents: incidentsOf(containment) },
  } as const;
}

/** Writes down that an act was refused, and throws. */
export async function refuseRole(
  services: Services,
  asker: Asker,
  act: RoleAct,
  subject: RoleSubject,
  error: RekeyError,
): Promise<never> {
  const row = { ...roleAct(asker, act, subject), why: error.message };
  await services.stores.atomically([auditOutcome(services, row, 'refused')]);
  throw asRecorded(error);
}

/** Throws `forbidden`, naming who can, unless the actor is a responder; the attempt goes into the audit log. */
export async function authoriseRole(
  services: Services,
  asker: Asker,
  act: RoleAct,
  subject: RoleSubject,
): Promise<void> {
  await recordingRefusals(
    services,
    () => roleAct(asker, act, subject),
    async () => authorise(asker.actor, 'responder', WORDS[act], services.admins),
  );
}

/**
 * The role among those that CloudTrail shows the key's sessions to have assumed; throws `not_found` for any other,
 * `needs_person` with the reason for one whose sessions Rekey cannot or must not revoke. Both are audited.
 */
export async function revocableRole(
  services: Services,
  asker: Asker,
  act: RoleAct,
  subject: RoleSubject,
): Promise<AssumedRole> {
  const { containment, roleArn } = subject;
  if (containment.state === 'undone') {
    const why = 'The containment was taken back as a false alarm: nothing of it is revoked any more.';
    const next = 'If it was none, contain the key again; or revoke the sessions in the IAM console.';
    return refuseRole(services, asker, act, subject, new RekeyError('conflict', why, { next }));
  }
  const role = containment.around?.roles.find(({ arn }) => arn === roleArn);
  if (role === undefined) {
    return refuseRole(
      services,
      asker,
      act,
      subject,
      new RekeyError('not_found', notListed(containment), {
        next: 'Only such roles are revoked here. For any other there is “Revoke sessions” in the IAM console.',
      }),
    );
  }
  const bar = await barOf(services, containment, role);
  if (bar === null) return role;
  const { why, next } = barWords(bar);
  return refuseRole(services, asker, act, subject, new RekeyError('needs_person', why, { next }));
}

function notListed({ around }: Containment): string {
  return (around?.roles.length ?? 0) < MOST_ROLES
    ? 'CloudTrail does not show that the key’s sessions assumed this role.'
    : `The key’s sessions assumed so many roles that this one is not among the ${MOST_ROLES} that are listed.`;
}

/** Why the sessions of a role cannot, or must not, be revoked by Rekey; asked afresh each time. */
export async function barOf(
  services: Pick<Containing, 'stores' | 'hostIdentity' | 'log'>,
  containment: Pick<Containment, 'accountId' | 'partition'>,
  role: Pick<AssumedRole, 'arn' | 'name' | 'accountId'>,
): Promise<RoleBar | null> {
  const plain = barOfArn(containment, role);
  if (plain !== null) return plain;
  const connections = await services.stores.connections.list();
  // The ARN of a session has no path: names tell, which are unique in an account.
  const same = (arn: string | null): boolean => {
    const [, account, name] =
      /^arn:[^:]+:(?:iam|sts)::(\d{12}):(?:role|assumed-role)\/(.+)$/.exec(arn ?? '') ?? [];
    if (account !== role.accountId || name === undefined) return false;
    const parts = name.split('/');
    const own = arn?.includes(':assumed-role/') === true ? parts[0] : parts.at(-1);
    return own?.toLowerCase() === role.name.toLowerCase();
  };
  if (connections.some(({ method, roleArn, arn }) => method === 'role' && (same(roleArn) || same(arn)))) {
    return 'ours';
  }
  const host = await hostArnOf(services);
  if (host !== null) return same(host) ? 'ours' : null;
  return connections.some(({ method }) => method === 'role') ? 'perhaps_ours' : null;
}
