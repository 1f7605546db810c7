import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { wakeOutbox } from './alert.ts';
import type { Services } from './services.ts';

/** Somebody who gets several messages, and because of which visit. */
interface Addressee {
  readonly userId: string;
  readonly correlationId: string;
}

/** Writes that send one person several messages, in this order, through the outbox. */
export function pageWrites(
  { stores, ids, clock }: Pick<Services, 'stores' | 'ids' | 'clock'>,
  to: Addressee,
  messages: readonly Message[],
): Write[] {
  const now = clock.now();
  return messages.map((message, index) =>
    stores.notices.add({
      id: ids.next(),
      target: { kind: 'person', userId: to.userId },
      ...message,
      // A millisecond apart, so that they are posted in this order.
      createdAt: now + index,
      nextAt: now,
      correlationId: to.correlationId,
    }),
  );
}

/** Sends them. */
export async function sendPages(
  services: Services,
  to: Addressee,
  messages: readonly Message[],
): Promise<void> {
  await services.stores.atomically(pageWrites(services, to, messages));
  await wakeOutbox(services);
}
