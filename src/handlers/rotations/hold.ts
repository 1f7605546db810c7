import type { Rotation } from '../../domain/rotation.ts';
import { pauseOf } from '../pause.ts';
import type { Services } from '../services.ts';
import { scheduleStop } from './schedule-stop.ts';

/** Why a rotation may change nothing now; null when it may. */
export async function holdOf(
  services: { readonly stores: Pick<Services['stores'], 'settings'> },
  { trigger }: Pick<Rotation, 'trigger'>,
): Promise<string | null> {
  const pause = await pauseOf(services);
  if (pause !== null) return pause.why;
  if (trigger !== 'policy') return null;
  const stop = await scheduleStop(services);
  return stop === null ? null : `rotations by schedule are stopped: ${stop.why}`;
}
