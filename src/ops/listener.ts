import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RekeyError } from '../errors.ts';
import type { Log } from '../ports/world.ts';

export interface OpsListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly log: Log;
  /** What is not ready, a line each. */
  readonly troubles: () => Promise<readonly string[]>;
  readonly metrics: { readonly contentType: string; page(): Promise<string> };
}

export interface OpsListener {
  /** `http://HOST:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Answers /healthz, /readyz and /metrics, to GET and HEAD alone. There is no login: it listens on this machine
 * unless told otherwise, and nothing it says is secret.
 * @throws RekeyError `unreachable` when the port cannot be had.
 */
export async function openOpsListener(options: OpsListenerOptions): Promise<OpsListener> {
  const { host, port } = options;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    request.resume();
    void respond(request, response, options);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new RekeyError(
      'unreachable',
      `Cannot listen on ${host}:${port} for health and metrics (${codeOf(error)}).`,
      {
        next: 'Choose another REKEY_OPS_HOST or REKEY_OPS_PORT, or stop what uses it.',
        cause: error,
      },
    );
  }
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Never rejects. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: OpsListenerOptions,
): Promise<void> {
  const { method = '', url = '' } = request;
  const { status, type, body } = await answerTo(method, url, options).catch((error: unknown): Answer => {
    options.log.error('an operations page could not be made', { error });
    return plain(500, 'This page could not be made; the log says why.');
  });
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

async function answerTo(method: string, target: string, options: OpsListenerOptions): Promise<Answer> {
  const path = target.split('?', 1)[0];
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics')
    return plain(404, 'There is no such page.');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'This page is only read.');
  if (path === '/healthz') return plain(200, 'ok');
  if (path === '/metrics') {
    return { status: 200, type: options.metrics.contentType, body: await options.metrics.page() };
  }
  const troubles = await options.troubles();
  return troubles.length === 0 ? plain(200, 'ready') : plain(503, troubles.join('\n'));
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
