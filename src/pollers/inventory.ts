import { known, unknown } from '../domain/known.ts';
import type { Known } from '../domain/known.ts';
import { isConflict } from '../errors.ts';
import { assessAccount } from '../handlers/assess-keys.ts';
import type { Services } from '../handlers/services.ts';
import { gapsAfter } from '../inventory/gaps.ts';
import type { Report } from '../inventory/report.ts';
import { AwsFailure } from '../ports/aws.ts';
import { reasonOf } from '../verification/reasons.ts';
import { readReport } from './inventory/credential-report.ts';
import { listUsers } from './inventory/list-users.ts';
import { readKeys } from './inventory/read-keys.ts';
import { SweepStopped } from './inventory/sweep.ts';
import type { Sweep } from './inventory/sweep.ts';
import { takeUp } from './inventory/take-up.ts';
import type { SweepKind } from './inventory/take-up.ts';
import { endsSession, tried, troubleWords } from './inventory/trouble.ts';

/** The job that sweeps one account; its key is the account id. */
export const INVENTORY_JOB = 'inventory';

/** How long one run of the job reads before it leaves the rest to the next. */
export const CHUNK_MS = 4 * 60_000;
/** Time for the batch that is under way, the lists at the beginning and the assessment at the end. */
export const RUN_MS = CHUNK_MS + 6 * 60_000;

/** Soon, as long as the trouble is new: a key made a moment ago is not known everywhere. */
const SOON_MS = 60_000;
const LATER_MS = 15 * 60_000;

/**
 * Sweeps one account, or goes on with the sweep that has not ended: `full` reads every user's keys, `changes` those of
 * users that are new or changed, `due` whichever its rhythm asks for by now, or nothing. Ends early when its time is
 * over, and then enqueues what remains. Trouble is kept with the account, in words, and tried again later; does
 * nothing when another process sweeps the account, or when there is no connection to it.
 * @throws the signal's reason; RekeyError when the database does not answer.
 */
export async function sweepAccount(
  services: Services,
  accountId: string,
  kind: SweepKind,
  signal: AbortSignal,
): Promise<void> {
  const sweep = await takeUp(services, accountId, kind, signal);
  if (sweep === null) return;
  const { jobs, clock, log } = services;
  try {
    if ((await carryOn(sweep, clock.now() + CHUNK_MS)) === 'more') {
      await sweep.release(clock.now());
      await jobs.enqueue(INVENTORY_JOB, accountId, { due: true });
      return;
    }
  } catch (error) {
    if (isConflict(error)) {
      log.info('a sweep was taken over, or its account forgotten', { accountId });
      return;
    }
    if (signal.aborted) {
      // Whoever comes next need not wait until the hold is over.
      await sweep.release(clock.now()).catch(() => undefined);
      throw error;
    }
    if (!(error instanceof AwsFailure) && !(error instanceof SweepStopped)) throw error;
    await keepTrouble(sweep, error);
    return;
  }
  try {
    await assessAccount(services, accountId, signal);
  } catch (error) {
    // The sweep has ended well, and is not to be done again for this: it is worked out every hour, too.
    log.warn('where the keys stand was not worked out yet', { accountId, error });
  }
}

async function carryOn(sweep: Sweep, endsAt: number): Promise<'done' | 'more'> {
  const { services, account } = sweep;
  const fresh = sweep.running.listedAt === null;
  const report = await readReport(sweep, fresh);
  if (fresh) {
    const rootKeys = await readRootKeys(sweep, report);
    const planned = await listUsers(sweep, report);
    const users = await services.stores.inventory.users.count(account.accountId);
    const listedAt = services.clock.now();
    // AWS answers: what stopped an earlier sweep is over.
    await sweep.save([], { listedAt, planned }, { rootKeys, users, trouble: null });
  }
  if ((await readKeys(sweep, report, endsAt)) === 'more') return 'more';
  await endSweep(sweep, report);
  return 'done';
}

async function endSweep(sweep: Sweep, report: Report | null): Promise<void> {
  const { services, account, running } = sweep;
  const { users, keys } = services.stores.inventory;
  const { startedAt, kind } = running;
  const [userCount, keyCount] = await Promise.all([
    users.count(account.accountId),
    keys.count(account.accountId),
  ]);
  await sweep.end({
    users: userCount,
    keys: keyCount,
    fullAt: kind === 'full' ? startedAt : account.fullAt,
    sweptAt: startedAt,
    reportAt: report?.generatedAt ?? account.reportAt,
    gaps: gapsAfter(kind, account.gaps, running.gaps),
    trouble: null,
  });
  services.log.info('a sweep ended', {
    accountId: account.accountId,
    sweep: running.id,
    kind,
    read: running.done,
    users: userCount,
    keys: keyCount,
    gaps: running.gaps.length,
  });
}

/** AWS's summary tells 0 or 1 (one or two); the report, which is older, tells which. */
async function readRootKeys(sweep: Sweep, report: Report | null): Promise<Known<number>> {
  const { signal, services, account } = sweep;
  const iam = await sweep.iam();
  const summary = await tried(signal, () => iam.accountSummary(signal));
  const at = services.clock.now();
  if (summary.ok) {
    const { rootKeys } = summary.value;
    return known(rootKeys === 0 ? 0 : Math.max(rootKeys, report?.rootKeys ?? 0), at);
  }
  if (report !== null && report.rootKeys !== null) return known(report.rootKeys, report.generatedAt);
  const why = reasonOf(summary.failure);
  sweep.note({ what: 'root_keys', subject: null, why });
  return unknown(why, at, account.rootKeys);
}

/** Keeps why the sweep stopped; what it did so far stays, and it goes on from there later. */
async function keepTrouble(sweep: Sweep, error: AwsFailure | SweepStopped): Promise<void> {
  const { services, account, connection } = sweep;
  const now = services.clock.now();
  const failure = error instanceof AwsFailure ? error : null;
  if (failure !== null && endsSession(failure) && connection.roleArn !== null) {
    services.sessions.forget(connection.roleArn);
  }
  const why = failure === null ? error.message : troubleWords(failure, connection);
  const since = account.trouble?.since ?? now;
  const wait = now - since < 10 * SOON_MS ? SOON_MS : LATER_MS;
  services.log.warn('a sweep stopped', { accountId: account.accountId, sweep: sweep.running.id, why });
  try {
    await sweep.release(now + wait, { trouble: { why, since } });
  } catch (conflict) {
    // Somebody else has taken it up, or the account was forgotten.
    if (!isConflict(conflict)) throw conflict;
  }
}
