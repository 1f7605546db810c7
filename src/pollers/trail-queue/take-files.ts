import { iamRegion } from '../../domain/partition.ts';
import { UNTRIED, type TrailFile, type TrailQueue } from '../../domain/trail-queue.ts';
import { isLearning, lasting } from '../../domain/watch.ts';
import { isConflict } from '../../errors.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import type { FilePart, OpenFile } from '../../ports/judges.ts';
import type { Write } from '../../ports/stores.ts';
import { readFileName } from '../../watch/notifications.ts';
import type { KnownKeys } from '../watch/known-keys.ts';
import type { Watching } from '../watch/watching.ts';
import { withoutFile } from './feed.ts';
import { failedFile } from './file-trouble.ts';
import { REFUSALS } from './sort-out.ts';
import { Sources } from './sources.ts';
import { takePart } from './take-part.ts';
import { watchedOf } from './watched-of.ts';

/** How many are looked for at a time. */
const SOME = 50;
/** While a region learns what is normal, its files wait. */
const LEARNING_WAIT_MS = 2 * 60_000;
/** Where the history cannot be asked for so long, they wait for it no more. */
const LEARNING_FAILS_MS = 30 * 60_000;

/**
 * Takes in the files that were announced for an account, oldest first, until there is none or until `endsAt`: each part
 * in one batch with all that came of it, the last with the end of the file's row. Answers whether some are left.
 * @throws a `conflict` when somebody else took the account over; the signal's reason; an error of the database
 */
export async function takeInFiles(watching: Watching, keys: KnownKeys, endsAt: number): Promise<boolean> {
  const { services, account, signal } = watching;
  const { stores, clock } = services;
  const sources = new Sources(services);
  const stopped = new Set<string>();
  const refused = new Map<string, number>();
  for (;;) {
    const due = await stores.watch.files.due(account.accountId, clock.now(), SOME);
    const able = due.filter(({ queueId }) => !stopped.has(queueId));
    if (able.length === 0) return false;
    for (const file of able) {
      signal.throwIfAborted();
      if (clock.now() >= endsAt) return true;
      if (stopped.has(file.queueId)) continue;
      const outcome = await tryFile(watching, keys, file, sources);
      const count = outcome === 'waits' ? (refused.get(file.queueId) ?? 0) + 1 : 0;
      if (outcome !== 'learning') refused.set(file.queueId, count);
      if (outcome === 'source' || count >= REFUSALS) stopped.add(file.queueId);
      await watching.stillHere();
    }
  }
}

type Outcome = 'done' | 'waits' | 'source' | 'learning';

async function tryFile(
  watching: Watching,
  keys: KnownKeys,
  file: TrailFile,
  sources: Sources,
): Promise<Outcome> {
  const { services, signal } = watching;
  const { stores, clock, log } = services;
  const { files } = stores.watch;
  const queue = await stores.watch.queues.byId(file.queueId);
  if (queue === null || queue.bucket !== file.bucket) {
    await writeIfUnchanged(services, [files.remove(file)]);
    return 'done';
  }
  if (mustLearn(watching, file)) {
    const nextAt = clock.now() + LEARNING_WAIT_MS;
    await writeIfUnchanged(services, [files.update(file, { ...file, nextAt })]);
    return 'learning';
  }
  try {
    await takeFile(watching, keys, file, queue, sources);
    return 'done';
  } catch (error) {
    if (signal.aborted || isConflict(error)) throw error;
    const now = clock.now();
    const outcome = failedFile(file, queue, error, now);
    const { accountId, key, region } = file;
    log.warn('a file of a trail could not be read', { accountId, key, why: outcome.file.reason, error });
    await watching.inTurn(async () => {
      const write = files.update(file, outcome.file);
      const regions = watching.account.regions.map((each) =>
        // A file whose name does not say of which region it is may be of any.
        outcome.file.state === 'aside' &&
        each.feed?.queueId === file.queueId &&
        (region === '' || each.region === region)
          ? withoutFile(each, file.arrivedAt, now)
          : each,
      );
      await watching.write({ regions }, [write]);
    });
    return outcome.ofAll ? 'source' : outcome.file.tries > file.tries ? 'done' : 'waits';
  }
}

/**
 * What is past is learned from the history; what files bring meanwhile is judged after it. Where the history is refused,
 * files are all there is.
 */
function mustLearn({ account, services, byFilesAlone }: Watching, file: TrailFile): boolean {
  if (byFilesAlone) return false;
  const name = file.region === '' ? iamRegion(account.partition) : file.region;
  const watched = account.regions.find((each) => each.region === name);
  if (watched === undefined) return account.listedAt === null;
  const trouble = lasting(watched.trouble);
  const fails = trouble !== null && services.clock.now() - trouble.since >= LEARNING_FAILS_MS;
  return isLearning(watched) && !fails;
}

async function takeFile(
  watching: Watching,
  keys: KnownKeys,
  file: TrailFile,
  queue: TrailQueue,
  sources: Sources,
): Promise<void> {
  const { services, account, signal } = watching;
  const bytes = await sources.read(queue, file, signal);
  const open = services.judges.open(bytes, {
    accountId: file.accountId,
    region: file.region === '' ? iamRegion(account.partition) : file.region,
    at: services.clock.now(),
  });
  try {
    await takeParts(watching, keys, file, open);
  } finally {
    open.close();
  }
}

async function takeParts(
  watching: Watching,
  keys: KnownKeys,
  file: TrailFile,
  open: OpenFile,
): Promise<void> {
  const others = new Set<string>();
  for (let part = await open.next(); part !== null; part = await open.next()) {
    watching.signal.throwIfAborted();
    for (const accountId of Object.keys(part.others)) others.add(accountId);
    const done = part.isLast ? await doneWrites(watching, file, others) : [];
    await takeGroups(watching, keys, file, open, part, done);
    if (part.isLast) return;
  }
}

async function takeGroups(
  watching: Watching,
  keys: KnownKeys,
  file: TrailFile,
  open: OpenFile,
  part: FilePart,
  done: readonly Write[],
): Promise<void> {
  for (const [place, group] of part.groups.entries()) {
    const isLast = place === part.groups.length - 1;
    await watching.inTurn(() => takePart(watching, keys, { file, open, group, done: isLast ? done : [] }));
  }
  if (part.groups.length === 0 && done.length > 0) await watching.inTurn(() => watching.write({}, done));
  if (part.broken > 0) await noteBroken(watching, file, part.broken);
}

/** Texts in a file that are no records count as events that cannot be read. */
async function noteBroken(watching: Watching, file: TrailFile, broken: number): Promise<void> {
  await watching.inTurn(async () => {
    const region = watching.region(file.region);
    if (region === null) return;
    const unreadableAt = watching.services.clock.now();
    await watching.writeRegion({ ...region, unreadable: region.unreadable + broken, unreadableAt });
  });
}

/** The file is done, and is there for the other accounts whose records it holds. */
async function doneWrites(
  { services }: Watching,
  file: TrailFile,
  others: ReadonlySet<string>,
): Promise<Write[]> {
  const { stores, clock } = services;
  const { files, queues } = stores.watch;
  const now = clock.now();
  const name = readFileName(file.key);
  // Asked of the file's own account alone: two that name each other would have no end.
  const isOwn = name.kind === 'events' && name.accountId === file.accountId;
  const watched = isOwn ? await watchedOf(services, [...others]) : [];
  return [
    files.remove(file),
    files.put(watched.map((accountId) => ({ ...file, ...UNTRIED, accountId, nextAt: now }))),
    queues.noteRead(file.queueId, now),
  ];
}
