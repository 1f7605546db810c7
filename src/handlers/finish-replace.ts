import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import { RekeyError } from '../errors.ts';
import { refuseTakenExternalId } from './begin-connect.ts';
import { checkCredentials, pinnedTo } from './check-credentials.ts';
import { stopped, type Ending } from './ending.ts';
import { consumePromise, identityOf, sealForConnection, typedSecret } from './finish-connect.ts';
import type { Services } from './services.ts';

/** Verifies new credentials and, only when they reach the same account, puts them in the place of the old ones. */
export async function finishReplace(
  services: Services,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Ending> {
  const { stores } = services;
  const draft = attempt.draft;
  if (draft === null) throw new RekeyError('internal', 'This attempt has no fields.');
  const before = attempt.connectionId === null ? null : await stores.connections.byId(attempt.connectionId);
  if (before === null || before.state !== 'connected') {
    return stopped(
      attempt,
      'This connection was disconnected meanwhile.',
      'Use Connect to add the account again.',
    );
  }
  const secret = await typedSecret(services, attempt);
  const verdict = await checkCredentials(
    services,
    { ...draft, region: before.region },
    secret,
    pinnedTo(before, true),
    signal,
  );
  if (verdict.status !== 'verified') {
    return {
      result: { kind: 'not_verified', verdict: verdict.status, diagnosis: verdict.diagnosis },
      outcome: verdict.status === 'rejected' ? 'refused' : 'unknown',
      entityId: before.id,
      writes: [],
    };
  }
  await refuseTakenExternalId(services, draft.externalId, before.id);
  const held = await stores.secrets.newest('connection', before.id);
  const { report } = verdict;
  const endingOn = (row: Connection): Ending => {
    const after: Connection = {
      ...row,
      method: draft.method,
      accessKeyId: draft.accessKeyId,
      roleArn: draft.roleArn,
      externalId: draft.method === 'role' ? draft.externalId : null,
      ...identityOf(report),
      lastCheck: verdict,
      updatedAt: services.clock.now(),
      version: row.version + 1,
    };
    return {
      result: { kind: 'replaced', connection: after, report },
      outcome: 'done',
      entityId: after.id,
      writes: [
        stores.connections.update(after),
        ...consumePromise(services, after),
        stores.secrets.erase('connection', before.id),
        ...sealForConnection(services, before.id, (held?.version ?? 0) + 1, secret),
      ],
      again: { from: row, on: endingOn },
    };
  };
  return endingOn(before);
}
