import { Worker } from 'node:worker_threads';
import type { Batch, FilePart, FileSubject, Judged, Judges, Knowledge, OpenFile } from './ports/judges.ts';
import { ThreadEnded } from './ports/judges.ts';
import { UnreadableFile } from './ports/trail-queue.ts';
import type { Log } from './ports/world.ts';
import type { FromWorker, ToWorker } from './watch-worker.ts';

/** What one thread may hold; beyond it, it ends alone and is begun anew. */
const MOST_MEGABYTES = 1_024;
const LEAST_MEGABYTES = 128;
const MEGABYTE = 1024 * 1024;
/** What takes longer never ends; all accounts would wait behind it. */
export const MOST_MS = 10 * 60_000;

/**
 * What the thread may hold where the process is held to so many bytes (a container, a unit of systemd; 0: it is not): at
 * most half, or the kernel would end the whole process, which then meets the same file again, and again.
 */
export function threadMegabytes(constrained: number): number {
  if (constrained <= 0) return MOST_MEGABYTES;
  const half = Math.floor(constrained / 2 / MEGABYTE);
  return Math.max(LEAST_MEGABYTES, Math.min(MOST_MEGABYTES, half));
}

interface Pending {
  readonly knowledge: Knowledge;
  readonly resolve: (judged: Judged) => void;
  readonly reject: (error: Error) => void;
}

interface PendingPart {
  readonly resolve: (part: FilePart | null) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Judges in a thread of its own, begun with the first batch. When the thread ends, what it was about fails, and the
 * next batch begins another. One that does not answer for `MOST_MS` is ended.
 */
export function createJudges(log: Log): Judges {
  let worker: Worker | null = null;
  let count = 0;
  const pending = new Map<number, Pending>();
  const parts = new Map<number, PendingPart>();

  function failAll(error: Error): void {
    worker = null;
    for (const { reject } of [...pending.values(), ...parts.values()]) reject(error);
    pending.clear();
    parts.clear();
  }

  /** Puts a question, and gives the thread up when its answer does not come. */
  async function asked<T>(put: (answer: PromiseWithResolvers<T>) => void): Promise<T> {
    const answer = Promise.withResolvers<T>();
    const late = setTimeout(giveUp, MOST_MS);
    late.unref();
    try {
      put(answer);
      return await answer.promise;
    } finally {
      clearTimeout(late);
    }
  }

  function giveUp(): void {
    const ending = worker;
    log.error('the judging thread did not answer, and is ended');
    failAll(new ThreadEnded('the judging thread did not answer'));
    void ending?.terminate();
  }

  function begin(): Worker {
    // Beside this file as a source, beside its chunk in the bundle.
    const name = import.meta.url.endsWith('.ts') ? './watch-worker.ts' : './watch-worker.js';
    const begun = new Worker(new URL(name, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: threadMegabytes(process.constrainedMemory()) },
    });
    begun.unref();
    begun.on('message', (message: FromWorker) => void heard(begun, message));
    begun.on('error', (error) => {
      log.error('the judging thread failed', { error });
      if (worker === begun) failAll(new ThreadEnded('the judging thread failed'));
    });
    begun.on('exit', () => {
      if (worker === begun) failAll(new ThreadEnded('the judging thread ended'));
    });
    return begun;
  }

  async function heard(from: Worker, message: FromWorker): Promise<void> {
    switch (message.kind) {
      case 'problem':
        log.warn('the databases of networks could not be read', { why: message.why });
        return;
      case 'judged':
        pending.get(message.id)?.resolve(message.judged);
        pending.delete(message.id);
        return;
      case 'part':
        parts.get(message.id)?.resolve(message.part);
        parts.delete(message.id);
        return;
      case 'unreadable':
        parts.get(message.id)?.reject(new UnreadableFile(message.why));
        parts.delete(message.id);
        return;
      case 'broken':
        (pending.get(message.id) ?? parts.get(message.id))?.reject(new ThreadEnded(message.why));
        pending.delete(message.id);
        parts.delete(message.id);
        return;
      case 'asks':
        from.postMessage(await answerTo(message, pending.get(message.id)?.knowledge));
    }
  }

  async function answerTo(
    { ask, what, about }: Extract<FromWorker, { kind: 'asks' }>,
    knowledge: Knowledge | undefined,
  ): Promise<ToWorker> {
    try {
      if (knowledge === undefined) return { kind: 'unknown', ask };
      switch (what) {
        case 'memory':
          return { kind: 'memory', ask, entries: await knowledge.memory() };
        case 'profiles':
          return { kind: 'profiles', ask, profiles: await knowledge.profiles(about) };
        case 'acts':
          return { kind: 'acts', ask, acts: await knowledge.acts(about) };
      }
    } catch (error) {
      log.warn('what was kept for judging could not be read', { error });
      return { kind: 'unknown', ask };
    }
  }

  function open(bytes: Uint8Array, subject: FileSubject): OpenFile {
    count += 1;
    const file = count;
    const at = (worker ??= begin());
    const say = (message: ToWorker): void => at.postMessage(message);
    // Moved, not copied: the event loop has other things to do.
    at.postMessage({ kind: 'open', file, bytes, subject } satisfies ToWorker, [bytes.buffer as ArrayBuffer]);
    return {
      id: file,
      next: () =>
        asked<FilePart | null>((answer) => {
          // Another thread knows nothing of it.
          if (worker !== at) throw new ThreadEnded('the judging thread ended');
          count += 1;
          say({ kind: 'next', id: count, file });
          parts.set(count, answer);
        }),
      close: () => say({ kind: 'close', file }),
    };
  }

  return {
    open,
    judge: (batch: Batch, knowledge: Knowledge) =>
      asked<Judged>((answer) => {
        count += 1;
        worker ??= begin();
        // What cannot be put is not waited for.
        worker.postMessage({ kind: 'judge', id: count, batch } satisfies ToWorker);
        pending.set(count, { knowledge, ...answer });
      }),
    async close() {
      const ending = worker;
      failAll(new Error('Rekey stops'));
      await ending?.terminate();
    },
  };
}
