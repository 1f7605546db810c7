import { continued, lasting, over } from '../../domain/watch.ts';
import { partitionOfRegion } from '../../domain/partition.ts';
import { UNTRIED, type QueueState, type TrailFile, type TrailQueue } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { EventQueue, QueueFacts, QueueMessage } from '../../ports/trail-queue.ts';
import type { Write } from '../../ports/stores.ts';
import { readAnnouncement, readFileName } from '../../watch/notifications.ts';
import { WATCH_JOB } from '../watch-job.ts';
import { isTrouble, troubleWords } from '../inventory/trouble.ts';
import { isOfFiles, tellOfQueue } from './look-at-queue.ts';
import { isOfOthers, otherWords, speaksOf, wasProven } from './whose-queue.ts';
import { Sources } from './sources.ts';
import { sortOut, type Sorted } from './sort-out.ts';
import { watchedOf } from './watched-of.ts';

/** How long one run listens before it leaves the rest to the next. */
const LISTEN_MS = 60_000;
export const QUEUE_RUN_MS = LISTEN_MS + 4 * 60_000;
/** Longer than a batch is written: whoever died with messages in hand gives them back after this. */
const HIDDEN_SECONDS = 120;
/** A message that is not understood is set aside at its nth receive, where the queue does not move it elsewhere itself. */
const MOST_RECEIVES = 5;
const MOST_ODD = 100;
/** A queue that seems to be somebody else's is looked at so seldom: each receive may count for its redrive policy. */
const OTHERS_AGAIN_MS = 10 * 60_000;

/**
 * Takes in what a queue announces until it is empty: each message's files become rows in one batch, then the message is
 * deleted; whoever watches an account takes its rows from there. What a process leaves half done comes again.
 * @throws the signal's reason; RekeyError when the database does not answer.
 */
