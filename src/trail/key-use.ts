import { keyUseOf } from '../domain/key-use.ts';
import type { KeyUse } from '../domain/key-use.ts';
import { known, unknown } from '../domain/known.ts';
import { SETTLE_MS } from '../domain/settle.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Trail, TrailEvent } from '../ports/trail.ts';

/** 50 events each, one page a second: what a person waits for. Newest come first, so that the last use is among them. */
const PEOPLE_PAGES = 20;

export interface KeyQuestion {
  readonly accessKeyId: string;
  /** ms; no longer ago than CloudTrail's 90 days. */
  readonly since: number;
  readonly now: number;
  readonly priority: 'people' | 'watch';
  /** A key of one of our own connections. */
  readonly ownKey: boolean;
  /** The most pages of one region; what is beyond makes the answer incomplete. */
  readonly mostPages?: number;
}

interface RegionUse {
  readonly events: readonly TrailEvent[];
  /** Null: paged to the end. */
  readonly gap: string | null;
}

/** Who used a key, from the event history of every enabled region; what could not be read makes it incomplete. */
export async function readKeyUse(trail: Trail, question: KeyQuestion, signal: AbortSignal): Promise<KeyUse> {
  return (await readKeyCalls(trail, question, signal)).use;
}

/** The same, with when each call was made; ms, in no order, each event once. */
export async function readKeyCalls(
  trail: Trail,
  question: KeyQuestion,
  signal: AbortSignal,
): Promise<{ readonly use: KeyUse; readonly times: readonly number[] }> {
  const { accessKeyId, since, now, ownKey } = question;
  const regions = await regionsOf(trail, signal);
  if ('gap' in regions) {
    return { use: keyUseOf(accessKeyId, since, unknown(regions.gap, now), [], ownKey), times: [] };
  }
  const all = await Promise.all(regions.names.map((region) => readRegion(trail, region, question, signal)));
  const gaps = all.flatMap(({ gap }) => (gap === null ? [] : [gap]));
  const completeTo = gaps.length === 0 ? known(now - SETTLE_MS, now) : unknown(gaps.join('; '), now);
  const events = all.flatMap((region) => region.events);
  const times = new Map(events.map(({ eventId, eventTime }) => [eventId, eventTime]));
  return { use: keyUseOf(accessKeyId, since, completeTo, events, ownKey), times: [...times.values()] };
}

async function regionsOf(
  trail: Trail,
  signal: AbortSignal,
): Promise<{ readonly names: readonly string[] } | { readonly gap: string }> {
  try {
    return { names: await trail.enabledRegions(signal) };
  } catch (error) {
    return { gap: `the enabled regions are not known: ${codeOf(error)}` };
  }
}

async function readRegion(
  trail: Trail,
  region: string,
  { accessKeyId, since, now, priority, mostPages = PEOPLE_PAGES }: KeyQuestion,
  signal: AbortSignal,
): Promise<RegionUse> {
  const events: TrailEvent[] = [];
  let pages = 0;
  try {
    const asked = { by: 'AccessKeyId', value: accessKeyId } as const;
    for await (const page of trail.lookUp(region, asked, { from: since, to: now }, priority, signal)) {
      if (pages === mostPages) return { events, gap: `${region} has more events than were read` };
      pages += 1;
      events.push(...page);
    }
    return { events, gap: null };
  } catch (error) {
    return { events, gap: `${region} could not be read: ${codeOf(error)}` };
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof AwsFailure)) throw error;
  return error.code.replaceAll('_', ' ');
}
