import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A door in front of moto: it calls its JSON answers HTML, as nothing of AWS does. */
export interface MotoDoor {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function openMotoDoor(endpoint: string): Promise<MotoDoor> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const through = request({ hostname, port, method, path: url, headers }, (answer) => {
      const isJson = headers['x-amz-target'] !== undefined;
      const type = isJson ? { 'content-type': 'application/x-amz-json-1.1' } : {};
      outgoing.writeHead(answer.statusCode ?? 502, { ...headersOf(answer), ...type });
      answer.pipe(outgoing);
    });
    through.on('error', () => outgoing.destroy());
    incoming.pipe(through);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
