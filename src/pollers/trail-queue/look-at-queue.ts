import { isDeepStrictEqual } from 'node:util';
import type { TrailQueue } from '../../domain/trail-queue.ts';
import { counted, momentWords } from '../../domain/time-words.ts';
import { continued, lasting, over, type WatchTrouble } from '../../domain/watch.ts';
import { wakeOutbox } from '../../handlers/alert.ts';
import { lookAccounts, namesOf } from '../../handlers/look-keys.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import type { FilesLeft } from '../../ports/trail-queue.ts';
import { placesOf } from '../reminders/places.ts';
import { tellBlindness, tellOnce, type Told } from '../watch/blindness.ts';
import { NOT_EMPTY_FOR, SILENT_FOR } from './feed.ts';

/** What was set aside is over when nothing more was for a day. */
const ASIDE_LASTS = 24 * 60 * 60_000;
const NAMED_REGIONS = 5;

/** What is seen of a queue from outside. */
export interface QueueLook {
  readonly left: FilesLeft;
  /** Regions whose events the files did not bring, as `name region`. */
  readonly incomplete: readonly string[];
}

/** Looks at what a queue does not bring, and tells it in the alert channel when it is time, and when it is over. */
export async function tellOfQueue(services: Services, queue: TrailQueue, signal: AbortSignal): Promise<void> {
  const { stores, clock } = services;
  signal.throwIfAborted();
  const now = clock.now();
  const look = {
    left: await stores.watch.files.left(queue.id, now),
    incomplete: await incomplete(services, queue),
  };
  const told = queueBlindness(withSymptoms(queue, look, now), now);
  if (told.what.length === 0 && isDeepStrictEqual(told.queue.state, queue.state)) return;
  const connection = await stores.connections.byId(queue.connectionId);
  const [place] = (await placesOf(services, connection ?? { alertChannel: null })).own;
  const writes = await tellBlindness(services, place, told.what);
  const next = { ...told.queue, version: queue.version + 1 };
  const isWritten = await writeIfUnchanged(services, [stores.watch.queues.update(next), ...writes]);
  if (isWritten && writes.length > 0) await wakeOutbox(services);
}

async function incomplete(services: Services, queue: TrailQueue): Promise<string[]> {
  const accounts = await services.stores.watch.accounts.list();
  const lacking = accounts.flatMap(({ accountId, regions }) =>
    regions
      .filter(({ feed }) => feed !== null && feed.queueId === queue.id && feed.missing > 0)
      .map(({ region, feed }) => ({ accountId, region, feed })),
  );
  if (lacking.length === 0) return [];
  const names = namesOf(await lookAccounts(services));
  return lacking.map(
    ({ accountId, region, feed }) =>
      `${names.get(accountId) ?? accountId} ${region} (${feed?.missing ?? 0} of ${feed?.compared ?? 0} events)`,
  );
}

/** The queue with the troubles that only looking shows: it grows, it is silent or incomplete, something was set aside. */
export function withSymptoms(queue: TrailQueue, look: QueueLook, now: number): TrailQueue {
  const { state } = queue;
  const { failing, aside } = look.left;
  const hears = lasting(state.trouble) === null;
  const trouble =
    failing !== null && hears
      ? continued(lasting(state.trouble), `Its files cannot be read. ${failing.reason ?? ''}`.trim(), now)
      : state.trouble;
  const asideAt = state.asideAt !== null && now - state.asideAt < ASIDE_LASTS ? state.asideAt : null;
  return {
    ...queue,
    state: {
      ...state,
      aside,
      trouble:
        trouble !== null && failing === null && isOfFiles(trouble) ? over(trouble, FILES_AGAIN) : trouble,
      // While it cannot be read at all, nothing else can be told of it.
      behind: hears
        ? symptom(state.behind, behindWords(queue, look, now), now, 'It was found empty again.')
        : state.behind,
      gaps: hears
        ? symptom(state.gaps, gapWords(queue, look, now), now, 'What its files bring is complete again.')
        : state.gaps,
      asideTrouble:
        aside > 0 || asideAt !== null
          ? symptom(state.asideTrouble, asideWords(queue, aside), now, '')
          : symptom(
              state.asideTrouble,
              null,
              now,
              'Nothing more was set aside for a day, and nothing is left.',
            ),
    },
  };
}

