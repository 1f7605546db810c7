import { parentPort } from 'node:worker_threads';
import { createLookUp } from './enrichment/look-up.ts';
import type { Batch, Judged, Knowledge } from './ports/judges.ts';
import { AccountJudge } from './watch/account-judge.ts';

/**
 * The thread that parses and judges what accounts do, so that the event loop that acknowledges clicks is free. It holds
 * no connection to anything: what was kept is asked for by message.
 */

/** To the thread. */
export type ToWorker =
  | { readonly kind: 'judge'; readonly id: number; readonly batch: Batch }
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
  | { readonly kind: 'unknown'; readonly ask: number };

/** From the thread. */
export type FromWorker =
  | { readonly kind: 'judged'; readonly id: number; readonly judged: Judged }
  | { readonly kind: 'broken'; readonly id: number; readonly why: string }
  | {
      readonly kind: 'asks';
      readonly id: number;
      readonly ask: number;
      readonly what: 'memory' | 'profiles';
      readonly subjects: readonly string[];
    }
  | { readonly kind: 'problem'; readonly why: string };

/** Accounts whose knowledge is held; one that was not read for longest is read from the database again. */
const MOST_ACCOUNTS = 32;

const port = parentPort;
const lookUp = createLookUp((error) => tell({ kind: 'problem', why: String(error) }));
const judges = new Map<string, AccountJudge>();
const waiting = new Map<number, (answer: Exclude<ToWorker, { kind: 'judge' }>) => void>();
let asks = 0;

function tell(message: FromWorker): void {
  port?.postMessage(message);
}

function ask(
  id: number,
  what: 'memory' | 'profiles',
  subjects: readonly string[],
): Promise<Exclude<ToWorker, { kind: 'judge' }>> {
  asks += 1;
  const number = asks;
  return new Promise((resolve) => {
    waiting.set(number, resolve);
    tell({ kind: 'asks', id, ask: number, what, subjects });
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
    const judged = await judgeOf(batch.accountId).judge(batch, knowledgeFor(id));
    tell({ kind: 'judged', id, judged });
  } catch (error) {
    judges.delete(batch.accountId);
    tell({ kind: 'broken', id, why: error instanceof Error ? error.message : 'unknown' });
  }
}

port?.on('message', (message: ToWorker) => {
  if (message.kind === 'judge') {
    void work(message.id, message.batch);
    return;
  }
  waiting.get(message.ask)?.(message);
  waiting.delete(message.ask);
});
