import type { Connection } from '../src/domain/connection.ts';
import type { Context } from './entry.ts';

/** The connections a form offers to choose from: those that are in use. */
export async function connectedOnes({ services }: Context): Promise<Connection[]> {
  return (await services.stores.connections.list()).filter(({ state }) => state === 'connected');
}
