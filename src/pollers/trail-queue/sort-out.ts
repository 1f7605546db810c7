import type { TrailFile, TrailQueue } from '../../domain/trail-queue.ts';
import { isConflict } from '../../errors.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import type { OpenFile } from '../../ports/judges.ts';
import { WATCH_JOB } from '../watch-job.ts';
import { failedFile } from './file-trouble.ts';
import type { Sources } from './sources.ts';
import { watchedOf } from './watched-of.ts';

const SOME = 20;

/**
 * Reads files whose names do not tell whose they are, for the accounts in their records: a row for each that is watched
 * takes the place of the one without a name.
 */
export async function sortOut(
  services: Services,
  queue: TrailQueue,
  sources: Sources,
  signal: AbortSignal,
): Promise<void> {
  const { stores, clock, log } = services;
  const { files } = stores.watch;
  const due = await files.due('', clock.now(), SOME);
  for (const file of due.filter(({ queueId }) => queueId === queue.id)) {
    signal.throwIfAborted();
    try {
      const watched = await watchedOf(services, await accountsIn(services, queue, file, sources, signal));
      const rows = watched.map((accountId) => ({
        ...file,
        accountId,
        tries: 0,
        failedAt: null,
        reason: null,
      }));
      const read = stores.watch.queues.noteRead(queue.id, clock.now());
      // Somebody was first, or the queue was removed.
      if (!(await writeIfUnchanged(services, [files.remove(file), files.put(rows), read]))) continue;
      for (const accountId of watched) await services.jobs.enqueue(WATCH_JOB, accountId);
    } catch (error) {
      if (signal.aborted || isConflict(error)) throw error;
      const outcome = failedFile(file, queue, error, clock.now());
      log.warn('a file of a trail could not be read', { key: file.key, why: outcome.file.reason, error });
      await writeIfUnchanged(services, [files.update(file, outcome.file)]);
      if (outcome.ofAll) return;
    }
  }
}

async function accountsIn(
  { judges, clock }: Services,
  queue: TrailQueue,
  file: TrailFile,
  sources: Sources,
  signal: AbortSignal,
): Promise<string[]> {
  const bytes = await sources.read(queue, file, signal);
  const open: OpenFile = judges.open(bytes, { accountId: '', region: queue.region, at: clock.now() });
  try {
    const found = new Set<string>();
    for (let part = await open.next(); part !== null; part = await open.next()) {
      signal.throwIfAborted();
      for (const accountId of Object.keys(part.others)) found.add(accountId);
      if (part.isLast) break;
    }
    return [...found];
  } finally {
    open.close();
  }
}
