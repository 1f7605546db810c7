import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Metrics } from '../ports/metrics.ts';
import type { Readings } from './readings.ts';
import { storedGauges } from './stored-gauges.ts';

/** Around Slack's three seconds. */
const ACK_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 3, 5];
const CALL_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];
const JOB_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 600];
const LAG_BUCKETS = [0.05, 0.25, 1, 2.5, 5, 15, 60, 300, 3_600];

export interface PrometheusOptions {
  readonly version: string;
  readonly transport: 'socket' | 'http';
  readonly engine: 'sqlite' | 'postgres';
  /** What is read from the database when the metrics are asked for; throws when it does not answer. */
  readonly read: () => Promise<Readings>;
}

/** The metrics of one process, and the page that shows them. */
export interface Prometheus {
  readonly metrics: Metrics;
  readonly contentType: string;
  /** The page in Prometheus's text format. What the database does not answer is left out. */
  page(): Promise<string>;
  /** Every name of our own, sorted. */
  names(): string[];
}

/** Metrics in a registry of their own, in Prometheus's words: seconds, and names that end in their unit. */
export function openPrometheus({ version, transport, engine, read }: PrometheusOptions): Prometheus {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const build = new Gauge({
    name: 'rekey_build_info',
    help: 'Always 1; its labels say what runs.',
    labelNames: ['version', 'node', 'transport', 'engine'],
    registers,
  });
  build.set({ version, node: process.versions.node, transport, engine }, 1);
  const acks = new Histogram({
    name: 'rekey_acknowledgement_seconds',
    help: 'From the arrival of a Slack payload until it was answered; Slack waits three seconds.',
    labelNames: ['kind', 'transport'],
    buckets: ACK_BUCKETS,
    registers,
  });
  const jobSeconds = new Histogram({
    name: 'rekey_job_seconds',
    help: 'How long runs of jobs took.',
    labelNames: ['job', 'outcome'],
    buckets: JOB_BUCKETS,
    registers,
  });
  const jobLag = new Histogram({
    name: 'rekey_job_lag_seconds',
    help: 'How long after their time runs of jobs began.',
    labelNames: ['job'],
    buckets: LAG_BUCKETS,
    registers,
  });
  const jobsRunning = new Gauge({
    name: 'rekey_jobs_running',
    help: 'Runs of jobs under way in this process.',
    labelNames: ['job'],
    registers,
  });
  const awsSeconds = new Histogram({
    name: 'rekey_aws_call_seconds',
    help: 'Calls to AWS, retries of the SDK included.',
    labelNames: ['api', 'outcome'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const awsRetries = new Counter({
    name: 'rekey_aws_retries_total',
    help: 'How often the AWS SDK sent a call again.',
    labelNames: ['api'],
    registers,
  });
  const awsWait = new Histogram({
    name: 'rekey_aws_budget_wait_seconds',
    help: 'How long calls in the background waited for their turn in the call budget of their account.',
    labelNames: ['api'],
    buckets: LAG_BUCKETS,
    registers,
  });
  const slackSeconds = new Histogram({
    name: 'rekey_slack_call_seconds',
    help: 'Calls of the Slack Web API.',
    labelNames: ['method', 'outcome'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const throttles = new Counter({
    name: 'rekey_throttles_total',
    help: 'Calls that were refused for being too many.',
    labelNames: ['by', 'api'],
    registers,
  });
  const attempts = new Counter({
    name: 'rekey_attempts_total',
    help: 'Checks, connects, replacements and disconnects that ended.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const rotationMoves = new Counter({
    name: 'rekey_rotation_moves_total',
    help: 'How often a rotation came into a state.',
    labelNames: ['to'],
    registers,
  });
  const stored = storedGauges(registers);

  return {
    contentType: registry.contentType,
    metrics: {
      acknowledged: (kind, ms) => acks.observe({ kind, transport }, ms / 1_000),
      jobBegan(job, lagMs) {
        jobLag.observe({ job }, Math.max(0, lagMs) / 1_000);
        jobsRunning.inc({ job });
      },
      jobEnded(job, outcome, ms) {
        jobsRunning.dec({ job });
        jobSeconds.observe({ job, outcome }, ms / 1_000);
      },
      awsCall(api, outcome, ms, retries) {
        awsSeconds.observe({ api, outcome }, Math.max(0, ms) / 1_000);
        if (retries > 0) awsRetries.inc({ api }, retries);
        if (outcome === 'throttled') throttles.inc({ by: 'aws', api });
      },
      awsWaited: (api, ms) => awsWait.observe({ api }, Math.max(0, ms) / 1_000),
      slackCall(method, outcome, ms) {
        slackSeconds.observe({ method, outcome }, ms / 1_000);
        if (outcome === 'rate_limited') throttles.inc({ by: 'slack', api: method });
      },
      attemptEnded: (kind, outcome) => attempts.inc({ kind, outcome }),
      rotationMoved: (to) => rotationMoves.inc({ to }),
    },
    async page() {
      stored.show(await read().catch(() => null));
      return registry.metrics();
    },
    names: () =>
      registry
        .getMetricsAsArray()
        .map(({ name }) => name)
        .filter((name) => name.startsWith('rekey_'))
        .sort(),
  };
}
