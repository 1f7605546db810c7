import { iamRegion, partitionOfArn, partitionOfRegion } from '../domain/partition.ts';
import type { Partition } from '../domain/partition.ts';
import type { Aws, AwsCredentials, CallerIdentity } from '../ports/aws.ts';
import { FIRST_CALL } from './pace.ts';
import type { Pace } from './pace.ts';
import { rejected, unknown, verdictOf } from './verdict.ts';
import type { NotVerified } from './verdict.ts';

export interface Identified {
  readonly identity: CallerIdentity;
  readonly partition: Partition;
  /** The region whose STS answered. */
  readonly region: string;
}

/** Where else a key may be at home when nobody named a region: a key id does not tell. The rest is not reachable. */
const OTHER_PARTITIONS: readonly Partition[] = ['aws-us-gov', 'aws-cn'];

/**
 * Asks AWS who a key belongs to, in the given region, or in one partition after the other. The patience of the
 * first region covers new keys and the memory of a wrong secret; the others are asked once.
 */
export async function identify(
  aws: Aws,
  pace: Pace,
  candidate: {
    readonly accessKeyId: string;
    readonly credentials: AwsCredentials;
    readonly region: string | null;
  },
  now: () => number,
): Promise<Identified | NotVerified> {
  const ask = (region: string) => (signal: AbortSignal) =>
    aws.sts(candidate.credentials, region).getCallerIdentity(signal);
  const region = candidate.region ?? iamRegion('aws');
  const { accessKeyId } = candidate;

  const first = await pace.attempt(ask(region), FIRST_CALL);
  if (first.ok) return identified(first.value, region, now());
  const { failure, patient } = first;
  if (!patient && (failure.code === 'key_not_active' || failure.code === 'wrong_secret')) {
    const { diagnosis, checkedAt } = verdictOf(failure, { accessKeyId, region }, now());
    return { status: 'unknown', diagnosis, checkedAt };
  }
  if (failure.code !== 'key_not_active') return verdictOf(failure, { accessKeyId, region }, now());

  const tried: Partition[] = [partitionOfRegion(region) ?? 'aws'];
  if (candidate.region === null) {
    for (const partition of OTHER_PARTITIONS) {
      const other = await pace.attempt(ask(iamRegion(partition)), {});
      if (other.ok) return identified(other.value, iamRegion(partition), now());
      if (other.failure.code === 'key_not_active') tried.push(partition);
      else if (other.failure.code === 'wrong_secret') {
        return verdictOf(other.failure, { accessKeyId, region: iamRegion(partition) }, now());
      }
    }
    if (tried.length <= OTHER_PARTITIONS.length) {
      // A partition that could not be asked may be the key's own: unknown is not "no".
      const { diagnosis, checkedAt } = verdictOf(
        failure,
        { accessKeyId, region, triedPartitions: tried },
        now(),
      );
      return { status: 'unknown', diagnosis, checkedAt };
    }
  } else {
    // A region the account has not enabled answers as if the key did not exist.
    const home = iamRegion(partitionOfRegion(region) ?? 'aws');
    if (home !== region) {
      const atHome = await pace.attempt(ask(home), {});
      if (atHome.ok) {
        return rejected('region_not_enabled', { region, accountId: atHome.value.accountId }, now());
      }
    }
  }
  return verdictOf(failure, { accessKeyId, region, triedPartitions: tried }, now());
}

function identified(identity: CallerIdentity, region: string, checkedAt: number): Identified | NotVerified {
  const partition = partitionOfArn(identity.arn);
  return partition === null
    ? unknown('unexpected', { action: 'sts:GetCallerIdentity' }, checkedAt)
    : { identity, partition, region };
}
