import type { Jobs } from '../ports/jobs.ts';

/** Jobs that run after what is urgent; `urgent`: the names of those that are themselves. */
export function urgentFirst(
  jobs: Jobs,
  afterUrgent: (work: () => Promise<void>) => Promise<void>,
  urgent: ReadonlySet<string>,
): Jobs {
  return {
    ...jobs,
    handle(name, options, run) {
      if (urgent.has(name)) return jobs.handle(name, options, run);
      return jobs.handle(name, options, (job) => afterUrgent(() => run(job)));
    },
  };
}
