import type { IAMClient } from '@aws-sdk/client-iam';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock, Log } from '../ports/world.ts';
import type { ClientGround } from './clients.ts';
import type { KeptClients } from './kept-clients.ts';
import { failureOf } from './errors.ts';

/** What a call leaves behind and is judged by. */
export interface CallGround extends ClientGround {
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Waited for before each call. */
  readonly giveWay?: (() => Promise<void>) | undefined;
  readonly iamClients: KeptClients<IAMClient>;
}

interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined; readonly attempts?: number | undefined };
}

/**
 * Makes one call: throws {@link AwsFailure} and nothing else, and leaves one line in the log, without parameters.
 * `signer` says who signed, by key id, never more. `inRequest`: secrets in the request, which an answer could echo.
 */
export async function callAws<Output extends Answer>(
  ground: CallGround,
  credentials: AwsCredentials,
  action: string,
  send: () => Promise<Output>,
  inRequest: readonly string[] = [],
): Promise<Output> {
  await ground.giveWay?.();
  const startedAt = ground.clock.now();
  const fields = { action, signer: credentials.kind === 'host' ? 'host' : credentials.accessKeyId };
  try {
    const output = await send();
    const ms = ground.clock.now() - startedAt;
    ground.metrics.awsCall(action, 'ok', ms, retriesOf(output.$metadata));
    ground.log.debug('AWS call', {
      ...fields,
      outcome: 'ok',
      ms,
      requestId: output.$metadata.requestId ?? null,
    });
    return output;
  } catch (error) {
    const now = ground.clock.now();
    const failure = failureOf(error, {
      action,
      proxies: ground.transport.proxies,
      secrets: [...secretsOf(credentials), ...inRequest],
      now,
    });
    ground.metrics.awsCall(action, failure.code, now - startedAt, retriesOf(Object(error).$metadata));
    ground.log.debug('AWS call', {
      ...fields,
      outcome: failure.code,
      awsName: failure.awsName,
      ms: now - startedAt,
      requestId: failure.requestId,
    });
    throw failure;
  }
}

/** How often the SDK sent the call again; unknown counts as never. */
function retriesOf(metadata: unknown): number {
  const attempts: unknown = Object(metadata).attempts;
  return typeof attempts === 'number' && attempts > 1 ? attempts - 1 : 0;
}

function secretsOf(credentials: AwsCredentials): string[] {
  if (credentials.kind === 'host') return [];
  const secret = credentials.secret.reveal();
  return credentials.kind === 'session' ? [secret, credentials.sessionToken.reveal()] : [secret];
}

/** A value AWS always sends; its absence means that something else answered. */
export function sent<Value>(value: Value | null | undefined, action: string): Value {
  if (value === undefined || value === null) {
    throw new AwsFailure({ code: 'not_aws', action, said: 'an answer without what AWS always sends' });
  }
  return value;
}
