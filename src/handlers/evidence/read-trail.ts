import type { EvidenceCoverage, RegionRead } from '../../evidence/document.ts';
import type { EvidenceQuestion } from '../../evidence/credential.ts';
import { MOST_CREDENTIALS, Trace } from '../../evidence/trace.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { counted } from '../../domain/time-words.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { EventHistory } from '../../ports/trail.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { isPassing } from '../containments/effects.ts';
import { signersFor } from '../containments/hands.ts';
import { answerOf } from '../key-policy.ts';
import type { Services } from '../services.ts';
import type { EvidenceAbout } from './about.ts';

/** Pages of 50 events for one question in one region; what is beyond makes the answer incomplete. */
const PAGES = 200;
/** What is not read by then is said to be missing; one look-up a second and region goes out; ms. */
const LONGEST_MS = 15 * 60_000;
/** No two looks at the time are further apart, as a rule; ms. */
const LOOK_MS = 2 * 60_000;
/** A question that AWS did not answer is asked again, so often and after so long; ms. */
const TRIES = 3;
const AGAIN_MS = 5_000;

export interface TrailRead {
  readonly trace: Trace;
  readonly coverage: EvidenceCoverage;
}

/** Told as it goes: who is followed, how many records came, how many questions are left. */
export type OnProgress = (words: string) => Promise<void>;

interface Region {
  readonly region: string;
  pages: number;
  records: number;
  readonly gaps: string[];
}

/**
 * Reads the event history of every enabled region for a key, then for the sessions and keys it made, and so on, behind
 * people in the account's pace of look-ups. What could not be read is told, and nothing is taken for absent. Throws the
 * AwsFailure or `needs_person` when nothing at all can be read.
 */
export async function readTrail(
  services: Services,
  about: EvidenceAbout,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<TrailRead> {
  const { clock } = services;
  const to = clock.now();
  const { history, names, gap } = await openFirst(services, about, signal);
  const trace = new Trace(about);
  const regions = names.map((region): Region => ({ region, pages: 0, records: 0, gaps: [] }));
  const gaps: string[] = gap === null ? [] : [gap];
  const time = timeFor(clock, LONGEST_MS);
  const asked = { history, trace, window: { from: about.from, to }, time };
  for (let round = 1; ; round += 1) {
    const questions = trace.questions();
    if (questions.length === 0) break;
    if (time.isOver()) {
      gaps.push(
        `${counted(questions.length, 'credential')} of those it made could not be read in ${LONGEST_MS / 60_000} minutes`,
      );
      break;
    }
    const progress = async (): Promise<void> => {
      time.isOver();
      await onProgress(
        `${counted(regions.length, 'region')}, round ${round}: ${counted(trace.credentials().length, 'credential')} followed, ${counted(
          regions.reduce((sum, each) => sum + each.records, 0),
          'record',
        )} read so far.`,
      );
    };
    await Promise.all(
      regions.map((region) => readRegion(services, asked, region, questions, progress, signal)),
    );
  }
  const left = trace.left();
  if (left.credentials > 0)
    gaps.push(
      `it made more than ${MOST_CREDENTIALS} sessions, keys and users: ${left.credentials} were not followed`,
    );
  if (left.events > 0) gaps.push(`there were too many events to hold: ${left.events} were left out`);
  if (left.unread > 0) gaps.push(`${counted(left.unread, 'record')} could not be read`);
  for (const { region, gaps: missing } of regions) gaps.push(...missing.map((why) => `${region}: ${why}`));
  return {
    trace,
    coverage: {
      from: about.from,
      to,
      completeTo: gaps.length === 0 ? Math.max(about.from, to - SETTLE_MS) : null,
      gaps,
      regions: regions satisfies readonly RegionRead[],
    },
  };
}

/** Whether a time is over, asked again and again. */
interface TimeLeft {
  readonly isOver: () => boolean;
}

/** What passes between two looks counts for no more than a look may take: a clock that was set steps further. */
function timeFor(clock: Services['clock'], ms: number): TimeLeft {
  let spent = 0;
  let last = clock.now();
  return {
    isOver() {
      const now = clock.now();
      spent += Math.min(Math.max(0, now - last), LOOK_MS);
      last = now;
      return spent >= ms;
    },
  };
}

/** What is read, where it goes, and of which time; ms. */
interface Reading {
  readonly history: EventHistory;
  readonly trace: Trace;
  readonly window: { readonly from: number; readonly to: number };
}

async function readRegion(
  { clock }: Pick<Services, 'clock'>,
  { time, ...reading }: Reading & { readonly time: TimeLeft },
  into: Region,
  questions: readonly EvidenceQuestion[],
  progress: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (const question of questions) {
    if (time.isOver()) {
      into.gaps.push('there was no time for all of it');
      return;
    }
    const before = { pages: 0 };
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          await readQuestion(reading, { into, before }, question, progress, signal);
          break;
        } catch (error) {
          // One answer that is lost among thousands must not cost a region.
          const isOver = tries === TRIES || time.isOver();
          if (!(error instanceof AwsFailure) || !isPassing(error) || isOver) throw error;
          await progress();
          await clock.sleep(tries * AGAIN_MS, signal);
        }
      }
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      into.gaps.push(whyOf(error));
      // What one question met, the next would meet, too; others may still be answered.
      if (error.code !== 'invalid_request') return;
    }
  }
}

