import { quotedName, type Connection } from '../domain/connection.ts';
import type { ConnectDraft } from '../domain/attempt.ts';
import { iamRegion, partitionOfArn } from '../domain/partition.ts';
import { sealedIdentity } from '../domain/records.ts';
import type { Secret } from '../domain/secret.ts';
import type { Verification } from '../domain/verification.ts';
import { RekeyError } from '../errors.ts';
import type { PinnedIdentity } from '../verification/candidate.ts';
import { verifyAccessKey } from '../verification/verify-access-key.ts';
import { verifyRole } from '../verification/verify-role.ts';
import type { Services } from './services.ts';

/** What a check works with. */
export type CheckServices = Pick<Services, 'stores' | 'sealer' | 'aws' | 'clock' | 'log' | 'hostIdentity'>;

type Way = Pick<ConnectDraft, 'method' | 'accountId' | 'region' | 'accessKeyId' | 'roleArn' | 'externalId'>;

/** Asks AWS who these credentials are and what they may do. Reads only. */
export async function checkCredentials(
  services: CheckServices,
  way: Way,
  secret: Secret | null,
  pinned: PinnedIdentity | null,
  signal: AbortSignal,
): Promise<Verification> {
  const { aws, clock, log } = services;
  // An existing connection's partition is known: no other is asked, where AWS would answer as if the key were gone.
  const known = pinned?.arn === undefined ? null : partitionOfArn(pinned.arn);
  const region = way.region ?? (known === null ? null : iamRegion(known));
  const common = { expectedAccountId: way.accountId, region, pinned };
  if (way.method === 'role') {
    if (way.roleArn === null || way.externalId === null) {
      throw new RekeyError('internal', 'A role connection lacks its role or external ID.');
    }
    const host = await services.hostIdentity();
    return verifyRole(
      { aws, clock, log, host },
      { ...common, roleArn: way.roleArn, externalId: way.externalId },
      signal,
    );
  }
  if (way.accessKeyId === null || secret === null) {
    throw new RekeyError('internal', 'An access key connection lacks its key.');
  }
  return verifyAccessKey({ aws, clock, log }, { ...common, accessKeyId: way.accessKeyId, secret }, signal);
}

/** The same for a connection as it stands, with its sealed secret. */
export async function checkConnection(
  services: CheckServices,
  connection: Connection,
  signal: AbortSignal,
): Promise<Verification> {
  const secret = await openSecret(services, connection);
  return checkCredentials(services, connection, secret, pinnedTo(connection, false), signal);
}

/** Who a connection's credentials must turn out to be. */
export function pinnedTo(connection: Connection, sameAccountIsEnough: boolean): PinnedIdentity {
  const { accountId, uniqueId, arn } = connection;
  return { accountId, uniqueId, arn, sameAccountIsEnough };
}

/** The connection's secret access key, opened for one use; null for a role. */
export async function openSecret(
  services: Pick<Services, 'stores' | 'sealer'>,
  connection: Connection,
): Promise<Secret | null> {
  if (connection.method === 'role') return null;
  const sealed = await services.stores.secrets.newest('connection', connection.id);
  if (sealed === null) {
    throw new RekeyError(
      'internal',
      `The secret of ${quotedName(connection.name)} is missing from the database.`,
      {
        next: 'Use Replace credentials to give it a new one.',
      },
    );
  }
  return services.sealer.open(sealed.box, sealedIdentity(sealed));
}
