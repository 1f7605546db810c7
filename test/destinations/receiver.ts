import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as it arrived, after its signature was checked. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TOLERANCE_S = 300;

/**
 * A receiver as docs/webhook.md asks for one: it checks the signature over the raw body, the time, and whether it has
 * seen the message, and keeps the pair. It shares no code with Rekey.
 */
export class Receiver implements AsyncDisposable {
  readonly messages: Received[] = [];
  /** How messages are answered in place of taking them; `after`: it is taken first. */
  interfere: ((message: Received) => Answer | 'hang-up' | 'hang-up-after' | null) | null = null;
  pair: { accessKeyId: string; secretAccessKey: string } | null = null;
  /** Messages whose signature, time or form was wrong. */
  refused = 0;
  readonly url: string;
  readonly #keys: () => readonly string[];
  readonly #now: () => number;
  readonly #seen = new Set<string>();
  readonly #server;

  private constructor(
    server: ReturnType<typeof createServer>,
    keys: () => readonly string[],
    now: () => number,
  ) {
    this.#server = server;
    this.#keys = keys;
    this.#now = now;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?token=path-token`;
  }

  /** `keys`: the public keys it trusts, as Rekey publishes them. `now`: its clock; the machine's when left out. */
  static async start(keys: () => readonly string[], now: () => number = Date.now): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new Receiver(server, keys, now);
    server.on('request', (request, response) => {
      void receiver.#answer(request).then((answer) => {
        if (answer === null) return request.socket.destroy();
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        return response.end(answer.body ?? '');
      });
    });
    return receiver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<Answer | null> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks).toString('utf8');
    const id = String(request.headers['webhook-id']);
    const at = String(request.headers['webhook-timestamp']);
    if (!this.#genuine(id, at, body, String(request.headers['webhook-signature']))) {
      this.refused += 1;
      return { status: 401 };
    }
    const { type, data } = JSON.parse(body) as Received;
    const message = { id, type, data };
    const instead = this.interfere?.(message) ?? null;
    if (instead === 'hang-up') return null;
    if (instead !== null && instead !== 'hang-up-after') return instead;
    this.#take(message);
    if (instead === 'hang-up-after') return null;
    return { status: 200, body: JSON.stringify({ accessKeyId: this.pair?.accessKeyId ?? null }) };
  }

  #genuine(id: string, at: string, body: string, signatures: string): boolean {
    if (Math.abs(this.#now() / 1_000 - Number(at)) > TOLERANCE_S) return false;
    return signatures.split(' ').some((signature) => {
      const [version, value = ''] = signature.split(',');
      return (
        version === 'v1a' &&
        this.#keys().some((key) => {
          const x = Buffer.from(key.replace('whpk_', ''), 'base64').toString('base64url');
          const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
          return verify(null, Buffer.from(`${id}.${at}.${body}`), publicKey, Buffer.from(value, 'base64'));
        })
      );
    });
  }

  #take(message: Received): void {
    if (this.#seen.has(message.id)) return;
    this.#seen.add(message.id);
    this.messages.push(message);
    const { accessKeyId, secretAccessKey } = message.data;
    if (message.type !== 'access_key.rotated' || accessKeyId === undefined || secretAccessKey === undefined)
      return;
    this.pair = { accessKeyId, secretAccessKey };
  }
}
