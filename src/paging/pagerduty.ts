import { createHash } from 'node:crypto';
import type { Severity } from '../domain/notice.ts';
import type { Page, PagerAccess } from '../ports/pager.ts';
import { jsonRequest, type PagerRequest } from './request.ts';

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

const SUMMARY = 1_024;
const DEDUP_KEY = 255;

const SEVERITY: Record<Severity, 'critical' | 'error' | 'warning' | 'info'> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
};

/** A page as an event of PagerDuty's Events API v2; its key goes in the body. */
export function pagerDutyRequest(url: string, access: PagerAccess, page: Page): PagerRequest {
  const event = {
    routing_key: access.key.reveal(),
    event_action: page.action,
    dedup_key: shortKey(page.incidentKey, DEDUP_KEY),
  };
  if (page.action !== 'trigger') return jsonRequest(url, event);
  return jsonRequest(url, {
    ...event,
    client: 'Rekey',
    payload: {
      summary: page.summary.slice(0, SUMMARY),
      source: page.details['account'] ?? 'Rekey',
      severity: SEVERITY[page.severity],
      timestamp: new Date(page.at).toISOString(),
      component: 'AWS access keys',
      custom_details: { ...page.details, severity: page.severity, page: page.id },
    },
    ...linksOf(page),
  });
}

function linksOf(page: Page): { links?: { href: string; text: string }[] } {
  const href = page.details['link'];
  return href === undefined ? {} : { links: [{ href, text: 'Open' }] };
}

/** A key that fits, and stays one and the same. */
export function shortKey(key: string, limit: number): string {
  return key.length <= limit ? key : `sha256-${createHash('sha256').update(key).digest('hex')}`;
}
