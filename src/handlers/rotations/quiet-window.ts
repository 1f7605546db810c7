import { SETTLE_MS } from '../../domain/settle.ts';
import type { KeyUse } from '../../domain/key-use.ts';
import { known, unknown } from '../../domain/known.ts';
import type { Known } from '../../domain/known.ts';
import { USE_GRANULARITY_MS } from '../../domain/last-use.ts';
import type { LastUse } from '../../domain/last-use.ts';
import { spanWords } from '../../domain/time-words.ts';
import { GAPS_OVER_MS, longestGap, MAX_QUIET_MS, quietWindow } from '../../rotation/quiet.ts';
import { readKeyCalls } from '../../trail/key-use.ts';
import type { Trail } from '../../ports/trail.ts';

/** How long the old key must be silent, why, and who used it. */
export interface QuietPlan {
  readonly use: KeyUse | null;
  readonly quietMs: number;
  /** In words. */
  readonly quietWhy: string;
}

/** The quiet window of a key, from its use in CloudTrail's 90 days. What was not all seen gives the longest window. */
export async function planQuiet(
  trail: Trail | null,
  key: { readonly accessKeyId: string; readonly ownKey: boolean; readonly lastUse: LastUse },
  now: number,
  signal: AbortSignal,
): Promise<QuietPlan> {
  const { accessKeyId, ownKey, lastUse } = key;
  if (trail === null) return planned(null, unknown('no connection may read CloudTrail there', now));
  const question = { accessKeyId, since: now - GAPS_OVER_MS, now, priority: 'people', ownKey } as const;
  const { use, times } = await readKeyCalls(trail, question, signal);
  if (!use.completeTo.known) return planned(use, unknown(use.completeTo.why, now));
  const shown = times.reduce((latest, at) => Math.max(latest, at), 0);
  if (lastUse.kind === 'unknown') return planned(use, unknown(`last use: ${lastUse.why}`, now));
  const recent = lastUse.kind === 'used' && lastUse.at >= question.since;
  if (recent && lastUse.at > shown + USE_GRANULARITY_MS && lastUse.at < now - SETTLE_MS) {
    const why = `AWS recorded a use of ${lastUse.service ?? 'a service'} that CloudTrail's history does not show`;
    return planned(use, unknown(why, now));
  }
  // Silent up to now is a gap, too, only where it was used at all.
  return planned(use, known(times.length === 0 ? 0 : longestGap(times, now), now));
}

function planned(use: KeyUse | null, gap: Known<number>): QuietPlan {
  const quietMs = quietWindow(gap);
  if (!gap.known) {
    return {
      use,
      quietMs,
      quietWhy: `Its use is not all known (${gap.why}): the longest window, ${spanWords(MAX_QUIET_MS)}, holds.`,
    };
  }
  const quietWhy =
    gap.value === 0
      ? 'CloudTrail shows no call with it in 90 days: the shortest window holds.'
      : `One and a half times its longest silence in 90 days (${spanWords(gap.value)}), 24 hours at least.`;
  return { use, quietMs, quietWhy };
}
