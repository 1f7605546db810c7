import type { TrailQueue } from '../../domain/trail-queue.ts';
import type { WatchTrouble } from '../../domain/watch.ts';
import type { Announced } from '../../watch/notifications.ts';

/** Whether a queue is the one of the bucket it was set with: until that shows, nothing in it is deleted. */

const OTHERS = 'It seems to be another queue.';

/** Whether a file of the bucket was ever announced in it. */
export function wasProven({ readAt, state }: Pick<TrailQueue, 'readAt' | 'state'>): boolean {
  return readAt !== null || state.files > 0 || state.strangers > 0;
}

/** Whether a message tells of the bucket. */
export function speaksOf(announced: Announced, bucket: string): boolean {
  return (
    announced.ok && (announced.tests === bucket || announced.files.some((file) => file.bucket === bucket))
  );
}

/** Why nothing is taken from it, for people; a name comes from a message, and has no control characters. */
export function otherWords(read: readonly { readonly announced: Announced }[], bucket: string): string {
  const named = read.flatMap(({ announced }) =>
    announced.ok ? [...announced.files.map((file) => file.bucket), announced.tests ?? []].flat() : [],
  );
  const [other] = named.filter((name) => /^[a-z0-9.-]{3,63}$/.test(name));
  const found =
    other === undefined
      ? `What is in it announces no file of the bucket “${bucket}”.`
      : `It announces files of the bucket “${other}”, not of “${bucket}”.`;
  return `${OTHERS} ${found} Its messages are left in it. Set the queue and the bucket that belong together under *Trail queues* in \`/aws-settings\`.`;
}

export function isOfOthers({ why }: WatchTrouble): boolean {
  return why.startsWith(OTHERS);
}
