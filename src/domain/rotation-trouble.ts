import type { Rotation } from './rotation.ts';

/**
 * What goes wrong in the present step; null also while people have stopped it, which is no
 * trouble: the pause, or the stop of those begun by schedule.
 */
export function troubleOf({ trouble }: Pick<Rotation, 'trouble'>): Rotation['trouble'] {
  return trouble?.times === 0 ? null : trouble;
}
