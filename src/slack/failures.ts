import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { RekeyError } from '../errors.ts';

/** What a failed call of the Web API comes down to. Carries Slack's error name, never the call's content. */
export type SlackFailure =
  /** Slack refused: `not_in_channel`, `missing_scope`… `details` are its own messages, which name fields only. */
  | { readonly kind: 'refused'; readonly error: string; readonly details: string }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Slack answered 5xx, or nothing. `sent` is false when no connection was made; else the call may have had its effect. */
  | { readonly kind: 'unknown'; readonly error: string; readonly sent: boolean };

const NO_ANSWER = 'no answer';

/** What undici and Node call a connection that never was. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof WebAPIPlatformError) {
    const name = error.data.error;
    if (name === 'ratelimited') return { kind: 'rate_limited', retryAfterMs: 30_000 };
    if (name === 'internal_error' || name === 'fatal_error' || name === 'service_unavailable') {
      return { kind: 'unknown', error: name, sent: true };
    }
    const messages = error.data.response_metadata?.messages ?? [];
    return { kind: 'refused', error: name, details: messages.join('; ').slice(0, 500) };
  }
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'rate_limited', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error instanceof WebAPIHTTPError) {
    return { kind: 'unknown', error: `HTTP ${error.statusCode}`, sent: true };
  }
  if (error instanceof WebAPIRequestError) {
    return { kind: 'unknown', error: NO_ANSWER, sent: !neverConnected(error.original) };
  }
  return { kind: 'unknown', error: error instanceof Error ? error.name : 'failure', sent: true };
}

function neverConnected(error: Error): boolean {
  const code: unknown = error.cause instanceof Error ? Reflect.get(error.cause, 'code') : undefined;
  return typeof code === 'string' && NEVER_CONNECTED.has(code);
}

/** The same as an error for people: Slack could not be asked. */
export function unreachable(what: string, failure: SlackFailure): RekeyError {
  const why =
    failure.kind === 'rate_limited'
      ? 'Slack asks us to slow down'
      : failure.error === NO_ANSWER
        ? 'there was no answer'
        : `Slack answered “${failure.error}”`;
  return new RekeyError('unreachable', `${what}: ${why}.`, { next: 'Please try again in a minute.' });
}
