import type { Jobs } from '../ports/jobs.ts';

/** Jobs that let what is urgent go first; `urgent`: the names of those that are themselves. */
export function urgentFirst(jobs: Jobs, giveWay: () => Promise<void>, urgent: ReadonlySet<string>): Jobs {
  return {
    ...jobs,
    handle(name, options, run) {
      if (urgent.has(name)) return jobs.handle(name, options, run);
      return jobs.handle(name, options, async (job) => {
        await giveWay();
        await run(job);
      });
    },
  };
}
