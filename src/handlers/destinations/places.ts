import { createDestinations } from '../../destinations/index.ts';
import type { KeptDestination } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import type { DestinationPlace } from '../../ports/destination.ts';
import { credentialsOf } from '../connection-credentials.ts';
import type { Services } from '../services.ts';
import { webhookSigner } from '../webhook-keys.ts';

/** What it takes to open a place. */
export type Opening = Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws' | 'clock' | 'ids' | 'outward'>;

/**
 * The place of a destination, with its connection's credentials of this moment: opened again for each piece of work.
 * @throws RekeyError `needs_person` when its connection is gone; AwsFailure when its role cannot be assumed.
 */
export async function openPlace(
  services: Opening,
  destination: KeptDestination,
): Promise<DestinationPlace<Readonly<Record<string, unknown>>>> {
  const { stores, aws, clock, outward } = services;
  const destinations = createDestinations({
    aws,
    clock,
    outward,
    signer: await webhookSigner(services),
    writer: async (connectionId) => {
      const connection = await stores.connections.byId(connectionId);
      if (connection === null || connection.state !== 'connected') {
        throw new RekeyError('needs_person', 'The connection that writes to this destination is gone.', {
          next: 'An admin gives it another one: /aws-settings, Destinations, Change.',
        });
      }
      const credentials = await credentialsOf(services, connection);
      const { accountId, partition, method, arn, roleArn } = connection;
      return { credentials, accountId, partition, principalArn: method === 'role' ? roleArn : arn };
    },
  });
  return destinations.open(destination);
}
