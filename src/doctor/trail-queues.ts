import type { OpenStores } from '../../db/open.ts';
import { counted } from '../domain/time-words.ts';
import type { TrailQueue } from '../domain/trail-queue.ts';
import { lasting } from '../domain/watch.ts';
import { checkQueue, type CheckWorld } from '../handlers/trail-queues/check.ts';
import { failed, failure, ok, warning, type Finding } from './finding.ts';

/**
 * Whether each trail queue can be read, and what is known of it: what it lacks, holds back or set aside. Reads only; no
 * message is taken. Nothing where none is set.
 */
export async function* checkTrailQueues(
  { stores, ...world }: CheckWorld & { readonly stores: OpenStores },
  now: number,
): AsyncGenerator<Finding> {
  for (const queue of await stores.watch.queues.list()) {
    const what = `Trail queue “${queue.name}” (${queue.region})`;
    try {
      yield await one({ stores, ...world }, queue, what, now);
    } catch (error) {
      yield failure(what, error);
    }
  }
}

async function one(
  world: CheckWorld & { readonly stores: OpenStores },
  queue: TrailQueue,
  what: string,
  now: number,
): Promise<Finding> {
  const { stores } = world;
  const { connectionId, bucket, state } = queue;
  const connection = await stores.connections.byId(connectionId);
  if (connection === null || connection.state !== 'connected') {
    const mend = 'Choose another under Trail queues in /aws-settings.';
    return failed(what, 'The connection that read it is gone.', mend);
  }
  const { problems, notes } = await checkQueue(world, { connection, address: queue, bucket });
  const [problem] = problems;
  if (problem !== undefined) {
    const mend = `${problem.mend} Check under Trail queues in /aws-settings prints the policy.`;
    return failed(what, problem.what, mend);
  }
  const left = await stores.watch.files.left(queue.id, now);
  const troubles = [state.trouble, state.behind, state.gaps, state.asideTrouble].flatMap((each) => {
    const lasts = each === null ? null : lasting(each);
    return lasts === null ? [] : [`Since ${new Date(lasts.since).toISOString()}: ${lasts.why}`];
  });
  const found = [
    `It can be read, and announces files of ${bucket}; ${counted(left.waiting, 'file')} wait.`,
    ...troubles,
    ...notes.filter((note) => note.startsWith('Could not check')),
  ];
  return found.length === 1
    ? ok(what, found.join('\n'))
    : warning(what, found.join('\n'), 'Trail queues in /aws-settings says more.');
}
