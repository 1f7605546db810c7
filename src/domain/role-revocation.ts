import { partsOfArn } from './account.ts';
import type { Containment, PartFailure } from './containment.ts';
import type { AssumedRole, RoleBar } from './surroundings.ts';

/**
 * - `asked`: waits for a second person; an earlier revocation may stand meanwhile
 * - `declined`: a second person said no
 * - `revoking`, `revoked`: sessions issued before `issuedBefore` are being denied, and are, by three reads in a row
 * - `lifting`, `lifted`: that is being taken off, and is
 * - `gone`: there is no such role any more
 */
export type RevocationState = 'asked' | 'declined' | 'revoking' | 'revoked' | 'lifting' | 'lifted' | 'gone';

/** Somebody's word. `by`: Slack user id; null: Rekey, at its time. Times are ms. */
export interface Word {
  readonly by: string | null;
  readonly at: number;
  readonly reason: string;
}

/** That all sessions of one role end: one row a role. Times are ms. */
export interface RoleRevocation {
  readonly id: string;
  readonly accountId: string;
  readonly roleName: string;
  readonly roleArn: string;
  /** Of whose key it is known that its sessions assumed the role. */
  readonly containmentId: string;
  readonly state: RevocationState;
  readonly asked: Word;
  /** Who approved or declined it. */
  readonly decided: Word | null;
  readonly lifted: Word | null;
  /** Sessions issued before are denied until then; null while none are. */
  readonly issuedBefore: number | null;
  readonly until: number | null;
  /** So many reads in a row showed it as wanted; none while it is `revoked`: somebody took it off, and it is not held. */
  readonly reads: number;
  /** How often somebody took it off while it was held, and when that was found last. */
  readonly putBack: number;
  readonly lastPutBackAt: number | null;
  readonly failure: PartFailure | null;
  readonly sentAt: number | null;
  /** A change was sent, or was about to be, and what came of it is not on record yet; left out: none. */
  readonly begun?: 'put' | 'delete' | undefined;
  readonly confirmedAt: number | null;
  readonly stateAt: number;
  readonly nextAt: number | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  readonly correlationId: string;
  /** Counts up with each change. */
  readonly version: number;
}

/** Our own inline policy on a role; that of AWS's console has another name and is never touched. */
export const ROLE_DENY = 'RekeyRevokeOlderSessions';
/** That of AWS's console. */
export const CONSOLE_ROLE_DENY = 'AWSRevokeOlderSessions';
/** No session of a role lives longer; then the deny has done its work. */
export const ROLE_SESSIONS_LIVE_MS = 12 * 3_600_000;
/** What cannot be done is tried for so long. */
export const REVOKE_TRIES_MS = 30 * 60_000;

/** The document that AWS's console puts on a role. */
export function denyRoleBefore(issuedBefore: number): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Action: ['*'],
        Resource: ['*'],
        Condition: {
          DateLessThan: { 'aws:TokenIssueTime': new Date(issuedBefore).toISOString().replace('.000Z', 'Z') },
        },
      },
    ],
  });
}

/** Why the sessions of a role cannot be revoked, as far as its ARN tells; null when it does not bar it. */
export function barOfArn(
  { accountId, partition }: Pick<Containment, 'accountId' | 'partition'>,
  { arn, name }: Pick<AssumedRole, 'arn' | 'name'>,
): RoleBar | null {
  const parts = partsOfArn(arn);
  if (parts === null || parts.accountId !== accountId || parts.partition !== partition)
    return 'other_account';
  if (parts.resource.startsWith('role/aws-service-role/') || name.startsWith('AWSServiceRoleFor')) {
    return 'service_linked';
  }
  const isReserved = parts.resource.startsWith('role/aws-reserved/') || name.startsWith('AWSReservedSSO_');
  return isReserved ? 'identity_center' : null;
}

/** Why not, and what can be done, as sentences. */
export function barWords(bar: RoleBar): { readonly why: string; readonly next: string } {
  switch (bar) {
    case 'other_account':
      return {
        why: 'This role is in another account.',
        next: 'Whoever runs that account revokes its sessions (IAM console, the role, “Revoke sessions”), and takes this account out of its trust policy.',
      };
    case 'service_linked':
      return {
        why: 'This is a service-linked role: AWS alone may change it, and its sessions cannot be revoked.',
        next: 'Look in CloudTrail at what the service did for the key.',
      };
    case 'identity_center':
      return {
        why: 'This role belongs to IAM Identity Center, which alone may change it.',
        next: 'End the sessions there: remove the assignment of the permission set, or revoke its active sessions.',
      };
    case 'ours':
      return {
        why: 'Rekey itself signs with this role, or assumes its roles with it: revoking its sessions would lock Rekey out of what it is doing.',
        next: 'Revoke them in the IAM console if they must end: Rekey asks for new ones by itself, and works again as soon as those are issued.',
      };
    case 'perhaps_ours':
      return {
        why: 'Rekey does not know at the moment which identity it runs as, so that this role may be its own.',
        next: '`npm run doctor` says why its host identity is not known. Until then: revoke the sessions in the IAM console.',
      };
  }
}

/** Whether anything is in force, or under way. */
export function isStandingRevocation({ state, issuedBefore }: RoleRevocation): boolean {
  return state === 'revoking' || state === 'lifting' || issuedBefore !== null;
}

/** Nothing of it was sent yet: the sessions work. */
export function isUnsent({ state, sentAt }: Pick<RoleRevocation, 'state' | 'sentAt'>): boolean {
  return state === 'revoking' && sentAt === null;
}

/** How it stands, as a sentence; moments are for the caller. */
export function revocationWords({ state, issuedBefore, reads, putBack }: RoleRevocation): string {
  switch (state) {
    case 'asked':
      return issuedBefore === null
        ? 'Revoking its sessions waits for a second person'
        : 'Revoking its newer sessions, too, waits for a second person';
    case 'declined':
      return issuedBefore === null
        ? 'A second person declined to revoke its sessions'
        : 'A second person declined to revoke its sessions; whether an earlier revocation stands is not confirmed';
    case 'revoking':
      return putBack === 0
        ? 'Its sessions are being revoked, not confirmed yet'
        : 'Somebody took the revocation off: it is being put back, not confirmed yet';
    case 'revoked':
      return reads === 0
        ? 'Somebody took the revocation off, and it is not held any more'
        : 'IAM confirms that its sessions from before are denied (3 reads in a row)';
    case 'lifting':
      return 'The revocation is being taken off';
    case 'lifted':
      return 'The revocation was taken off';
    case 'gone':
      return 'The role does not exist any more, and its sessions ended with it';
  }
}
