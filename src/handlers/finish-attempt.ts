import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import { isConflict, RekeyError } from '../errors.ts';
import { sameCredentials, stopped, type Ending } from './ending.ts';
import { auditOutcome } from './audit.ts';
import { GONE_JOB } from './containments/containing.ts';
import { finishConnect } from './finish-connect.ts';
import { finishDisconnect } from './finish-disconnect.ts';
import { finishReplace } from './finish-replace.ts';
import { finishTest } from './finish-test.ts';
import type { Services } from './services.ts';

/** How long the modal has to show an outcome before the person is told in a direct message instead. */
const SEEN_GRACE_MS = 20_000;

/**
 * Does the work of one attempt that we hold, and records its outcome in one batch: the attempt and its sealed
 * secret go, the change comes, with its audit row and the notice to the person. Safe to run again after a crash:
 * nothing is kept before that batch. Throws `conflict` when another process took the attempt over.
 */
export async function finishAttempt(services: Services, attempt: Attempt): Promise<AttemptResult> {
  const { log, metrics } = services;
  // Whoever finishes it, the click or a job after a crash, its calls are logged under the id of the click.
  const { correlationId, kind } = attempt;
  const result = await log.within({ correlationId }, () => workAndRecord(services, attempt));
  metrics.attemptEnded(kind, result.kind);
  await takeStock(services, result);
  return result;
}

/**
 * A new way into an account: its keys are read soon. What is contained in an account that is reached again, or not any
 * more, says so. The rounds of both do it when this is lost.
 */
async function takeStock({ jobs, log }: Services, result: AttemptResult): Promise<void> {
  if (result.kind !== 'connected' && result.kind !== 'replaced' && result.kind !== 'disconnected') return;
  const { accountId } = result.connection;
  try {
    if (result.kind !== 'replaced') await jobs.enqueue(GONE_JOB, accountId);
    if (result.kind === 'disconnected') return;
    await jobs.enqueue('inventory', accountId);
    await jobs.enqueue('watch', accountId);
  } catch (error) {
    log.warn('what follows a change of connections was not enqueued', { accountId, error });
  }
}

async function workAndRecord(services: Services, attempt: Attempt): Promise<AttemptResult> {
  const ending = await endOf(services, attempt);
  try {
    await write(services, attempt, ending);
    return ending.result;
  } catch (error) {
    if (!isConflict(error)) throw error;
    // Either the attempt is no longer ours, or somebody changed what it is about. Only the second is an outcome.
    const mine = await services.stores.attempts.byId(attempt.id);
    if (mine === null || mine.leaseOwner !== services.instanceId) throw error;
    const again = await writtenAgain(services, attempt, ending);
    if (again !== null) return again;
    const overtaken = stopped(
      attempt,
      attempt.kind === 'connect'
        ? 'Somebody else connected an account under this name, or with these credentials, at the same moment.'
        : 'Somebody changed or disconnected this connection meanwhile.',
      'Look at the Home tab, then try again.',
    );
    await write(services, attempt, overtaken);
    return overtaken.result;
  }
}

/**
 * When a test or an edit came between but the credentials are the same, what AWS said is still true: writes it once
 * more, on the row as it is now. Null when there is no such row, or it changed yet again.
 */
async function writtenAgain(
  services: Services,
  attempt: Attempt,
  { again }: Ending,
): Promise<AttemptResult | null> {
  if (again === undefined) return null;
  const row = await services.stores.connections.byId(again.from.id);
  if (row === null || row.state !== 'connected' || !sameCredentials(row, again.from)) return null;
  const ending = again.on(row);
  try {
    await write(services, attempt, ending);
    return ending.result;
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}

async function endOf(services: Services, attempt: Attempt): Promise<Ending> {
  if (services.clock.now() >= attempt.expiresAt && attempt.kind !== 'disconnect') {
    return stopped(
      attempt,
      'This could not be finished within ten minutes, because Rekey was not running. Nothing was kept.',
      'Please start again.',
    );
  }
  const signal = AbortSignal.timeout(services.leases.workMs);
  try {
    switch (attempt.kind) {
      case 'connect':
        return await finishConnect(services, attempt, signal);
      case 'replace':
        return await finishReplace(services, attempt, signal);
      case 'test':
        return await finishTest(services, attempt, signal);
      case 'disconnect':
        return await finishDisconnect(services, attempt, signal);
    }
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code === 'unreachable') throw error;
    services.log.error('attempt failed', { attemptId: attempt.id, kind: attempt.kind, error });
    return stopped(attempt, error.message, error.next ?? 'Please try again.');
  }
}

async function write(services: Services, attempt: Attempt, ending: Ending): Promise<void> {
  const { stores, clock, presenter } = services;
  const now = clock.now();
  await stores.atomically([
    stores.attempts.finish(attempt.id, services.instanceId),
    stores.secrets.erase('attempt', attempt.id),
    ...ending.writes,
    auditOutcome(
      services,
      {
        doer: { kind: 'person', teamId: attempt.teamId, userId: attempt.userId },
        verb: `connection.${attempt.kind}`,
        entityKind: attempt.kind === 'connect' && ending.outcome !== 'done' ? 'attempt' : 'connection',
        entityId: ending.entityId,
        correlationId: attempt.correlationId,
        detail: detailOf(ending.result),
      },
      ending.outcome,
    ),
    stores.notices.add({
      id: attempt.id,
      target: { kind: 'person', userId: attempt.userId },
      ...presenter.attemptMessage(attempt, ending.result),
      state: 'waiting',
      attempts: 0,
      nextAt: attempt.viewId === null ? now : now + SEEN_GRACE_MS,
      lastError: null,
      createdAt: now,
      correlationId: attempt.correlationId,
    }),
  ]);
}

/** The facts of an outcome that the audit keeps. */
function detailOf(result: AttemptResult): Record<string, unknown> {
  switch (result.kind) {
    case 'connected':
    case 'replaced':
      return { name: result.connection.name, accountId: result.report.accountId, arn: result.report.arn };
    case 'tested':
      return { name: result.connection.name, verdict: result.connection.lastCheck?.status ?? null };
    case 'disconnected':
      return { name: result.connection.name, accountId: result.connection.accountId, key: result.key };
    case 'not_verified':
      return {
        verdict: result.verdict,
        diagnosis: result.diagnosis.code,
        reference: result.diagnosis.reference,
      };
    case 'undecided':
    case 'stopped':
      return { why: result.why };
  }
}
