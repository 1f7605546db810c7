import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { RekeyError } from '../errors.ts';
import type { Clock } from '../ports/world.ts';
import { notFromTheFuture } from './signature-time.ts';

/** Where signed requests of Slack arrive. */
export interface HttpDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** Where Slack posts everything to. */
const PATH = '/slack/events';
/** Slack's bodies are some kilobytes, a view 250 of them at the most. */
const LARGEST_BODY = 1_000_000;
/** Slack waits three seconds for an answer; what is open longer than this is no request of Slack's. */
const CLOSE_AFTER_MS = 4_000;

/**
 * Listens for signed requests; port 0 takes a free one. `take` gets posts to our path that are not from the future;
 * it may throw at anything else, and that would end the process.
 * @throws RekeyError `unreachable` when the address cannot be had
 */
export async function openHttpDoor(
  { host, port }: { host: string; port: number },
  take: RequestListener,
  clock: Clock,
): Promise<HttpDoor> {
  const server = createServer((request, response) => {
    // What is not read to its end would hold its connection, and a stopping process with it.
    response.once('finish', () => {
      if (!request.complete) request.socket.destroySoon();
    });
    const [path] = (request.url ?? '').split('?');
    if (path !== PATH || request.method !== 'POST') refuse(response, 404);
    else if (Number(request.headers['content-length']) > LARGEST_BODY) refuse(response, 413);
    else if (notFromTheFuture(request, response, clock.now())) take(request, response);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new RekeyError('unreachable', `Cannot listen on ${host}:${port}.`, {
      next: 'Choose another HOST or PORT, or stop what uses it.',
      cause: error,
    });
  }
  return { url: addressOf(server), close: () => closeServer(server, clock) };
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}${PATH}`;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Lets requests under way be answered. */
async function closeServer(server: Server, clock: Clock): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const patience = new AbortController();
  const hurry = clock.sleep(CLOSE_AFTER_MS, patience.signal).then(
    () => server.closeAllConnections(),
    () => undefined,
  );
  await closed;
  patience.abort();
  await hurry;
}
