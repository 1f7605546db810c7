import type { OpenStores } from '../db/open.ts';
import type { Config } from './config.ts';
import { RekeyError } from './errors.ts';
import { openOpsListener } from './ops/listener.ts';
import { openPrometheus } from './ops/prometheus.ts';
import { Readiness } from './ops/readiness.ts';
import { readingsOf, type Readings } from './ops/readings.ts';
import type { Jobs } from './ports/jobs.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Clock, Log } from './ports/world.ts';
import { VERSION } from './version.ts';

/** What a running Rekey shows of itself on its own listener. */
export interface Operations {
  readonly metrics: Metrics;
  readonly url: string;
  /** From now on it may be ready. */
  started(parts: { readonly jobs: Jobs; readonly slackTrouble: () => string | null }): void;
  /** From now on it is not ready. */
  stopping(): void;
  close(): Promise<void>;
}

/** Opens the listener; it answers before Rekey is ready, so that a slow start can be told from a dead one. */
export async function openOperations(
  config: Config,
  { stores, clock, log }: { readonly stores: OpenStores; readonly clock: Clock; readonly log: Log },
): Promise<Operations> {
  const readiness = new Readiness(clock);
  let read = (): Promise<Readings> => Promise.reject(new RekeyError('unreachable', 'Rekey is starting.'));
  const prometheus = openPrometheus({
    version: VERSION,
    transport: config.transport.kind,
    engine: stores.engine,
    read: () => read(),
  });
  const listener = await openOpsListener({
    ...config.ops,
    log,
    troubles: () => readiness.troubles(),
    metrics: prometheus,
  });
  return {
    metrics: prometheus.metrics,
    url: listener.url,
    started({ jobs, slackTrouble }) {
      read = readingsOf(stores, jobs, clock);
      readiness.started({ stores, jobs, slackTrouble });
    },
    stopping: () => readiness.stopping(),
    close: () => listener.close(),
  };
}
