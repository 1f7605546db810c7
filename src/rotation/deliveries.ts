import type { Delivery, Rotation } from '../domain/rotation.ts';
import { again, block } from './failures.ts';
import type { Outcome, Run } from './run.ts';

export function withDelivery(
  { deliveries }: Rotation,
  destinationId: string,
  by: Partial<Delivery>,
): Delivery[] {
  return deliveries.map((each) => (each.destinationId === destinationId ? { ...each, ...by } : each));
}

/** Whether every destination still holds the new key: the old one is not touched otherwise. Null when all do. */
export async function allHold(run: Run): Promise<Outcome | null> {
  const { rotation, ground, signal } = run;
  const { newKeyId } = rotation;
  for (const { destinationId } of rotation.deliveries) {
    const found = await ground.world.place(rotation, destinationId, signal);
    if ('refused' in found) return block(run, 'no_destination', found.refused);
    if (newKeyId === null) return block(run, 'secret_lost', 'There is no new key to look for.');
    const { answer, why } = await found.place.holds(found.target, newKeyId, signal);
    if (answer === 'no') {
      const what = `${found.name} no longer holds the new key. Put it back there, or take the rotation back.`;
      return block(run, 'delivery_failed', what);
    }
    if (answer === 'unknown') return again(run, `${found.name}: ${why ?? 'it does not say what it holds'}`);
  }
  return null;
}
