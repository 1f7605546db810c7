import type { Doer, Role } from './actor.ts';

/** One line of the audit log: an intent or an outcome of one act. Values are for people; never a secret. */
export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly doer: Doer;
  /** `noun.verb`, as in `connection.disconnect`. */
  readonly verb: string;
  readonly phase: 'intent' | 'outcome';
  /** Null for an intent. */
  readonly outcome: 'done' | 'refused' | 'failed' | 'unknown' | null;
  readonly entityKind: string;
  readonly entityId: string;
  readonly why: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly correlationId: string;
}

/** What is recorded of one interaction: an allow-list. Typed values are never among it. */
export interface Interaction {
  /** What makes it one: an event id, a view id with its hash, a decision. */
  readonly id: string;
  readonly kind: 'command' | 'submission' | 'action' | 'event' | 'decision';
  /** The command, callback or action id. */
  readonly name: string;
  readonly viewId: string | null;
  readonly teamId: string;
  readonly userId: string;
  /** Our own opaque value of a button, or null. */
  readonly value: string | null;
  readonly at: number;
}

/** A role given to a person or to a user group. */
export interface RoleGrant {
  readonly id: string;
  readonly subjectKind: 'user' | 'group';
  readonly subjectId: string;
  readonly role: Role;
  readonly grantedBy: string;
  readonly grantedAt: number;
}

/** The last membership of a user group that Slack told us. */
export interface GroupMembers {
  readonly groupId: string;
  readonly members: readonly string[];
  readonly fetchedAt: number;
}

/** A secret as it is kept: AES-256-GCM under a data key, the data key wrapped by a master key. All base64. */
export interface SealedBox {
  readonly masterKeyId: string;
  readonly wrappedKey: string;
  readonly ciphertext: string;
}

/** The row a sealed secret lives in; id, holder and version are its associated data. */
export interface SealedSecret {
  readonly id: string;
  /**
   * `pager`: the one paging service that is set; `webhook_keys`: what signs messages to webhooks; `rotation`: a new key
   * that is not delivered yet.
   */
  readonly holderKind: 'attempt' | 'connection' | 'pager' | 'webhook_keys' | 'rotation';
  readonly holderId: string;
  /** Counts up when a connection's credentials are replaced. */
  readonly version: number;
  readonly box: SealedBox;
  readonly createdAt: number;
}

/** The identity of a sealed row: bound into its ciphertext, so that it opens nowhere else. */
export function sealedIdentity(
  row: Pick<SealedSecret, 'id' | 'holderKind' | 'holderId' | 'version'>,
): string {
  return `rekey.v1/${row.holderKind}/${row.holderId}/${row.version}/${row.id}`;
}
