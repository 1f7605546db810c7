import { openStores } from '../../db/open.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { postgresJobs } from '../../src/jobs/postgres.ts';
import type { RunTiming } from '../../src/jobs/run.ts';
import { sqliteJobs } from '../../src/jobs/sqlite.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { Clock, Log } from '../../src/ports/world.ts';
import { recordingLog, systemClock } from './system-world.ts';

/** Short enough for tests; a poll that is longer than a test shows what does not wait for it. */
export const QUICK: RunTiming = { pollMs: 500, abortGraceMs: 100, leaseSlackMs: 300, mendMs: 300 };

/** A runner on a database, as one process has it; `close` frees what `stop` leaves open. */
export async function openJobs(
  url: string,
  {
    timing = QUICK,
    log = recordingLog(),
    clock = systemClock,
    alone = false,
  }: { timing?: RunTiming; log?: Log; clock?: Clock; alone?: boolean } = {},
): Promise<Jobs & { close(): Promise<void> }> {
  const stores = await openStores({ url, exclusive: false, clock, log });
  const jobs =
    stores.jobs === null
      ? postgresJobs({ url, clock, log, timing, superviseSeconds: 1 })
      : sqliteJobs({ table: stores.jobs, ids: createIds(clock), clock, log, timing, alone });
  return { ...jobs, close: () => stores.close() };
}
