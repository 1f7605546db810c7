import { UNTRIED, type TrailFile, type TrailQueue } from '../../domain/trail-queue.ts';
import { isConflict } from '../../errors.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { OpenFile } from '../../ports/judges.ts';
import type { Write } from '../../ports/stores.ts';
import { WATCH_JOB } from '../watch-job.ts';
import { failedFile } from './file-trouble.ts';
import type { Sources } from './sources.ts';
import { watchedOf } from './watched-of.ts';

const SOME = 20;
/** So many refusals in a row are the source's. */
export const REFUSALS = 3;

/** What becomes of the queue's row along with a file's. Answers false when somebody else changed it first. */
export interface Sorted {
  /** Nothing says whose the file was that is set aside. */
  lost(file: TrailFile, write: Write): Promise<boolean>;
  /** The file is none of a trail, as far as anybody may read it. */
  ignored(write: Write): Promise<boolean>;
}

/**
 * Reads files whose names do not tell whose they are, for the accounts in their records, until none is due or until
 * `endsAt`: a row for each that is watched takes the place of the one without a name.
 */
export async function sortOut(
  services: Services,
  queue: TrailQueue,
  sources: Sources,
  sorted: Sorted,
  { endsAt, signal }: { readonly endsAt: number; readonly signal: AbortSignal },
): Promise<void> {
  const { stores, clock, log } = services;
  const { files } = stores.watch;
  let refused = 0;
  for (;;) {
    const due = await files.due('', clock.now(), SOME, queue.id);
    if (due.length === 0) return;
    for (const file of due) {
      signal.throwIfAborted();
      if (clock.now() >= endsAt) return;
      try {
        await sortFile(services, queue, file, sources, signal);
        refused = 0;
      } catch (error) {
        if (signal.aborted || isConflict(error)) throw error;
        if (isNobodys(file, queue, error)) {
          if (!(await sorted.ignored(files.remove(file)))) return;
          continue;
        }
        const outcome = failedFile(file, queue, error, clock.now());
        log.warn('a file of a trail could not be read', { key: file.key, why: outcome.file.reason, error });
        const write = files.update(file, outcome.file);
        if (outcome.file.state === 'aside') {
          if (!(await sorted.lost(file, write))) return;
        } else await writeIfUnchanged(services, [write]);
        refused = outcome.file.tries > file.tries ? 0 : refused + 1;
        if (outcome.ofAll || refused >= REFUSALS) return;
      }
    }
  }
}

async function sortFile(
  services: Services,
  queue: TrailQueue,
  file: TrailFile,
  sources: Sources,
  signal: AbortSignal,
): Promise<void> {
  const { stores, clock } = services;
  const { files } = stores.watch;
  const watched = await watchedOf(services, await accountsIn(services, queue, file, sources, signal));
  const rows = watched.map((accountId) => ({ ...file, ...UNTRIED, accountId }));
  const read = stores.watch.queues.noteRead(queue.id, clock.now());
  // Otherwise somebody was first, or the queue was removed.
  if (!(await writeIfUnchanged(services, [files.remove(file), files.put(rows), read]))) return;
  for (const accountId of watched) await services.jobs.enqueue(WATCH_JOB, accountId);
}

/** A bucket may hold the logs of others, too; the policy that is printed lets nobody read what lies beside a trail's files. */
function isNobodys({ key }: TrailFile, { readAt }: TrailQueue, error: unknown): boolean {
  const isDenied = error instanceof AwsFailure && error.code.startsWith('denied_');
  return isDenied && readAt !== null && !/AWSLogs\/.*\/CloudTrail\//.test(key);
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
