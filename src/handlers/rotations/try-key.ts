import { iamRegion, partitionOfRegion } from '../../domain/partition.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { Secret } from '../../domain/secret.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { AwsCredentials } from '../../ports/aws.ts';
import type { KeyTrial } from '../../ports/rotation-world.ts';
import type { Services } from '../services.ts';

/** What AWS answers for a key it does not know everywhere yet; a wrong secret may be remembered for seconds (facts). */
const NOT_YET = new Set(['key_not_active', 'wrong_secret']);

/** So many trials in a row there are: each region is asked in one of them at the least. */
const ROUNDS = 3;

/**
 * Uses the new key, to ask who it is. The regions it is delivered to are asked in turn, several at a time where there are
 * many: a region that has not heard of the key is one in which its users would fail.
 */
export async function tryKey(
  { aws }: Pick<Services, 'aws'>,
  rotation: Rotation,
  accessKeyId: string,
  secret: Secret,
  regions: readonly string[],
  signal: AbortSignal,
): Promise<KeyTrial> {
  const { partition, verify } = rotation;
  const fit = regions.filter((region) => partitionOfRegion(region) === partition);
  const rounds = Math.min(ROUNDS, fit.length);
  const turn = fit.filter((_, at) => at % rounds === verify.successes % rounds);
  for (const region of turn.length === 0 ? [iamRegion(partition)] : turn) {
    const trial = await tryIn(aws, region, rotation, { kind: 'access_key', accessKeyId, secret }, signal);
    if (trial.answer !== 'works') return trial;
  }
  return { answer: 'works' };
}

async function tryIn(
  aws: Services['aws'],
  region: string,
  { accountId, snapshot }: Rotation,
  key: AwsCredentials,
  signal: AbortSignal,
): Promise<KeyTrial> {
  try {
    const found = await aws.sts(key, region).getCallerIdentity(signal);
    if (found.accountId === accountId && found.userId === snapshot.userId) return { answer: 'works' };
    return { answer: 'unknown', why: `AWS takes the new key for ${found.arn}` };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    const why = `${region}: ${error.code.replaceAll('_', ' ')}`;
    return { answer: NOT_YET.has(error.code) ? 'not_yet' : 'unknown', why };
  }
}

/** Where the new key will be used first: the regions of its destinations, else that of the connection. */
export async function regionsOfUse(
  { stores }: Pick<Services, 'stores'>,
  { deliveries, ownConnectionId }: Rotation,
): Promise<readonly string[]> {
  const found = await Promise.all(
    deliveries.map(({ destinationId }) => stores.rotation.destinations.byId(destinationId)),
  );
  const own = ownConnectionId === null ? null : await stores.connections.byId(ownConnectionId);
  const regions = [own?.region ?? null, ...found.map((each) => each?.target['region'] ?? null)];
  return [...new Set(regions.filter((region) => typeof region === 'string'))];
}
