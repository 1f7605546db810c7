import { AwsError, invalidClientTokenId, signatureDoesNotMatch } from '../aws-error.ts';
import { homeRegion, partitionOf } from '../accounts/regions.ts';
import type { Partition } from '../accounts/regions.ts';
import type { AccessKey } from '../accounts/access-key.ts';
import type { Session } from '../accounts/session.ts';
import { checkScope, checkSignedHeaders, signatureHolds } from '../wire/sigv4.ts';
import type { Claim } from '../wire/sigv4.ts';
import type { RawRequest } from '../wire/raw-request.ts';
import type { World } from '../world.ts';
import { isGone } from './principal.ts';
import type { Principal } from './principal.ts';

/** An authenticated caller. */
export interface Caller {
  readonly principal: Principal;
  readonly partition: Partition;
  readonly region: string;
  readonly accessKeyId: string;
  /** The long-term key, or null when temporary credentials were used. */
  readonly key: AccessKey | null;
  /** The temporary credentials, or null when a long-term key was used. */
  readonly session: Session | null;
}

/** The service a request is meant for; a global one is signed for one region per partition. */
export interface Target {
  readonly service: string;
  readonly global: boolean;
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

/**
 * Proves who sent a request: scope, time, key, then signature. Refusals, by the IAM User Guide's SigV4 chapter:
 * SignatureDoesNotMatch, InvalidClientTokenId and ExpiredToken, all 403.
 */
export function authenticate(world: World, request: RawRequest, claim: Claim, target: Target): Caller {
  checkScope(claim, { service: target.service, now: world.wireClock() });
  const partition = partitionOf(claim.region);
  if (partition === null || (target.global && claim.region !== homeRegion(partition))) {
    throw signatureDoesNotMatch(`Credential should be scoped to a valid Region, not '${claim.region}'.`);
  }
  const found = findCredentials(world, claim);
  if (found === null || found.principal.account.partition !== partition) throw invalidClientTokenId();
  checkSignedHeaders(request, claim);
  const { accessKeyId } = claim;
  if (!signatureHolds(request, claim, found.secretAccessKey)) {
    world.noteWrongSecret(accessKeyId);
    throw signatureDoesNotMatch(mismatch);
  }
  if (world.remembersWrongSecret(accessKeyId)) throw signatureDoesNotMatch(mismatch);
  if (found.session !== null && found.session.expiresAt <= world.clock()) {
    throw new AwsError('ExpiredToken', 403, 'The security token included in the request is expired');
  }
  return { ...found, partition, region: claim.region, accessKeyId };
}

type Credentials = Pick<Caller, 'principal' | 'key' | 'session'> & { readonly secretAccessKey: string };

function findCredentials(world: World, claim: Claim): Credentials | null {
  const session = world.findSession(claim.accessKeyId);
  if (session !== null) {
    if (claim.sessionToken !== session.sessionToken || isGone(session.principal)) return null;
    return { principal: session.principal, key: null, session, secretAccessKey: session.secretAccessKey };
  }
  const found = world.findKey(claim.accessKeyId);
  if (found === null || claim.sessionToken !== null) return null;
  const { key, ring } = found;
  const principal: Principal =
    ring.owner === null
      ? { kind: 'root', account: ring.account }
      : { kind: 'user', account: ring.account, user: ring.owner };
  if (isGone(principal) || !key.accepted(world.clock(), world.lag)) return null;
  return { principal, key, session: null, secretAccessKey: key.secretAccessKey };
}
