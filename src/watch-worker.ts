import { parentPort } from 'node:worker_threads';
import { createLookUp } from './enrichment/look-up.ts';
import type { Batch, FilePart, FileSubject, Judged, Knowledge } from './ports/judges.ts';
import { UnreadableFile } from './ports/trail-queue.ts';
import { FileParts } from './replay/file-parts.ts';
import { AccountJudge } from './watch/account-judge.ts';

/**
 * The thread that parses and judges what accounts do, so that the event loop that acknowledges clicks is free. It holds
 * no connection to anything: what was kept is asked for by message.
 */

/** To the thread. */
export type ToWorker =
  | { readonly kind: 'judge'; readonly id: number; readonly batch: Batch }
  | {
      readonly kind: 'open';
      readonly file: number;
      readonly bytes: Uint8Array;
      readonly subject: FileSubject;
    }
  | { readonly kind: 'next'; readonly id: number; readonly file: number }
  | { readonly kind: 'close'; readonly file: number }
  | {
      readonly kind: 'memory';
      readonly ask: number;
      readonly entries: Awaited<ReturnType<Knowledge['memory']>>;
    }
  | {
      readonly kind: 'profiles';
      readonly ask: number;
      readonly profiles: Awaited<ReturnType<Knowledge['profiles']>>;
    }
  | {
      readonly kind: 'acts';
      readonly ask: number;
      readonly acts: Awaited<ReturnType<Knowledge['acts']>>;
    }
  | { readonly kind: 'unknown'; readonly ask: number };

/** From the thread. */
export type FromWorker =
  | { readonly kind: 'judged'; readonly id: number; readonly judged: Judged }
  | { readonly kind: 'part'; readonly id: number; readonly part: FilePart | null }
  | { readonly kind: 'unreadable'; readonly id: number; readonly why: string }
  | { readonly kind: 'broken'; readonly id: number; readonly why: string }
  | {
      readonly kind: 'asks';
      readonly id: number;
      readonly ask: number;
      readonly what: keyof Knowledge;
      /** Whose profiles, or which acts. */
      readonly about: readonly string[];
    }
  | { readonly kind: 'problem'; readonly why: string };

/** What answers a question about what was kept. */
type Answer = Extract<ToWorker, { readonly ask: number }>;

/** Accounts whose knowledge is held; one that was not read for longest is read from the database again. */
const MOST_ACCOUNTS = 32;

const port = parentPort;
const lookUp = createLookUp((error) => tell({ kind: 'problem', why: String(error) }));
const judges = new Map<string, AccountJudge>();
const files = new Map<number, FileParts>();
const waiting = new Map<number, (answer: Answer) => void>();
let asks = 0;

function tell(message: FromWorker): void {
  port?.postMessage(message);
}

function ask(id: number, what: keyof Knowledge, about: readonly string[]): Promise<Answer> {
  asks += 1;
  const number = asks;
  return new Promise((resolve) => {
    waiting.set(number, resolve);
    tell({ kind: 'asks', id, ask: number, what, about });
  });
}

function knowledgeFor(id: number): Knowledge {
  const missing = (): Error => new Error('what was kept could not be read');
  return {
    async memory() {
      const answer = await ask(id, 'memory', []);
      if (answer.kind !== 'memory') throw missing();
      return answer.entries;
    },
    async profiles(subjects) {
      const answer = await ask(id, 'profiles', subjects);
      if (answer.kind !== 'profiles') throw missing();
      return answer.profiles;
    },
    async acts(ids) {
      const answer = await ask(id, 'acts', ids);
      if (answer.kind !== 'acts') throw missing();
      return answer.acts;
    },
  };
}

function judgeOf(accountId: string): AccountJudge {
  const judge = judges.get(accountId) ?? new AccountJudge(lookUp);
  judges.delete(accountId);
  judges.set(accountId, judge);
  const [oldest] = judges.keys();
  if (judges.size > MOST_ACCOUNTS && oldest !== undefined) judges.delete(oldest);
  return judge;
}

async function work(id: number, batch: Batch): Promise<void> {
  try {
    const { events } = batch;
    const full =
      'file' in events
        ? { ...batch, events: fileAt(events.file).eventsOf(events.region) }
        : { ...batch, events };
    const judged = await judgeOf(batch.accountId).judge(full, knowledgeFor(id));
    tell({ kind: 'judged', id, judged });
  } catch (error) {
    judges.delete(batch.accountId);
    tell({ kind: 'broken', id, why: error instanceof Error ? error.message : 'unknown' });
  }
}

function fileAt(file: number): FileParts {
  const parts = files.get(file);
  if (parts === undefined) throw new Error('the file is not open any more');
  return parts;
}

async function nextPart(id: number, file: number): Promise<void> {
  try {
    tell({ kind: 'part', id, part: await fileAt(file).next() });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    tell({ kind: error instanceof UnreadableFile ? 'unreadable' : 'broken', id, why });
  }
}

port?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'judge':
      void work(message.id, message.batch);
      return;
    case 'open':
      files.set(message.file, new FileParts(message.bytes, message.subject));
      return;
    case 'next':
      void nextPart(message.id, message.file);
      return;
    case 'close':
      files.get(message.file)?.close();
      files.delete(message.file);
      return;
    case 'memory':
    case 'profiles':
    case 'acts':
    case 'unknown':
      waiting.get(message.ask)?.(message);
      waiting.delete(message.ask);
  }
});
