import { holds, type Actor } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import type { HostIdentity } from '../ports/aws.ts';
import { alertChannel, type AlertChannel } from './settings.ts';
import type { Services } from './services.ts';

/** What the Home page of one person is made of. */
export interface HomeLook {
  readonly actor: Actor;
  readonly connections: readonly Connection[];
  readonly alertChannel: AlertChannel;
  readonly host: HostIdentity;
  readonly admins: readonly string[];
  readonly now: number;
}

/** Reads the Home page; people without a role see nobody's connections. */
export async function lookHome(services: Services, actor: Actor): Promise<HomeLook> {
  const mayLook = holds(actor.roles, 'viewer');
  return {
    actor,
    connections: mayLook ? await services.stores.connections.list() : [],
    alertChannel: await alertChannel(services),
    host: await services.hostIdentity(),
    admins: services.admins,
    now: services.clock.now(),
  };
}