const FILES_AGAIN = 'Its files can be read again.';

/** Trouble with files, not with the queue. */
export function isOfFiles({ why }: WatchTrouble): boolean {
  return why.startsWith('Its files cannot be read.');
}

function symptom(
  before: WatchTrouble | null,
  why: string | null,
  now: number,
  ends: string,
): WatchTrouble | null {
  return why === null ? over(before, ends) : continued(before === null ? null : lasting(before), why, now);
}

function behindWords({ state, setAt }: TrailQueue, { left }: QueueLook, now: number): string | null {
  const emptyAt = state.drainedAt ?? setAt;
  const isBehind = now - emptyAt > NOT_EMPTY_FOR / 2;
  const isSlow = left.oldestDueAt !== null && now - left.oldestDueAt > NOT_EMPTY_FOR;
  if (!isBehind && !isSlow) return null;
  const oldest = state.oldestSentAt ?? left.oldestDueAt;
  return [
    ...(isBehind ? [`About ${counted(state.depth ?? 0, 'message')} wait in it.`] : []),
    ...(left.waiting > 0 ? [`${counted(left.waiting, 'file')} wait to be read.`] : []),
    ...(oldest === null ? [] : [`The oldest is from ${momentWords(oldest)}.`]),
  ].join(' ');
}

function gapWords({ state, setAt }: TrailQueue, { incomplete }: QueueLook, now: number): string | null {
  const heardAt = state.heardAt ?? setAt;
  if (now - heardAt > SILENT_FOR) {
    return `Nothing was announced since ${momentWords(heardAt)}, although reading the account alone makes events.`;
  }
  if (incomplete.length === 0) return null;
  const more = incomplete.length - NAMED_REGIONS;
  const named = incomplete.slice(0, NAMED_REGIONS).join(', ');
  return `CloudTrail's event history has events that no file brought: ${named}${more > 0 ? `, and ${counted(more, 'more region')}` : ''}.`;
}

function asideWords({ state }: TrailQueue, aside: number): string {
  const last = state.asideWhy === null ? '' : ` ${state.asideWhy}`;
  if (aside === 0) return `Messages are not understood, and left to the queue's own redrive policy.${last}`;
  return `${counted(aside, 'thing')} could not be read and ${aside === 1 ? 'was' : 'were'} set aside.${last}`;
}

interface Telling {
  readonly queue: TrailQueue;
  readonly what: readonly Told[];
}

/** Compares the troubles of a queue with what was told of them: each once when it lasts, and once when it is over. */
function queueBlindness(queue: TrailQueue, now: number): Telling {
  const what: Told[] = [];
  const name = `the trail queue ${queue.name} (${queue.region})`;
  const check = tellOnce(what, now);
  const { state } = queue;
  const { trouble, behind, gaps, asideTrouble } = state;
  return {
    what,
    queue: {
      ...queue,
      state: {
        ...state,
        trouble: check(
          trouble,
          (why, since) => ({
            text: `Rekey cannot read ${name} since ${since}.`,
            next: `${why} ${INSTEAD} *Check* under *Trail queues* in \`/aws-settings\` says what is missing.`,
          }),
          `Rekey reads ${name} again.`,
        ),
        behind: check(
          behind,
          (why, since) => ({
            text: `Rekey falls behind in ${name} since ${since}.`,
            next: `${why} ${INSTEAD}`,
          }),
          `Rekey has caught up with ${name}.`,
        ),
        gaps: check(
          gaps,
          (why, since) => ({
            text: `Not everything comes through ${name}, since ${since}.`,
            next: `${why} ${INSTEAD} See whether the trail is logging, in all regions and all management events, and whether its bucket still announces files to this queue.`,
          }),
          `Everything comes through ${name} again.`,
        ),
        asideTrouble: check(
          asideTrouble,
          (why, since) => ({
            text: `Something in ${name} cannot be read since ${since}.`,
            next: `${why} What events a file holds is looked up instead. *Trail queues* in \`/aws-settings\` lists what it was, and has *Read again*.`,
          }),
          `All that comes through ${name} could be read again.`,
        ),
      },
    },
  };
}

const INSTEAD = 'Meanwhile events are looked up in CloudTrail’s event history, as far as that goes.';
