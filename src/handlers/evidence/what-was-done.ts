import type { AuditEntry } from '../../domain/records.ts';
import type { AuditFilter } from '../../ports/audit.ts';
import { timesOf, type EvidenceAction, type EvidenceTimes } from '../../evidence/document.ts';
import type { Services } from '../services.ts';
import type { EvidenceAbout } from './about.ts';

/** Families of the audit log that are about incidents and keys. */
const FAMILIES = ['containment', 'role', 'incident', 'expectation', 'evidence', 'key'] as const;
const MOST_ENTRIES = 500;

/** What people and Rekey did about it, oldest first, from the audit log. */
export async function actionsAbout(
  { stores }: Pick<Services, 'stores'>,
  about: EvidenceAbout,
): Promise<readonly EvidenceAction[]> {
  const ids = new Set([about.ref.id, ...about.containments.map(({ id }) => id), about.subject]);
  const correlations = new Set(about.containments.map(({ correlationId }) => correlationId));
  const all: AuditEntry[] = [];
  for (const family of FAMILIES) {
    const filter: AuditFilter = { userId: null, family, connectionId: null, since: about.from };
    all.push(...(await stores.audit.page(filter, null, MOST_ENTRIES)));
  }
  return all
    .filter((entry) => isAbout(entry, ids, correlations))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .map(({ at, doer, verb, phase, outcome, why, detail }) => {
      const host = detail['hostUser'];
      return {
        at,
        by: doer.kind === 'person' ? doer.userId : typeof host === 'string' ? `${host} on the host` : 'rekey',
        what: verb,
        outcome: phase === 'intent' ? 'begun' : outcome,
        why,
      };
    });
}

function isAbout(
  { entityId, correlationId, detail }: AuditEntry,
  ids: ReadonlySet<string>,
  correlations: ReadonlySet<string>,
): boolean {
  const incidents = detail['incidents'];
  return (
    ids.has(entityId) ||
    correlations.has(correlationId) ||
    (Array.isArray(incidents) && incidents.some((id) => typeof id === 'string' && ids.has(id)))
  );
}

/** When it was detected, told and contained. The first containment for it counts; the time IAM confirmed is its latest. */
export async function timesAbout(
  { stores }: Pick<Services, 'stores'>,
  about: EvidenceAbout,
): Promise<EvidenceTimes> {
  const { incident, containments, firstAt } = about;
  const noticeId = incident?.noticeId ?? null;
  const notice = noticeId === null ? null : await stores.notices.byId(noticeId);
  const [first] = containments;
  return timesOf({
    firstSignalAt: firstAt,
    detectedAt: incident?.createdAt ?? null,
    notifiedAt: notice?.state === 'sent' ? notice.doneAt : null,
    containAskedAt: first?.createdAt ?? null,
    containedAt: first?.confirmedAt ?? null,
  });
}
