import type { Severity } from '../domain/notice.ts';
import type { PagerRegion } from '../domain/pager.ts';
import type { Page, PagerAccess } from '../ports/pager.ts';
import { shortKey } from './pagerduty.ts';
import { jsonRequest, type PagerRequest } from './request.ts';

/** https://docs.opsgenie.com/docs/alert-api; an account lives in one of the two. */
export const OPSGENIE_URLS: Readonly<Record<PagerRegion, string>> = {
  us: 'https://api.opsgenie.com',
  eu: 'https://api.eu.opsgenie.com',
};

const MESSAGE = 130;
const ALIAS = 512;
const DESCRIPTION = 15_000;
const DETAILS = 8_000;

const PRIORITY: Record<Severity, 'P1' | 'P2' | 'P3' | 'P4' | 'P5'> = {
  critical: 'P1',
  high: 'P2',
  medium: 'P3',
  low: 'P4',
  info: 'P5',
};

/** A page as a call of Opsgenie's Alert API: alerts of one alias are one. */
export function opsgenieRequest(base: string, access: PagerAccess, page: Page): PagerRequest {
  const headers = { authorization: `GenieKey ${access.key.reveal()}` };
  const alias = shortKey(page.incidentKey, ALIAS);
  if (page.action !== 'trigger') {
    const verb = page.action === 'resolve' ? 'close' : 'acknowledge';
    const url = `${base}/v2/alerts/${encodeURIComponent(alias)}/${verb}?identifierType=alias`;
    return jsonRequest(url, { source: 'Rekey', note: page.summary.slice(0, 1_000) }, headers);
  }
  const alert = {
    message: shorten(page.summary, MESSAGE),
    alias,
    description: page.summary.slice(0, DESCRIPTION),
    priority: PRIORITY[page.severity],
    source: 'Rekey',
    tags: ['rekey', page.severity],
    details: fitting(page.details),
  };
  return jsonRequest(`${base}/v2/alerts`, alert, headers);
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The details that fit within Opsgenie's limit for all of them together. */
function fitting(details: Readonly<Record<string, string>>): Record<string, string> {
  let room = DETAILS;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(details)) {
    room -= name.length + value.length;
    if (room < 0) break;
    kept[name] = value;
  }
  return kept;
}
