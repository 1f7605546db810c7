/**
 * What a statement's resource is. `self` is the user or role Rekey acts as; the places of `deliver` and the event
 * files of `watch` are named by the person.
 */
export type ResourceKind =
  | 'any'
  | 'self'
  | 'users'
  | 'roles'
  | 'secrets'
  | 'parameters'
  | 'event_queue'
  | 'event_files'
  | 'event_files_key'
  | 'delivery_key';

/** A condition of an IAM statement: operator, then condition key, then values. `PARTITION` is filled in. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of the table: which calls, on what, under which conditions, and why Rekey makes them. */
export interface Grant {
  /** Letters and digits, unique in the table. */
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly on: ResourceKind;
  readonly conditions?: Conditions;
  /** Given only to a connection that is a user (or a role); both when omitted. */
  readonly only?: 'user' | 'role';
  /** The capability is there without it: it saves calls, or serves a place the person may name. Never counted as missing. */
  readonly optional?: boolean;
  readonly why: string;
}
