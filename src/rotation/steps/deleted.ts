import { whilePaused } from '../look.ts';
import type { Step } from '../run.ts';

/** What is left of the old key: its description, and, where Rekey itself is the consumer, its sealed secret. */
export const deleted: Step = async (run) => {
  const stopped = await whilePaused(run);
  if (stopped !== null) return stopped;
  const { rotation, ground, signal } = run;
  const account = await ground.world.account(rotation, [rotation.oldKeyId], signal);
  const { userName } = rotation.snapshot;
  await account?.tagKey(userName, rotation.oldKeyId, null, signal).catch(() => null);
  return { kind: 'move', to: 'done' };
};
