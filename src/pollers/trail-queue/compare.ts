import { RecordReader } from '../../detections/record.ts';
import type { RegionFeed } from '../../domain/watch.ts';
import { PAGE } from '../../watch/rhythm.ts';
import { DAY, HOUR } from '../../watch/spans.ts';
import { bucketOf, marksByFile, markOf } from '../../watch/seen.ts';
import type { Watching } from '../watch/watching.ts';
import type { Compared } from './feed.ts';

/** Where a page does not hold all of the time, pages at more places are looked at. */
const PLACES = [1 / 3, 2 / 3];
/** A trail may leave these out, since there are many; AWS offers to (CloudTrail user guide, "Excluding AWS KMS events"). */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
]);

/**
 * Holds what files brought of a region against the event history: of up to three pages of what was not compared yet (of
 * an hour, where files do not lead) up to `to`, which events no file brought.
 * @throws AwsFailure; the signal's reason
 */
export async function compare(
  watching: Watching,
  region: string,
  feed: RegionFeed,
  to: number,
): Promise<Compared> {
  const { services, account, signal } = watching;
  const { accountId } = account;
  // Where files do not lead, what is older was looked up; marks are kept for little more than a day.
  const from = Math.max(feed.agreedTo ?? feed.since, to - (feed.leads ? DAY : HOUR));
  if (from >= to) return { to, compared: 0, missing: 0 };
  const history = services.aws.eventHistory(await watching.credentials(), { accountId });
  const page = async (end: number): Promise<readonly string[]> => {
    for await (const events of history.pages(region, null, { from, to: end }, signal)) {
      return events.map(({ text }) => text);
    }
    return [];
  };
  const texts = [...(await page(to))];
  if (texts.length >= PAGE) {
    for (const place of PLACES) texts.push(...(await page(from + (to - from) * place)));
  }
  const name = marksByFile(region);
  const kept = await services.stores.watch.seen.read(accountId, name, bucketOf(from), bucketOf(to));
  const marks = new Set(kept.flatMap((bucket) => bucket.marks));
  const ids = new Set(texts.flatMap(idIn));
  const missing = [...ids].filter((id) => !marks.has(markOf(id))).length;
  return { to, compared: ids.size, missing };
}

const reader = new RecordReader(() => true);

/** What cannot be read cannot be compared: the reading itself tells of it. */
function idIn(text: string): readonly string[] {
  try {
    const event = reader.read(JSON.parse(text));
    return event === null || LEFT_OUT.has(event.call.action) ? [] : [event.id];
  } catch {
    return [];
  }
}
