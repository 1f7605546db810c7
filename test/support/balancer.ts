import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What stands before several instances: each request goes to the next of them, and on to the one after when nobody
 * listens there. One whose connection breaks is answered with 502, as a balancer must: it may have been taken.
 */
export class Balancer {
  /** Where instances take requests; the test keeps it. */
  targets: readonly string[] = [];
  readonly #server: Server;
  #turn = 0;

  private constructor() {
    this.#server = createServer((incoming, response) => {
      void this.#pass(incoming, response);
    });
  }

  static async start(): Promise<Balancer> {
    const balancer = new Balancer();
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/slack/events`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    this.#turn += 1;
    const order = this.targets.map((_, at) => this.targets[(this.#turn + at) % this.targets.length] ?? '');
    for (const target of order) {
      const outcome = await forward(target, incoming, body, response);
      if (outcome === 'answered') return;
      if (outcome === 'broken') break;
    }
    response.writeHead(502).end();
  }
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<'answered' | 'nobody there' | 'broken'> {
  return new Promise((resolve) => {
    const { method, headers } = incoming;
    const passed = request(target, { ...(method === undefined ? {} : { method }), headers, agent: false });
    passed.once('response', (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', () => resolve('broken'));
      answer.once('end', () => {
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(pieces));
        resolve('answered');
      });
    });
    passed.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' ? 'nobody there' : 'broken');
    });
    passed.end(body);
  });
}
