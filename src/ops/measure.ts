import type { Jobs } from '../ports/jobs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock } from '../ports/world.ts';

/** The jobs port, with every run counted and timed. Durations do not follow the clock when it is set. */
export function measuredJobs(jobs: Jobs, metrics: Metrics, clock: Clock): Jobs {
  return {
    ...jobs,
    handle(name, options, run) {
      jobs.handle(name, options, async (job) => {
        metrics.jobBegan(name, clock.now() - job.dueAt);
        const ended = stopwatch();
        try {
          await run(job);
        } catch (error) {
          metrics.jobEnded(name, job.attempt > options.retries ? 'dead' : 'failed', ended());
          throw error;
        }
        metrics.jobEnded(name, 'done', ended());
      });
    },
  };
}

/** Slack's acknowledgement, timed from now until it went through; the first one alone, and no failed one. */
export function measuredAck<Body>(
  ack: (body?: Body) => Promise<void>,
  kind: string,
  metrics: Metrics,
): (body?: Body) => Promise<void> {
  const ended = stopwatch();
  let done = false;
  return async (body) => {
    await ack(body);
    if (!done) metrics.acknowledged(kind, ended());
    done = true;
  };
}

function stopwatch(): () => number {
  const from = performance.now();
  return () => performance.now() - from;
}
