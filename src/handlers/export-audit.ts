import { personOf } from '../domain/actor.ts';
import type { AuditFilter, LinkedEntry } from '../ports/audit.ts';
import type { Message } from '../ports/slack.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import { pageWrites } from './send-pages.ts';
import type { Services } from './services.ts';

/** Entries one export sends at the most: some ten messages, since Slack takes one a second. */
export const EXPORTED = 200;

/**
 * Sends the newest entries that match to the asker, in direct messages that `asMessages` makes. Answers how many
 * entries were sent, and whether there are more. Reading the log in bulk is an act of its own, and on the record.
 */
export async function exportAudit(
  services: Services,
  request: Request,
  filter: AuditFilter,
  asMessages: (entries: readonly LinkedEntry[], more: boolean) => readonly Message[],
): Promise<{ sent: number; more: boolean }> {
  authorise(request.actor, 'admin', 'export the audit log', services.admins);
  const { stores, jobs } = services;
  const found = await stores.audit.page(filter, null, EXPORTED + 1);
  const entries = found.slice(0, EXPORTED);
  const more = found.length > EXPORTED;
  await claimAndWrite(services, request, [
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'audit.export',
        entityKind: 'audit',
        entityId: 'log',
        correlationId: request.correlationId,
        detail: { ...filter, entries: entries.length },
      },
      'done',
    ),
    ...pageWrites(
      services,
      { userId: request.actor.userId, correlationId: request.correlationId },
      asMessages(entries, more),
    ),
  ]);
  await jobs.enqueue('outbox', 'all');
  return { sent: entries.length, more };
}
