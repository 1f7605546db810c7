import type { KeyRing } from './key-ring.ts';
import type { Identifiers } from './identifiers.ts';
import type { ReplicaLag } from './lag.ts';
import type { AccessKey } from './access-key.ts';
import type { User } from './user.ts';

/** What every thing in a world shares: the time, the source of ids, the lag, and the directory of all access keys. */
export interface Environment {
  readonly clock: () => number;
  readonly ids: Identifiers;
  readonly lag: ReplicaLag;
  readonly directory: Map<string, { readonly key: AccessKey; readonly ring: KeyRing }>;
}

/** Whose keys a ring holds: a user, or null for the root of the account. */
export type KeyOwner = User | null;
