import type { PageResult } from '../ports/pager.ts';

/** A request to a paging service. */
export interface PagerRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back; the body is not read, since it may repeat what was sent. */
export interface PagerAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** How long one page may take; ms. */
export const PAGE_TIMEOUT_MS = 10_000;

export function jsonRequest(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): PagerRequest {
  return { url, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** What an answer means. `service` is its name for people. */
export function resultOf(service: string, { status, retryAfter }: PagerAnswer): PageResult {
  if (status >= 200 && status < 300) return { ok: true };
  if (status === 429) {
    const retryAfterMs = secondsIn(retryAfter) * 1_000;
    return { ok: false, why: 'limited', error: `${service} asks us to slow down`, retryAfterMs };
  }
  const why = status >= 500 || status === 408 ? 'unknown' : 'refused';
  return { ok: false, why, error: `${service} answered ${status}${hintFor(status)}`, retryAfterMs: 0 };
}

export function unreachable(service: string, error: unknown): PageResult {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const what = timedOut ? 'did not answer in time' : 'could not be reached';
  return { ok: false, why: 'unknown', error: `${service} ${what}`, retryAfterMs: 0 };
}

function hintFor(status: number): string {
  if (status >= 300 && status < 400) return ', a redirect, which Rekey does not follow';
  if (status === 400 || status === 422) return ' (a wrong key, or it finds the page itself wrong)';
  if (status === 401 || status === 403) return ' (it refuses the key)';
  return '';
}

/** The seconds of a Retry-After header; dates are left alone, since clocks differ. */
function secondsIn(header: string | null): number {
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : 0;
}
