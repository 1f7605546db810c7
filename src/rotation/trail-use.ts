import { known, unknown } from '../domain/known.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Trail } from '../ports/trail.ts';
import { SETTLE_MS } from '../domain/settle.ts';
import type { TrailUse } from './quiet.ts';

/**
 * The last call signed with a key since `from`, over all enabled regions: newest first, so that one page a region is
 * enough. One region that cannot be read makes it unknown. Calls by sessions made with the key carry the sessions'
 * ids and are not among them; making a session is.
 *
 * Regions are asked side by side: each has a pace of its own, and one after the other their waits would add up to more
 * than the lease of a rotation.
 */
export async function lastTrailUse(
  trail: Trail | null,
  accessKeyId: string,
  from: number,
  now: number,
  signal: AbortSignal,
): Promise<TrailUse> {
  if (trail === null) return unknown('no connection may read it', now);
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const window = { from, to: now };
  try {
    const regions = await trail.enabledRegions(signal);
    const times = await Promise.all(
      regions.map((region) => lastCallIn(trail, region, accessKeyId, window, either)),
    );
    const seen = times.filter((at) => at !== null);
    const lastAt = seen.length === 0 ? null : Math.max(...seen);
    return known({ lastAt, completeTo: now - SETTLE_MS }, now);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return unknown(`${error.action}: ${error.code}`, now);
  } finally {
    // After one that cannot be read, the others need not be asked any more.
    enough.abort();
  }
}

async function lastCallIn(
  trail: Trail,
  region: string,
  accessKeyId: string,
  window: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<number | null> {
  const question = { by: 'AccessKeyId', value: accessKeyId } as const;
  for await (const [newest] of trail.lookUp(region, question, window, 'watch', signal)) {
    if (newest !== undefined) return newest.eventTime;
  }
  return null;
}