export async function hearQueue(services: Services, queueId: string, signal: AbortSignal): Promise<void> {
  const { stores, clock, log } = services;
  const queue = await stores.watch.queues.byId(queueId);
  if (queue === null) return;
  const sources = new Sources(services);
  const hearing = new Hearing(services, queue);
  try {
    if (hearing.isTurn()) {
      await listen(hearing, await sources.queue(queue), clock.now() + LISTEN_MS, signal);
    }
    const endsAt = clock.now() + LISTEN_MS;
    await sortOut(services, hearing.queue, sources, hearing, { endsAt, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!isTrouble(error)) throw error;
    log.warn('a queue could not be read', { queueId, error });
    await hearing.failed(error, sources);
  }
  // Somebody changed or removed it: whoever comes next sees it as it is.
  if (hearing.isOurs) await tellOfQueue(services, hearing.queue, signal);
}

async function listen(
  hearing: Hearing,
  source: EventQueue,
  endsAt: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = hearing.services;
  if (!(await hearing.canKeep())) return;
  for (;;) {
    signal.throwIfAborted();
    const begun = clock.now();
    const messages = await source.receive(HIDDEN_SECONDS, signal);
    if (messages.length > 0) {
      if (!(await hearing.take(messages, source, signal))) return;
    } else {
      const facts = await source.facts(signal);
      if (!(await hearing.foundEmpty(facts, begun)) || facts.visible === 0) return;
    }
    if (clock.now() >= endsAt) {
      await hearing.looked(await source.facts(signal));
      return;
    }
  }
}

/** One run over a queue, with its row as this process knows it. */
class Hearing implements Sorted {
  readonly services: Services;
  queue: TrailQueue;
  /** False once somebody else changed the row. */
  isOurs = true;
  /** Messages were taken in and deleted. */
  #served = false;

  constructor(services: Services, queue: TrailQueue) {
    this.services = services;
    this.queue = queue;
  }

  /** Whether it is time to receive: others may read what is in a queue that never brought a file of the bucket. */
  isTurn(): boolean {
    const { trouble, odd } = this.queue.state;
    const now = this.services.clock.now();
    if (trouble === null || lasting(trouble) === null || !isOfOthers(trouble)) return true;
    return !odd.some(({ at }) => at <= now && now - at < OTHERS_AGAIN_MS);
  }

  /**
   * Whether anything can be written, which is asked before a message is received: each receive counts for the queue's
   * redrive policy, and a database that is full for minutes would have all of them moved elsewhere, unread.
   */
  canKeep(): Promise<boolean> {
    return this.#write({});
  }

  /** Keeps what messages announce, then deletes them; false when the row was changed meanwhile. */
  async take(messages: readonly QueueMessage[], source: EventQueue, signal: AbortSignal): Promise<boolean> {
    const { services, queue } = this;
    const { clock, jobs, log } = services;
    const now = clock.now();
    const read = messages.map((message) => ({ message, announced: readAnnouncement(message.body) }));
    const named = read.flatMap(({ message, announced }) =>
      announced.ok ? announced.files.map((file) => ({ ...file, at: message.sentAt })) : [],
    );
    const ours = named.flatMap((file) => {
      const name = file.bucket === queue.bucket ? readFileName(file.key) : null;
      if (name === null || name.kind === 'other') return [];
      const { accountId, region } = name.kind === 'events' ? name : { accountId: '', region: '' };
      const { bucket, key, at } = file;
      // Anybody may write into a queue that is open: of another partition it cannot be.
      const isLikely = file.region !== null && partitionOfRegion(file.region) === queue.partition;
      const bucketRegion = isLikely ? file.region : null;
      return [{ bucket, key, accountId, region, bucketRegion, arrivedAt: at }];
    });
    const accounts = [...new Set(ours.flatMap(({ accountId }) => (accountId === '' ? [] : [accountId])))];
    const watched = await watchedOf(services, accounts);
    const wanted = ours.filter(({ accountId }) => accountId === '' || watched.includes(accountId));
    const isProven = wasProven(queue) || read.some(({ announced }) => speaksOf(announced, queue.bucket));
    if (!isProven) return this.#leave(messages, otherWords(read, queue.bucket));
    const odd = read.flatMap(({ message, announced }) =>
      announced.ok ? [] : [{ message, why: announced.why }],
    );
    const given = odd.filter(
      ({ message }) => queue.state.redriveAfter === null && message.receives >= MOST_RECEIVES,
    );
    const rows = [
      ...wanted.map((file) => waiting(queue.id, file, now)),
      ...given.map(({ message, why }) => asideMessage(queue.id, message, why, now)),
    ];
    const [worst] = odd;
    const { redriveAfter, lostAt } = queue.state;
    // Either way it does not come again.
    const lost = odd.filter(
      ({ message }) =>
        given.some((each) => each.message === message) ||
        (redriveAfter !== null && message.receives >= redriveAfter),
    );
    const state: Partial<QueueState> = {
      // Files of others, or nothing but words, do not show that ours would come.
      ...(wanted.length > 0 ? { heardAt: now } : {}),
      oldestSentAt: Math.min(...messages.map(({ sentAt }) => sentAt)),
      files: queue.state.files + wanted.length,
      strangers: queue.state.strangers + ours.length - wanted.length,
      ignored: queue.state.ignored + named.length - ours.length,
      odd: [
        ...this.#stillOdd(now).filter(({ id }) => !odd.some(({ message }) => message.id === id)),
        ...odd.filter((each) => !given.includes(each)).map(({ message }) => ({ id: message.id, at: now })),
      ].slice(-MOST_ODD),
      ...(worst === undefined
        ? {}
        : { asideAt: now, asideWhy: `A message was not understood: ${worst.why}.` }),
      aside: queue.state.aside + given.length,
      lostAt: latest(lostAt, ...lost.map(({ message }) => message.sentAt)),
    };
    if (!(await this.#write(state, rows))) return false;
    const kept = new Set(odd.filter((each) => !given.includes(each)).map(({ message }) => message));
    const failed = await source.remove(
      messages.filter((message) => !kept.has(message)),
      signal,
    );
    this.#served ||= failed.length < messages.length - kept.size;
    if (failed.length > 0)
      log.info('messages could not be deleted, and come again', { count: failed.length });
    for (const accountId of watched) await jobs.enqueue(WATCH_JOB, accountId);
    return true;
  }

  /**
   * Leaves messages where they are, as long as nothing shows that the queue is the bucket's: they may be another
   * application's. Always false: no more of them are received.
   */
  async #leave(messages: readonly QueueMessage[], why: string): Promise<false> {
    const now = this.services.clock.now();
    const { state } = this.queue;
    const odd = [
      ...this.#stillOdd(now).filter(({ id }) => !messages.some((message) => message.id === id)),
      ...messages.map(({ id }) => ({ id, at: now })),
    ].slice(-MOST_ODD);
    const before = state.trouble === null || lasting(state.trouble) === null ? null : state.trouble;
    await this.#write({ odd, trouble: continued(before, why, now) });
    return false;
  }

  /** The queue gave nothing: all that was sent before is taken in, unless somebody has messages in hand. */
  async foundEmpty(facts: QueueFacts, begun: number): Promise<boolean> {
    const now = this.services.clock.now();
    const odd = this.#stillOdd(now);
    const isDrained = facts.visible === 0 && facts.delayed === 0 && facts.inFlight <= odd.length;
    return this.looked(facts, isDrained ? { drainedAt: begun, oldestSentAt: null, odd } : { odd });
  }

  async looked(facts: QueueFacts, more: Partial<QueueState> = {}): Promise<boolean> {
    const depth = facts.visible + facts.inFlight + facts.delayed;
    const before = this.queue.state.trouble;
    // An empty answer proves little while messages that could not be deleted are hidden.
    const works = this.#served || more.drainedAt !== undefined;
    const isOthers = before !== null && isOfOthers(before) && !wasProven(this.queue);
    const stays = before !== null && (isOfFiles(before) || isOthers || !works);
    const trouble = stays ? before : over(before, 'What was announced meanwhile is taken in.');
    return this.#write({ depth, redriveAfter: facts.redriveAfter, trouble, ...more });
  }

  async failed(error: AwsFailure | RekeyError, sources: Sources): Promise<void> {
    const { services, queue } = this;
    const connection = await services.stores.connections.byId(queue.connectionId);
    if (connection !== null) sources.forget(connection, error);
    const why =
      error instanceof AwsFailure && connection !== null
        ? queueWords(error, troubleWords(error, connection))
        : `${error.message}${error instanceof RekeyError && error.next !== undefined ? ` ${error.next}` : ''}`;
    await this.#write({ trouble: continued(queue.state.trouble, why, services.clock.now()) });
  }

  lost(file: TrailFile, write: Write): Promise<boolean> {
    return this.#write({ lostAt: latest(this.queue.state.lostAt, file.arrivedAt) }, [], [write]);
  }

  ignored(write: Write): Promise<boolean> {
    const { files, ignored } = this.queue.state;
    return this.#write({ files: Math.max(0, files - 1), ignored: ignored + 1 }, [], [write]);
  }

  #stillOdd(now: number): QueueState['odd'] {
    return this.queue.state.odd.filter(({ at }) => now - at < HIDDEN_SECONDS * 1_000 + 60_000);
  }

  async #write(
    state: Partial<QueueState>,
    rows: readonly TrailFile[] = [],
    writes: readonly Write[] = [],
  ): Promise<boolean> {
    const { stores } = this.services;
    const { queues, files } = stores.watch;
    const version = this.queue.version + 1;
    const next = { ...this.queue, state: { ...this.queue.state, ...state }, version };
    this.isOurs = await writeIfUnchanged(this.services, [queues.update(next), files.put(rows), ...writes]);
    if (this.isOurs) this.queue = next;
    return this.isOurs;
  }
}

/** A queue that is gone is not a thing IAM would say. */
function queueWords(failure: AwsFailure, words: string): string {
  return failure.code === 'no_such_entity' ? 'There is no such queue any more.' : words;
}

/** The latest of what is known; null: nothing is. */
function latest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}

type Named = Pick<TrailFile, 'bucket' | 'key' | 'accountId' | 'region' | 'bucketRegion' | 'arrivedAt'>;

function waiting(queueId: string, named: Named, now: number): TrailFile {
  return { queueId, ...named, ...UNTRIED, nextAt: now };
}

/** What is no announcement leaves its id behind, and nothing of what it says. */
function asideMessage(queueId: string, { id, sentAt }: QueueMessage, why: string, now: number): TrailFile {
  return {
    queueId,
    bucket: '',
    key: `message ${id}`,
    accountId: '',
    region: '',
    bucketRegion: null,
    arrivedAt: sentAt,
    state: 'aside',
    tries: MOST_RECEIVES,
    failedAt: now,
    reason: `The message was not understood: ${why}.`,
    nextAt: now,
  };
}
