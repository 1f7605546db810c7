import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { RekeyError } from '../errors.ts';
import type { Clock } from '../ports/world.ts';
import { notFromTheFuture } from './signature-time.ts';

/** Where signed requests of Slack arrive. */
export interface HttpDoor {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens for signed requests; port 0 takes a free one. `take` gets what is not from the future.
 * @throws RekeyError `unreachable` when the address cannot be had
 */
export async function openHttpDoor(
  { host, port }: { host: string; port: number },
  take: RequestListener,
  clock: Clock,
): Promise<HttpDoor> {
  const server = createServer((request, response) => {
    if (notFromTheFuture(request, response, clock.now())) take(request, response);
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
  return { url: addressOf(server), close: () => closeServer(server) };
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}/slack/events`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}
