// A process that sweeps an account until it is done: `node hold-sweep.ts DATABASE AWS MASTERKEY ACCOUNT INSTANCE`. Its
// clock leaps over the waits of the call budget. It says `done` when the sweep has ended.
import { writeSync } from 'node:fs';
import { openStores } from '../../db/open.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { NotedJobs, inventoryServices } from '../pollers/services.ts';
import { LeapingClock } from '../verification/bench.ts';
import { recordingLog } from './system-world.ts';

const [url = '', awsUrl = '', masterKey = '', accountId = '', instanceId = ''] = process.argv.slice(2);
const clock = new LeapingClock();
const log = recordingLog();
const stores = await openStores({ url, exclusive: true, clock, log });
const jobs = new NotedJobs();
const services = inventoryServices({ stores, awsUrl, masterKey, clock, log, jobs, instanceId });
const { signal } = new AbortController();
do {
  jobs.enqueued.length = 0;
  await sweepAccount(services, accountId, 'full', signal);
} while (jobs.enqueued.length > 0);
writeSync(1, 'done\n');
services.close();
await stores.close();
