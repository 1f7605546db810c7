import type { Delivery, Rotation } from '../../domain/rotation.ts';
import type { Services } from '../services.ts';

const BATCH = 100;

/** A delivery of an open rotation. */
export interface OpenDelivery {
  readonly rotation: Rotation;
  readonly delivery: Delivery;
}

/** Open rotations that deliver to a destination, newest first. */
export async function openDeliveries(
  { stores }: Pick<Services, 'stores'>,
  destinationId: string,
): Promise<OpenDelivery[]> {
  const found: OpenDelivery[] = [];
  let after: string | null = null;
  for (;;) {
    const filter = { state: null, accountId: null, open: true };
    const page: Rotation[] = await stores.rotation.rotations.page(filter, after, BATCH);
    for (const rotation of page) {
      const delivery = rotation.deliveries.find((each) => each.destinationId === destinationId);
      if (delivery !== undefined) found.push({ rotation, delivery });
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < BATCH) return found;
  }
}

/** Whose keys are on their way there, for people. */
export function whose(deliveries: readonly OpenDelivery[]): string {
  return [...new Set(deliveries.map(({ rotation }) => rotation.snapshot.userName))].slice(0, 5).join(', ');
}
