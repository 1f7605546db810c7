import type { Actor } from '../domain/actor.ts';
import type { Connection } from '../domain/connection.ts';
import type { AuditFilter, AuditPlace, LinkedEntry } from '../ports/audit.ts';
import { authorise } from './authorise.ts';
import { lastAuditCheck, type LastAuditCheck } from './check-audit.ts';
import type { Services } from './services.ts';

export const AUDIT_PAGE = 15;

/** Where a page of the log begins: before a place, after one, or (null) at the newest entry. */
export type AuditFrom = { readonly before: AuditPlace } | { readonly after: AuditPlace } | null;

/** One page of the audit log. */
export interface AuditLook {
  readonly filter: AuditFilter;
  /** Newest first. */
  readonly entries: readonly LinkedEntry[];
  readonly from: AuditFrom;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly connections: readonly Connection[];
  readonly lastCheck: LastAuditCheck | null;
  readonly unchained: number;
  readonly now: number;
}

/** Reads a page of the audit log. Admins only: it names what people did. */
export async function lookAudit(
  services: Services,
  actor: Actor,
  filter: AuditFilter,
  from: AuditFrom,
): Promise<AuditLook> {
  authorise(actor, 'admin', 'read the audit log', services.admins);
  const { audit, connections } = services.stores;
  const newer = from !== null && 'after' in from;
  const found = await audit.page(filter, from, AUDIT_PAGE + 1);
  const more = found.length > AUDIT_PAGE;
  if (newer && !more && found.length < AUDIT_PAGE) return lookAudit(services, actor, filter, null);
  return {
    filter,
    entries: newer ? found.slice(-AUDIT_PAGE) : found.slice(0, AUDIT_PAGE),
    from,
    hasOlder: newer || more,
    hasNewer: newer ? more : from !== null,
    connections: await connections.list(),
    lastCheck: await lastAuditCheck(services),
    unchained: (await audit.countUnchained()).count,
    now: services.clock.now(),
  };
}
