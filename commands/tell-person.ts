import type { Services } from '../src/handlers/services.ts';
import { section } from '../src/slack/blocks/elements.ts';

/** Who is told, and because of which visit. */
interface Addressee {
  readonly userId: string;
  readonly correlationId: string;
}

/** Tells somebody in a direct message what no window could show; through the outbox, however often Slack fails. */
export async function tellPerson(services: Services, to: Addressee, text: string): Promise<void> {
  const { stores, ids, clock, jobs } = services;
  const now = clock.now();
  await stores.atomically([
    stores.notices.add({
      id: ids.next(),
      target: { kind: 'person', userId: to.userId },
      text,
      blocks: [section(text)],
      state: 'waiting',
      attempts: 0,
      nextAt: now,
      lastError: null,
      createdAt: now,
      correlationId: to.correlationId,
    }),
  ]);
  await jobs.enqueue('outbox', 'all');
}
