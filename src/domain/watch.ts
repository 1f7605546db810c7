import type { Partition } from './partition.ts';

/** Why something is not seen, since when, and when that was told; null: not yet. Times are ms. */
export interface WatchTrouble {
  readonly why: string;
  readonly since: number;
  readonly toldAt: number | null;
  /** When all was well last, where that is asked for. */
  readonly goodAt?: number | undefined;
}

/** How a region is read: all its events, or those of each watched key. */
export type Way = 'window' | 'keys';

/** How a trail's files bring the events of a region. Times are ms. */
export interface RegionFeed {
  /** The queue that announces them. */
  readonly queueId: string;
  /** From here on files were taken in without a break. */
  readonly since: number;
  /** When this was last held against the event history; up to when the two agreed. Null: never. */
  readonly checkedAt: number | null;
  readonly agreedTo: number | null;
  /** Of the events that were compared, how many no file had brought. */
  readonly compared: number;
  readonly missing: number;
  /** The files are what the region is known by: events are no longer looked up. */
  readonly leads: boolean;
}

/** What is known of one region of a watched account. Times are ms; those of events are whole seconds. */
export interface RegionWatch {
  readonly region: string;
  /** Where reading began: nothing before is known. */
  readonly since: number;
  /** Up to here events are learned as normal, from here on they are judged. */
  readonly judgedFrom: number;
  /** Everything up to here that could be seen when it was read was taken in. */
  readonly readTo: number;
  /** Everything up to here was read when it was old enough to have appeared. */
  readonly settledTo: number;
  /** Everything up to here is known, late events aside that were not heard of yet. */
  readonly completeTo: number;
  /** How late events came in the last hours, beyond what is expected; 0 when none did. */
  readonly lateBy: number;
  readonly lateAt: number | null;
  /** Events an hour, as measured; null before anything was read. */
  readonly perHour: number | null;
  /** How old the newest event was that could be seen last: how long they take to appear at the least. */
  readonly lag: number;
  readonly way: Way;
  /** Calls of the last round in which each key was asked for; null: there was none. */
  readonly roundCalls: number | null;
  /** When the last round began; null: never. */
  readonly roundAt: number | null;
  /** A round was begun that has not come to the present yet. */
  readonly midRound: boolean;
  /** When it is to be read next. */
  readonly nextAt: number;
  /** When a longer part was last read again, for what came late; and where that goes on, while it is under way. */
  readonly deepAt: number;
  readonly deepFrom: number | null;
  /** The time of the newest event that was ever seen. */
  readonly newestAt: number | null;
  /** When Rekey asked there first without an event that shows it; null: never. */
  readonly unseenCallAt: number | null;
  /** When a key was last seen at work there; null: never. */
  readonly activeAt: number | null;
  /** Events taken in. */
  readonly events: number;
  /** Events that could not be parsed, and the last of them; told as trouble of its own. */
  readonly unreadable: number;
  readonly unreadableAt: number | null;
  readonly unreadableTrouble: WatchTrouble | null;
  readonly trouble: WatchTrouble | null;
  /** What could never be read, since CloudTrail keeps 90 days; null: nothing. */
  readonly lost: { readonly from: number; readonly to: number } | null;
  /** Null: no file of it came. */
  readonly feed: RegionFeed | null;
}

/** What is known of the watch of one account. */
export interface AccountWatch {
  readonly accountId: string;
  readonly partition: Partition;
  readonly since: number;
  readonly regions: readonly RegionWatch[];
  /** When the enabled regions were last listed, and why not. */
  readonly listedAt: number | null;
  readonly listTrouble: WatchTrouble | null;
  /** Why nothing of the account can be read. */
  readonly trouble: WatchTrouble | null;
  /** Names what was written of profiles and memory last; whoever holds an older copy reads it again. */
  readonly basis: string;
  readonly heldBy: string | null;
  readonly heldUntil: number;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
}

/** Trouble that is met again, or for the first time: what was told of it and when it began stay. */
export function continued(before: WatchTrouble | null, why: string, now: number): WatchTrouble {
  return { why, since: before?.since ?? now, toldAt: before?.toldAt ?? null };
}

const OVER = 'over: ';

/** Marks trouble as over, with what is to be said when it was told; what nobody heard of just goes. */
export function over(trouble: WatchTrouble | null, says: string): WatchTrouble | null {
  return trouble === null || trouble.toldAt === null ? null : { ...trouble, why: `${OVER}${says}` };
}

/** What is to be said now that trouble is over; null while it lasts. */
export function saidWhenOver({ why }: WatchTrouble): string | null {
  return why.startsWith(OVER) ? why.slice(OVER.length) : null;
}

/** The trouble that lasts, or null. */
export function lasting(trouble: WatchTrouble | null): WatchTrouble | null {
  return trouble === null || saidWhenOver(trouble) !== null ? null : trouble;
}

const BY_FILES = 'Only what the files of its trail bring is judged. ';

/** Why an account is known by files alone: what its connections lack to look events up. */
export function byFilesWords(lacking: string): string {
  return `${BY_FILES}${lacking}`;
}

/** True for trouble of an account whose events cannot be looked up, while files bring them. */
export function isByFilesAlone({ why }: WatchTrouble): boolean {
  return why.startsWith(BY_FILES);
}

/** Still taking history in: nothing is judged yet. */
export function isLearning({ readTo, judgedFrom }: RegionWatch): boolean {
  // Times are whole seconds: the last one to learn is the one before.
  return readTo < judgedFrom - 1_000;
}

/** How far learning is, from 0 to 1. */
export function learned(watch: RegionWatch): number {
  const { since, readTo, judgedFrom } = watch;
  if (!isLearning(watch)) return 1;
  return Math.min(1, Math.max(0, (readTo - since) / (judgedFrom - since)));
}

/** How the watch of an account stands: `blind` where something is not seen, `learning` where normal is taken in yet. */
export function watchState({
  trouble,
  listTrouble,
  regions,
}: Pick<AccountWatch, 'trouble' | 'listTrouble' | 'regions'>): 'watched' | 'learning' | 'blind' {
  const troubles = [trouble, listTrouble, ...regions.map((region) => region.trouble)];
  if (troubles.some((each) => lasting(each) !== null)) return 'blind';
  return regions.length === 0 || regions.some(isLearning) ? 'learning' : 'watched';
}
