import type { CallShare, Instances } from '../ports/instances.ts';
import { UNSHARED } from '../ports/instances.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HeartbeatGround } from './heartbeat.ts';

/** The instances on one database, as this process knows them while it is one of them. */
export interface OpenInstances extends Instances, CallShare {
  /** Throws RekeyError when the database does not answer. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `only`: no second process can open the database, and nothing need be written to know it. */
export function openInstances(ground: HeartbeatGround, only: boolean): OpenInstances {
  return only ? aloneInstance(ground.instanceId) : new Heartbeat(ground);
}

/** One process by itself. */
export function aloneInstance(id: string): OpenInstances {
  return {
    ...UNSHARED,
    alive: () => Promise.resolve([id]),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
