// Sweeps of an account of AWS in another process, on a clock that leaps over the waits of the call budget: the calls are
// real, the time they would take at the budget's pace is counted.
import { randomBytes } from 'node:crypto';
import { openStores } from '../../db/open.ts';
import { LeapingClock } from '../../test/verification/bench.ts';
import { NotedJobs, inventoryServices } from '../../test/pollers/services.ts';
import { connectionFor } from '../inventory-rows.ts';
import { createLog } from '../../src/log.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { answering } from './answering.ts';

export interface InventoryQuestion {
  readonly awsUrl: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Before the sweep; ms. */
  readonly forwardMs: number;
}

export interface InventoryAnswer {
  /** How long it would take in the budget; ms. */
  readonly paceMs: number;
  /** How long it took here, waits left out; ms. */
  readonly workMs: number;
  readonly users: number;
  readonly keys: number;
}

const [url = ''] = process.argv.slice(2);
const clock = new LeapingClock();
const log = createLog({ level: 'silent' });
const stores = await openStores({ url, exclusive: true, clock, log });
const jobs = new NotedJobs();
const masterKey = randomBytes(32).toString('base64');
let services: ReturnType<typeof inventoryServices> | null = null;

answering(async (question: InventoryQuestion): Promise<InventoryAnswer> => {
  const { awsUrl, accountId } = question;
  services ??= inventoryServices({ stores, awsUrl, masterKey, clock, log, jobs });
  if ((await stores.connections.byAccessKeyId(question.accessKeyId)) === null) {
    await stores.atomically(connectionFor(services, question));
  }
  clock.forward(question.forwardMs);
  const [began, working] = [clock.now(), performance.now()];
  const { signal } = new AbortController();
  do {
    jobs.enqueued.length = 0;
    await sweepAccount(services, accountId, 'due', signal);
  } while (jobs.enqueued.length > 0);
  const workMs = performance.now() - working;
  const kept = await stores.inventory.accounts.byId(accountId);
  if (kept === null || kept.running !== null) throw new Error('The sweep of the bench did not end well');
  return { paceMs: clock.now() - began, workMs, users: kept.users ?? 0, keys: kept.keys ?? 0 };
});
