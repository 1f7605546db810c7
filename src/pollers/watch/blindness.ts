import type { AccountWatch, RegionWatch, WatchTrouble } from '../../domain/watch.ts';
import { isByFilesAlone, isLearning, lasting, over, saidWhenOver } from '../../domain/watch.ts';
import { momentWords, spanWords } from '../../domain/time-words.ts';
import { alertWrites, wakeOutbox } from '../../handlers/alert.ts';
import type { Services } from '../../handlers/services.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Write } from '../../ports/stores.ts';
import { SETTLE } from '../../watch/rhythm.ts';
import { isSilent } from '../../watch/silence.ts';

/** Something that is not seen is told after so long: what mends itself sooner is no news. */
const TELL_AFTER = 30 * 60_000;
/** Reading that is further behind than this, beyond what its rhythm explains, is trouble. */
export const BEHIND = 2 * 3_600_000;
/** An event that is further ahead of our clock than this shows that the clock is slow. */
const SLOW_CLOCK = 5 * 60_000;
/** Events that could not be read are over when none came for a day. */
const READABLE_AFTER = 24 * 3_600_000;

/** What is to be told, and what to do or to know. */
export interface Told {
  readonly text: string;
  readonly next: string;
}

interface Telling {
  readonly account: AccountWatch;
  readonly what: readonly Told[];
}

/**
 * Puts into `what` that a trouble began, once it has lasted for a while, and that it is over; each once. Answers the
 * trouble with that noted; null: there is none any more.
 */
export function tellOnce(what: Told[], now: number) {
  return (
    trouble: WatchTrouble | null,
    begins: (why: string, since: string) => Told,
    ends: string,
  ): WatchTrouble | null => {
    if (trouble === null) return null;
    const said = saidWhenOver(trouble);
    if (said !== null) {
      what.push({ text: ends, next: said });
      return null;
    }
    if (trouble.toldAt !== null || now - trouble.since < TELL_AFTER) return trouble;
    what.push(begins(trouble.why, momentWords(trouble.since)));
    return { ...trouble, toldAt: now };
  };
}

/**
 * Compares what an account's watch cannot see with what was told of it: the row with what is to be told now, and the
 * words. Says once that something is not seen, and once that it is again.
 */
export function blindness(account: AccountWatch, name: string, now: number): Telling {
  const what: Told[] = [];
  const check = tellOnce(what, now);
  const trouble = check(
    account.trouble,
    (why, since) =>
      account.trouble !== null && isByFilesAlone(account.trouble)
        ? {
            text: `Rekey sees of ${name} only what the files of its trail bring, since ${since}.`,
            next: `${why} Whether they bring everything cannot be checked, and nothing from before was learned. Type \`/aws-test\` to see what is missing.`,
          }
        : {
            text: `Rekey does not see what happens in ${name} since ${since}.`,
            next: `${why} Type \`/aws-test\` to see what is missing; nothing done with its keys raises an alarm until this is mended.`,
          },
    `Rekey sees again what happens in ${name}.`,
  );
  const listTrouble = check(
    account.listTrouble,
    (why, since) => ({
      text: `Rekey does not know which regions ${name} has enabled, since ${since}.`,
      next: `${why} Regions in which AWS shows no use of a key are not watched.`,
    }),
    `Rekey knows the regions of ${name} again.`,
  );
  const regions = account.regions.map((region): RegionWatch => {
    const lost = region.lost;
    if (lost !== null) {
      what.push({
        text: `What happened in ${name} (${region.region}) from ${momentWords(lost.from)} to ${momentWords(lost.to)} was never read.`,
        next: 'Nobody watched for so long that CloudTrail no longer keeps it: 90 days. A trail in S3 may still have it; `npm run replay` reads its files.',
      });
    }
    const next = { ...region, lost: null };
    next.unreadableTrouble = check(
      region.unreadableTrouble,
      (why, since) => ({
        text: `Events of ${name}, region ${region.region}, cannot be read since ${since}.`,
        next: `${why} What they tell is not judged.`,
      }),
      `For a day, all events of ${name}, region ${region.region}, could be read.`,
    );
    return next;
  });
  const seen = blindRegions(regions, name, now);
  return {
    account: { ...account, trouble, listTrouble, regions: seen.regions },
    what: [...what, ...seen.what],
  };
}

