import { createHmac } from 'node:crypto';
import type { Page, PagerAccess } from '../ports/pager.ts';
import type { PagerRequest } from './request.ts';

/** A page for a webhook, as docs/paging.md describes it. `at` (ms) is the moment of sending. */
export function webhookRequest(url: string, access: PagerAccess, page: Page, at: number): PagerRequest {
  const body = JSON.stringify({
    version: 1,
    id: page.id,
    action: page.action,
    incidentKey: page.incidentKey,
    severity: page.severity,
    summary: page.summary,
    at: new Date(page.at).toISOString(),
    source: 'rekey',
    details: page.details,
  });
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', access.key.reveal()).update(`v1:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Rekey',
    'x-rekey-delivery': page.id,
    'x-rekey-timestamp': timestamp,
    'x-rekey-signature': `v1=${signature}`,
  };
  return { url, headers, body };
}
