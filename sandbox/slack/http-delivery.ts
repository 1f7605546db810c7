import { createHmac } from 'node:crypto';
import type { Ack, Delivery, Transport } from './delivery.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import { isPlain, parsed, type Json } from './json.ts';

/** How a request's signature differs from an honest one. */
export interface Forgery {
  /** Added to the time stamp that is signed. */
  readonly offsetSeconds?: number;
  /** Signs with this instead of the app's secret. */
  readonly secret?: string;
  readonly unsigned?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
  readonly noRetry: boolean;
}

/** Slack's `v0` signature: HMAC-SHA256 over version, time stamp and raw body. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Slack's side of HTTP deliveries: signed posts to the app's request URL. */
export class HttpDelivery implements Transport {
  readonly via = 'http';
  readonly #url: string;
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #ackMs: () => number;
  readonly #journal: Journal;
  /** Applies to every delivery until it is set back. */
  forgery: Forgery = {};

  constructor(options: { url: string; secret: string; clock: Clock; ackMs: () => number; journal: Journal }) {
    this.#url = options.url;
    this.#secret = options.secret;
    this.#clock = options.clock;
    this.#ackMs = options.ackMs;
    this.#journal = options.journal;
  }

  /** The question Slack asks about the certificate; it is not signed. */
  sslCheck(): Promise<Answer> {
    return this.post(form({ ssl_check: '1', token: 'unused' }), FORM, {}, { unsigned: true });
  }

  /** The question Slack asks when the request URL is saved; the answer must hold the challenge. */
  urlVerification(challenge: string): Promise<Answer> {
    return this.post(JSON.stringify({ type: 'url_verification', challenge, token: 'unused' }), JSON_TYPE);
  }

  async send({ kind, body, retry }: Delivery): Promise<Ack> {
    const headers: Record<string, string> =
      retry === undefined
        ? {}
        : { 'x-slack-retry-num': String(retry.number), 'x-slack-retry-reason': retry.reason };
    const began = performance.now();
    try {
      const answer = await this.post(...encoded(kind, body), headers);
      const { ms, status, noRetry } = answer;
      const payload = answered(answer.body);
      const args = isPlain(payload) ? payload : {};
      const error = status === 200 ? {} : { error: `status ${status}` };
      this.#journal.record({ method: 'ack', args, raw: answer.body, status, ok: status === 200, ...error });
      if (status !== 200) return { outcome: 'refused', ms, status, noRetry };
      return { outcome: 'ack', ms, payload, noRetry };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return { outcome: late ? 'timeout' : 'unreachable', ms: performance.now() - began };
    }
  }

  /** Posts a body as Slack would, signed; rejects when nothing answers in time. */
  async post(
    body: string,
    contentType: string,
    headers: Readonly<Record<string, string>> = {},
    forgery: Forgery = this.forgery,
  ): Promise<Answer> {
    const timestamp = String(Math.floor(this.#clock.now() / 1_000) + (forgery.offsetSeconds ?? 0));
    const signed: Record<string, string> = forgery.unsigned
      ? {}
      : {
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature(forgery.secret ?? this.#secret, timestamp, body),
        };
    const began = performance.now();
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': contentType, 'user-agent': 'Slackbot 1.0', ...signed, ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#ackMs()),
    });
    const noRetry = response.headers.get('x-slack-no-retry') === '1';
    return { status: response.status, body: await response.text(), ms: performance.now() - began, noRetry };
  }
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

function encoded(kind: Delivery['kind'], body: Json): [body: string, contentType: string] {
  if (kind === 'event') return [JSON.stringify(body), JSON_TYPE];
  return kind === 'command' ? [form(body), FORM] : [form({ payload: JSON.stringify(body) }), FORM];
}

function form(body: Json): string {
  const pairs = Object.entries(body).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(pairs).toString();
}

/** Slack takes a JSON body as it is and any other as the text of a message. */
function answered(body: string): unknown {
  if (body.trim() === '') return undefined;
  const json = parsed(body);
  return isPlain(json) ? json : { text: body };
}
