import type { CallShare, Instances } from '../ports/instances.ts';
import { UNSHARED } from '../ports/instances.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HeartbeatGround } from './heartbeat.ts';

/** Answers which keys this process signs with, by connection; asked with every heartbeat. */
export type SigningKeys = () => Promise<Readonly<Record<string, string>>>;

/** The instances on one database, as this process knows them while it is one of them. */
export interface OpenInstances extends Instances, CallShare {
  /** Throws RekeyError when the database does not answer. */
  start(): Promise<void>;
  /** From here on it says which keys it signs with: before that it can sign with none. */
  signWith(keys: SigningKeys): void;
  stop(): Promise<void>;
}

/** `only`: no second process can open the database, and nothing need be written to know it. */
export function openInstances(ground: HeartbeatGround, only: boolean): OpenInstances {
  return only ? aloneInstance(ground.instanceId) : new Heartbeat(ground);
}

/** One process by itself. */
export function aloneInstance(id: string): OpenInstances {
  let keys: SigningKeys | null = null;
  return {
    ...UNSHARED,
    living: () => Promise.resolve([id]),
    signers: async () => [{ id, signsWith: keys === null ? null : await keys() }],
    start: () => Promise.resolve(),
    signWith: (given) => {
      keys = given;
    },
    stop: () => Promise.resolve(),
  };
}