/** `before`: how far an earlier try came, which began with the same pages. */
async function readQuestion(
  { history, trace, window }: Reading,
  { into, before }: { readonly into: Region; readonly before: { pages: number } },
  question: EvidenceQuestion,
  progress: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let pages = 0;
  for await (const page of history.pages(into.region, question, window, signal)) {
    if (pages === PAGES) {
      into.gaps.push(`${question.value.slice(0, 128)} has more events than were read`);
      break;
    }
    pages += 1;
    const isAgain = pages <= before.pages;
    if (!isAgain) {
      before.pages = pages;
      into.pages += 1;
      into.records += page.length;
    }
    for (const { text } of page) trace.take(parsed(text), text.length, isAgain);
    // A busy key has hundreds of pages, one a second: whoever gathers says that it lives.
    await progress();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The event history and the regions, by the first connection that may read them. */
async function openFirst(
  services: Services,
  about: EvidenceAbout,
  signal: AbortSignal,
): Promise<{
  readonly history: EventHistory;
  readonly names: readonly string[];
  readonly gap: string | null;
}> {
  const { aws, stores } = services;
  let first: AwsFailure | RekeyError | null = null;
  for (const connection of await readers(services, about)) {
    try {
      const credentials = await credentialsOf(services, connection);
      const history = aws.eventHistory(credentials, connection);
      try {
        const names = await aws.trail(credentials, connection).enabledRegions(signal);
        return { history, names, gap: null };
      } catch (error) {
        if (!(error instanceof AwsFailure)) throw error;
        first ??= error;
        // The watcher may know them from before.
        const watched = (await stores.watch.accounts.byId(about.accountId))?.regions ?? [];
        const gap = `the enabled regions could not be listed (${whyOf(error)}): those that were known were read`;
        if (watched.length > 0 && error.code === 'denied_by_policy') {
          return { history, names: watched.map(({ region }) => region), gap };
        }
      }
    } catch (error) {
      if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
      first ??= error;
    }
  }
  throw (
    first ??
    new RekeyError('needs_person', `No connection of the account ${about.accountId} may read CloudTrail.`, {
      next: 'An admin connects it with the capability watch; `/aws-test` shows what is missing.',
    })
  );
}

/** Whoever may read, those that do not sign as the user first: it may be denied everything. */
async function readers(services: Services, about: EvidenceAbout): Promise<readonly Connection[]> {
  const { accountId, containments, userName, subjects } = about;
  const contained = containments.at(-1);
  const target = contained ?? {
    accountId,
    userName,
    userId: null,
    userArn: null,
    holders: [],
    keys: subjects.map((accessKeyId) => ({ accessKeyId, before: 'unread' as const })),
  };
  const { able, same } = await signersFor(services, { ...target, accountId }, 'watch');
  return [...able, ...same].filter((each) => answerOf(each, 'watch') !== 'no');
}

function whyOf({ action, code }: AwsFailure): string {
  return `${action}: ${code.replaceAll('_', ' ')}`;
}
