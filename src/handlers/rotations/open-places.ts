import type { Connection } from '../../domain/connection.ts';
import { createDestinations } from '../../destinations/index.ts';
import type { Writer } from '../../destinations/ground.ts';
import { createRedeployHooks } from '../../destinations/redeploy-hook.ts';
import { RekeyError } from '../../errors.ts';
import type { Destinations, RedeployHooks } from '../../ports/destination.ts';
import { credentialsOf } from '../connection-credentials.ts';
import type { Services } from '../services.ts';
import { webhookSigner } from '../webhook-keys.ts';

/** What places are opened with. */
export type Placing = Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock' | 'ids' | 'outward'>;

/** Destinations as they are reached at this moment: with the webhook keys in force, and fresh credentials. */
export async function openDestinations(services: Placing): Promise<Destinations> {
  const { aws, clock, outward } = services;
  const signer = await webhookSigner(services);
  return createDestinations({
    aws,
    clock,
    outward,
    signer,
    writer: (connectionId) => writerOf(services, connectionId),
  });
}

export async function openHooks(services: Placing): Promise<RedeployHooks> {
  const { clock, outward } = services;
  return createRedeployHooks({ clock, outward, signer: await webhookSigner(services) });
}

/** The connection that writes to a place in AWS; throws `conflict` when it is gone. */
async function writerOf(services: Placing, connectionId: string): Promise<Writer> {
  const connection = await services.stores.connections.byId(connectionId);
  if (connection === null || connection.state !== 'connected') {
    throw new RekeyError('conflict', 'The connection that writes to this destination is gone.', {
      next: 'An admin gives the destination another one under /aws-settings.',
    });
  }
  const { accountId, partition } = connection;
  const credentials = await credentialsOf(services, connection);
  return { credentials, accountId, partition, principalArn: principalOf(connection) };
}

/** Whom IAM is asked about: a role itself, and not its session. */
function principalOf({ method, roleArn, arn }: Connection): string {
  return method === 'role' && roleArn !== null ? roleArn : arn;
}