/** The same of single regions: those of which the same is to be said are told in one message. */
function blindRegions(
  regions: readonly RegionWatch[],
  name: string,
  now: number,
): { readonly regions: readonly RegionWatch[]; readonly what: readonly Told[] } {
  const what: Told[] = [];
  const untold = (region: RegionWatch): WatchTrouble | null => {
    const trouble = lasting(region.trouble);
    return trouble === null || trouble.toldAt !== null ? null : trouble;
  };
  const isTime = regions.some((region) => now - (untold(region)?.since ?? now) >= TELL_AFTER);
  // What began a little later is told along: one message instead of twenty.
  const begins = regions.filter((region) => isTime && now - (untold(region)?.since ?? now) >= TELL_AFTER / 2);
  const ends = regions.filter(({ trouble }) => trouble !== null && saidWhenOver(trouble) !== null);
  for (const [why, alike] of groupedBy(begins, ({ trouble }) => trouble?.why ?? '')) {
    const since = Math.min(...alike.map(({ trouble }) => trouble?.since ?? now));
    const complete = Math.min(...alike.map(({ completeTo }) => completeTo));
    what.push({
      text: `Rekey does not see what happens in ${name}, ${regionWords(alike)}, since ${momentWords(since)}.`,
      next: `${why} What is known is complete to ${momentWords(complete)}.`,
    });
  }
  for (const [said, alike] of groupedBy(ends, ({ trouble }) => trouble?.why ?? '')) {
    what.push({
      text: `Rekey sees again what happens in ${name}, ${regionWords(alike)}.`,
      next: saidWhenOver({ why: said, since: now, toldAt: now }) ?? said,
    });
  }
  return {
    regions: regions.map((region) => {
      if (ends.includes(region)) return { ...region, trouble: null };
      const { trouble } = region;
      return trouble !== null && begins.includes(region)
        ? { ...region, trouble: { ...trouble, toldAt: now } }
        : region;
    }),
    what,
  };
}

function groupedBy(
  regions: readonly RegionWatch[],
  by: (region: RegionWatch) => string,
): Map<string, RegionWatch[]> {
  const groups = new Map<string, RegionWatch[]>();
  for (const region of regions) groups.set(by(region), [...(groups.get(by(region)) ?? []), region]);
  return groups;
}

/** `region us-east-1`, or how many there are, and which. */
function regionWords(regions: readonly RegionWatch[]): string {
  const names = regions.map(({ region }) => region);
  return names.length === 1 ? `region ${names[0] ?? ''}` : `${names.length} regions (${names.join(', ')})`;
}

/** A region that goes on reading but does not get there, and events that cannot be read: trouble found by looking. */
export function withSymptoms(region: RegionWatch, now: number): RegionWatch {
  const { unreadable, unreadableAt, unreadableTrouble } = region;
  const recent = unreadableAt !== null && now - unreadableAt < READABLE_AFTER;
  const odd: WatchTrouble | null = recent
    ? {
        why: `${unreadable} so far are no records of CloudTrail.`,
        since: lasting(unreadableTrouble)?.since ?? unreadableAt,
        toldAt: lasting(unreadableTrouble)?.toldAt ?? null,
      }
    : over(unreadableTrouble, 'Nothing is left to do.');
  return { ...region, unreadableTrouble: odd, trouble: region.trouble ?? symptomOf(region, now) };
}

/** What shows that a region is not seen although it can be read; null: nothing does. */
export function symptomOf(region: RegionWatch, now: number): WatchTrouble | null {
  const { readTo, settledTo, newestAt, unseenCallAt } = region;
  if (isLearning(region)) return null;
  if (isSilent(region)) {
    const since = Math.min(newestAt ?? now, unseenCallAt ?? now, now);
    const why =
      'CloudTrail shows nothing that happened since, not even Rekey’s own look-ups: its event history is late, or the clock of Rekey’s host is fast.';
    return { why, since, toldAt: null };
  }
  if (newestAt !== null && newestAt - now > SLOW_CLOCK) {
    const why = `CloudTrail shows events that are ${spanWords(newestAt - now)} ahead of the clock of Rekey’s host, which must be slow: times are wrong until it is set.`;
    return { why, since: now, toldAt: null };
  }
  const behind = Math.max(now - readTo, now - settledTo - SETTLE);
  return behind > BEHIND
    ? { why: `Reading is ${spanWords(behind)} behind.`, since: now, toldAt: null }
    : null;
}

/** The writes that tell it in the account's alert channel. */
export async function tellBlindness(
  services: Services,
  place: NoticePlace | undefined,
  what: readonly Told[],
): Promise<Write[]> {
  if (place === undefined) return [];
  const writes: Write[] = [];
  for (const { text, next } of what) {
    const told = await alertWrites(services, {
      target: place,
      message: services.presenter.alarmMessage(text, next),
      correlationId: services.log.correlationId() ?? services.ids.next(),
    });
    writes.push(...told.writes);
  }
  return writes;
}

/** Tells what is due of an account nobody holds at this moment, by compare-and-swap. */
export async function tellOf(
  services: Services,
  account: AccountWatch,
  name: string,
  place: NoticePlace | undefined,
): Promise<void> {
  const { stores, clock } = services;
  const told = blindness(account, name, clock.now());
  if (told.what.length === 0 && JSON.stringify(told.account) === JSON.stringify(account)) return;
  const writes = await tellBlindness(services, place, told.what);
  await stores.atomically([
    stores.watch.accounts.update({ ...told.account, version: account.version + 1 }),
    ...writes,
  ]);
  if (writes.length > 0) await wakeOutbox(services);
}
