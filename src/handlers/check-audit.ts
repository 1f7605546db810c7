import { z } from 'zod';
import { verifyChain } from '../audit/verify.ts';
import type { AuditVerdict } from '../domain/audit-verdict.ts';
import type { Stores } from '../ports/stores.ts';
import type { Services } from './services.ts';

const LAST_CHECK = 'audit_last_check';

/** What the last check of the audit log came to, whoever asked for it. */
export interface LastAuditCheck {
  readonly result: AuditVerdict['result'];
  readonly at: number;
  /** The last place that was looked at; null for an empty chain. */
  readonly to: number | null;
  readonly problems: number;
}

const shape: z.ZodType<LastAuditCheck> = z.object({
  result: z.enum(['verified', 'broken', 'cannot be checked']),
  at: z.number(),
  to: z.number().nullable(),
  problems: z.number(),
});

/** Checks the whole audit log, and remembers the outcome for the screens. */
export async function checkAudit(services: Services, signal?: AbortSignal): Promise<AuditVerdict> {
  const { stores, auditSigner: signer, clock, log } = services;
  const verdict = await verifyChain(
    { audit: stores.audit, signer, clock },
    signal === undefined ? {} : { signal },
  );
  const { result, to, findings, more } = verdict;
  const last: LastAuditCheck = { result, at: clock.now(), to, problems: findings.length + more };
  await stores.atomically([stores.settings.set(LAST_CHECK, JSON.stringify(last), last.at)]);
  if (result !== 'verified')
    log.error('the audit log did not verify', { result, findings: findings.slice(0, 20) });
  return verdict;
}

export async function lastAuditCheck({
  stores,
}: {
  readonly stores: Pick<Stores, 'settings'>;
}): Promise<LastAuditCheck | null> {
  const text = await stores.settings.get(LAST_CHECK);
  if (text === null) return null;
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
