import type { Connection } from '../../domain/connection.ts';
import { sealedIdentity } from '../../domain/records.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { Capability } from '../../domain/verification.ts';
import { RekeyError } from '../../errors.ts';
import type { AwsCredentials } from '../../ports/aws.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Trail } from '../../ports/trail.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { answerOf, connectedTo } from '../key-policy.ts';
import type { Services } from '../services.ts';

/** Whose rights are used for a piece of work, and what signs it at this moment. */
export interface Signer {
  readonly connection: Connection;
  readonly credentials: Exclude<AwsCredentials, { readonly kind: 'host' }>;
  /** As CloudTrail shows it. */
  readonly arn: string;
}

type Signing = Pick<Services, 'stores' | 'sealer' | 'sessions'>;

/**
 * Who may rotate in an account: the oldest connection that has the capability, and signs with none of `notBy`; those
 * of which it is not known come after those that have it. Credentials are read afresh each time. Null when there is
 * nobody; throws the AwsFailure of the first that could not be asked when no other may.
 */
export async function signerOf(
  services: Signing,
  rotation: Rotation,
  notBy: readonly string[],
): Promise<Signer | null> {
  const { accountId, snapshot } = rotation;
  const capabilityOf = (connection: Connection): Capability =>
    connection.uniqueId === snapshot.userId ? 'rotate_self' : 'rotate_others';
  const all = await services.stores.connections.list();
  return firstThatSigns(services, inOrder(all, accountId, capabilityOf), rotation, notBy);
}

/** Who may do something in an account that has nothing to do with whose keys are rotated. */
async function signerFor(
  services: Signing,
  rotation: Rotation,
  capability: Capability,
): Promise<Signer | null> {
  const all = await services.stores.connections.list();
  return firstThatSigns(
    services,
    inOrder(all, rotation.accountId, () => capability),
    rotation,
    [],
  );
}

/** CloudTrail of the rotation's account; null when nothing may read it. Throws as {@link signerOf}. */
export async function trailOf(
  services: Signing & Pick<Services, 'aws'>,
  rotation: Rotation,
): Promise<Trail | null> {
  const signer = await signerFor(services, rotation, 'watch');
  return signer === null ? null : services.aws.trail(signer.credentials, signer.connection);
}

/** Those that may, oldest first, then those that perhaps may. */
function inOrder(
  connections: readonly Connection[],
  accountId: string,
  capabilityOf: (connection: Connection) => Capability,
): Connection[] {
  const ours = connectedTo(connections, accountId);
  const that = (answer: 'yes' | 'unknown') =>
    ours.filter((each) => answerOf(each, capabilityOf(each)) === answer);
  return [...that('yes'), ...that('unknown')];
}

async function firstThatSigns(
  services: Signing,
  connections: readonly Connection[],
  rotation: Rotation,
  notBy: readonly string[],
): Promise<Signer | null> {
  let failure: Error | null = null;
  for (const connection of connections) {
    try {
      const credentials = await credentialsFor(services, connection, rotation);
      if (credentials.kind === 'host' || notBy.includes(credentials.accessKeyId)) continue;
      return { connection, credentials, arn: arnOf(connection) };
    } catch (error) {
      // Another one may do it; that this one could not be asked is no "no" when there is none.
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
  return null;
}

/**
 * What a connection signs with. While its own key is taken back, that is the old one: the new key may be the reason.
 */
async function credentialsFor(
  services: Signing,
  connection: Connection,
  { ownConnectionId, state, oldKeyId }: Rotation,
): Promise<AwsCredentials> {
  const own = connection.id === ownConnectionId && state === 'undoing' && connection.accessKeyId !== oldKeyId;
  const [, earlier] = own ? await services.stores.secrets.ofHolder('connection', connection.id) : [];
  if (earlier === undefined) return credentialsOf(services, connection);
  const secret = services.sealer.open(earlier.box, sealedIdentity(earlier));
  return { kind: 'access_key', accessKeyId: oldKeyId, secret };
}

/** The role's session is named by us (RoleSessions): CloudTrail shows the session, and not the role. */
function arnOf({ method, arn, roleArn, partition, accountId }: Connection): string {
  if (method === 'access_key' || roleArn === null) return arn;
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return `arn:${partition}:sts::${accountId}:assumed-role/${name}/rekey`;
}
