import type { Rotation, RotationState } from '../../domain/rotation.ts';

/** The way of a rotation that goes well, as people read it. */
const STEPS: readonly (readonly [state: RotationState, label: string])[] = [
  ['planned', 'checked'],
  ['creating', 'new key'],
  ['verifying', 'works'],
  ['delivering', 'delivered'],
  ['cutover', 'consumers told'],
  ['quiet', 'old key silent'],
  ['deactivated', 'Inactive'],
  ['soaking', 'soak'],
  ['deleted', 'deleted'],
];

/** How far it is, as a line: in words and by number, not by signs alone. */
export function progressText({ state, block }: Pick<Rotation, 'state' | 'block'>): string {
  if (state === 'done') return `All ${STEPS.length} steps are done.`;
  if (state === 'undone') return 'Ended before the old key was replaced.';
  if (state === 'undoing' || block?.from === 'undoing') return 'Goes back to the old key.';
  const at = STEPS.findIndex(([step]) => step === (block?.from ?? state));
  const labels = STEPS.map(([, label], index) => {
    if (index < at) return `✓ ${label}`;
    return index === at ? `*▸ ${label}*` : label;
  });
  return `Step ${at + 1} of ${STEPS.length}: ${labels.join(' · ')}`;
}
