import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from './aws-error.ts';
import { answer } from './exchange.ts';
import { Faults } from './faults.ts';
import { RequestLog } from './request-log.ts';
import { Traffic } from '../traffic.ts';
import { readRequest } from './wire/raw-request.ts';
import { World } from './world.ts';

export interface AwsStandInOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds; the system's clock when absent. */
  readonly clock?: () => number;
  /**
   * What signatures are checked by and answers are dated by; `clock` when absent. The SDK signs by the machine's own
   * clock, which does not move with the world's.
   */
  readonly wireClock?: () => number;
  /** The same seed makes the same ids and secrets. */
  readonly seed?: number;
  /** The most entries on a page, to make small pages. */
  readonly pageSize?: number;
}

/**
 * AWS on this machine: real HTTP on 127.0.0.1, real signatures, enforced policies. One address serves all services; the
 * service and the region come from the scope of the signature, the partition from the region.
 */
export class AwsStandIn {
  readonly url: string;
  readonly world: World;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly traffic = new Traffic();
  private readonly server: Server;

  private constructor(parts: { server: Server; world: World; faults: Faults; requests: RequestLog }) {
    this.server = parts.server;
    this.world = parts.world;
    this.faults = parts.faults;
    this.requests = parts.requests;
    this.traffic.watch(parts.server);
    this.url = `http://127.0.0.1:${(parts.server.address() as AddressInfo).port}`;
  }

  /** Starts listening with an empty world. */
  static async start(options: AwsStandInOptions = {}): Promise<AwsStandIn> {
    const world = new World(options.clock ?? Date.now, options.seed ?? 1, options.wireClock);
    const faults = new Faults(() => world.ids.chance());
    const requests = new RequestLog();
    const surroundings = { world, faults, requests, pageSize: options.pageSize ?? 1000 };
    const server = createServer((incoming, response) => {
      serve(surroundings, incoming, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return new AwsStandIn({ server, world, faults, requests });
  }

  /** Stops; requests that hang are cut off. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

async function serve(
  surroundings: Parameters<typeof answer>[0],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Clients measure their clock's error by it.
  response.sendDate = false;
  response.setHeader('date', new Date(surroundings.world.wireClock()).toUTCString());
  let request;
  try {
    request = await readRequest(incoming);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    response.writeHead(error.status, { 'content-type': 'text/plain', connection: 'close' });
    response.end(error.message);
    return;
  }
  const outcome = await answer(surroundings, request);
  switch (outcome.kind) {
    case 'hang':
      return;
    case 'drop':
      incoming.socket.destroy();
      return;
    case 'reply': {
      const { status, contentType, body, headers = {} } = outcome.reply;
      response.writeHead(status, {
        'content-type': contentType,
        'x-amzn-requestid': outcome.requestId,
        ...headers,
      });
      response.end(body);
    }
  }
}
