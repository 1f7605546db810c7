import { known, unknown } from '../domain/known.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Trail } from '../ports/trail.ts';
import { SETTLE_MS } from '../domain/settle.ts';
import type { TrailUse } from './quiet.ts';

/**
 * The last call signed with a key since `from`, over all enabled regions: newest first, so that one page a region is
 * enough. One region that cannot be read makes it unknown. Calls by sessions made with the key carry the sessions'
 * ids and are not among them; making a session is.
 */
export async function lastTrailUse(
  trail: Trail | null,
  accessKeyId: string,
  from: number,
  now: number,
  signal: AbortSignal,
): Promise<TrailUse> {
  if (trail === null) return unknown('no connection may read it', now);
  let lastAt: number | null = null;
  try {
    for (const region of await trail.enabledRegions(signal)) {
      const question = { by: 'AccessKeyId', value: accessKeyId } as const;
      for await (const page of trail.lookUp(region, question, { from, to: now }, 'watch', signal)) {
        const [newest] = page;
        if (newest === undefined) continue;
        lastAt = Math.max(lastAt ?? 0, newest.eventTime);
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return unknown(`${error.action}: ${error.code}`, now);
  }
  return known({ lastAt, completeTo: now - SETTLE_MS }, now);
}
