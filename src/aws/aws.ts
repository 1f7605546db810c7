import type { Aws } from '../ports/aws.ts';
import { NO_METRICS } from '../ports/metrics.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock, Log } from '../ports/world.ts';
import { openIam } from './iam.ts';
import { openIamKeys } from './iam-keys.ts';
import { openSts } from './sts.ts';
import { openTransport } from './transport.ts';
import type { AwsEnvironment } from './transport.ts';

export interface AwsOptions {
  /** The AWS and proxy variables, as `config.ts` read them. */
  readonly env: AwsEnvironment;
  /** Rekey's version, for the user agent. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Counts the calls; nobody does when omitted. */
  readonly metrics?: Metrics;
  /** Limits of one request in ms; 3 s to connect and 8 s in all when omitted. */
  readonly limits?: { readonly connectMs?: number; readonly requestMs?: number };
}

/** The port `Aws` over SDK v3. `close` ends its idle connections. */
export function createAws(options: AwsOptions): Aws & { close(): void } {
  const transport = openTransport(options.env, options.limits);
  const ground = { ...options, transport, metrics: options.metrics ?? NO_METRICS };
  return {
    sts: (credentials, region) => openSts(ground, credentials, region),
    iam: (credentials, partition) => openIam(ground, credentials, partition),
    iamKeys: (credentials, partition) => openIamKeys(ground, credentials, partition),
    close: () => transport.close(),
  };
}
