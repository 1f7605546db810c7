import { iamRegion } from '../domain/partition.ts';
import type { Connection } from '../domain/connection.ts';
import { quotedName } from '../domain/connection.ts';
import { RekeyError } from '../errors.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import { openSecret } from './check-credentials.ts';
import type { Services } from './services.ts';

/**
 * What signs the calls of a connection at this moment: its access key, or a session of its role with minutes left.
 * Asked again for each piece of work, since credentials are replaced and sessions end. Throws AwsFailure when the role
 * cannot be assumed.
 */
export async function credentialsOf(
  services: Pick<Services, 'stores' | 'sealer' | 'sessions'>,
  connection: Connection,
): Promise<AwsCredentials> {
  const { accessKeyId, roleArn, externalId } = connection;
  if (connection.method === 'role') {
    if (roleArn === null || externalId === null) throw incomplete(connection);
    const region = connection.region ?? iamRegion(connection.partition);
    return services.sessions.of({ roleArn, externalId, region });
  }
  const secret = await openSecret(services, connection);
  if (accessKeyId === null || secret === null) throw incomplete(connection);
  return { kind: 'access_key', accessKeyId, secret };
}

function incomplete({ name }: Connection): RekeyError {
  return new RekeyError('internal', `The connection ${quotedName(name)} lacks what it signs with.`, {
    next: 'Use Replace credentials to give it new ones.',
  });
}
