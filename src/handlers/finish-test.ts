import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import type { Verification } from '../domain/verification.ts';
import { diffVerification } from '../verification/diff.ts';
import { checkConnection } from './check-credentials.ts';
import { stopped, type Ending } from './ending.ts';
import { identityOf } from './finish-connect.ts';
import type { Services } from './services.ts';

/** Runs the check of connecting again and keeps its verdict beside the connection. */
export async function finishTest(services: Services, attempt: Attempt, signal: AbortSignal): Promise<Ending> {
  const { connections } = services.stores;
  const before = attempt.connectionId === null ? null : await connections.byId(attempt.connectionId);
  if (before === null || before.state !== 'connected') {
    return stopped(
      attempt,
      'This connection was disconnected meanwhile.',
      'Use Connect to add the account again.',
    );
  }
  return testedEnding(services, before, await checkConnection(services, before, signal));
}

function testedEnding(services: Services, before: Connection, verdict: Verification): Ending {
  const after: Connection = {
    ...before,
    ...(verdict.status === 'verified' ? identityOf(verdict.report) : {}),
    lastCheck: verdict,
    updatedAt: services.clock.now(),
    version: before.version + 1,
  };
  return {
    result: {
      kind: 'tested',
      connection: after,
      changes: before.lastCheck === null ? [] : diffVerification(before.lastCheck, verdict),
    },
    outcome: 'done',
    entityId: before.id,
    writes: [services.stores.connections.update(after)],
    again: { from: before, on: (row) => testedEnding(services, row, verdict) },
  };
}
