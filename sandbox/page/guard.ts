import type { IncomingMessage } from 'node:http';

/** No inline script or style, nothing from elsewhere but pictures that a block names. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' https:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Why a request is refused, or null. Another name in `Host` means that some site's name was pointed at this machine
 * (DNS rebinding); another `Origin`, or none, on a POST means that another page sent it.
 */
export function whyRefused(request: IncomingMessage, port: number): string | null {
  const host = request.headers.host ?? '';
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return `This sandbox answers only as 127.0.0.1:${port}.`;
  }
  if (request.method !== 'POST') return null;
  if (request.headers.origin !== `http://${host}`) return 'Only the page itself may do this.';
  if (!/^application\/json(?:;|$)/.test(request.headers['content-type'] ?? '')) return 'Send JSON.';
  return null;
}
