import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { opsgenieProblems, pagerDutyProblems, webhookProblems } from './format.ts';

type Json = Readonly<Record<string, unknown>>;

/** One incident as the services see it. */
export interface Incident {
  readonly service: 'pagerduty' | 'opsgenie' | 'webhook';
  readonly key: string;
  state: 'triggered' | 'acknowledged' | 'resolved';
  /** How many triggers it took. */
  count: number;
  summary: string;
  severity: string;
}

/** What goes wrong with the next requests, in order. */
export type PagerFault =
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly retryAfter?: number;
      readonly location?: string;
    }
  | { readonly kind: 'hang' }
  /** Done, and never answered. */
  | { readonly kind: 'answer_lost' };

/** A stand-in for PagerDuty, Opsgenie and a webhook on 127.0.0.1, strict about what they take. */
export class PagerStandIn {
  readonly routingKey = randomBytes(16).toString('hex');
  readonly genieKey = `${randomBytes(4).toString('hex')}-${randomBytes(14).toString('hex')}`;
  readonly webhookSecret = randomBytes(16).toString('hex');
  readonly incidents: Incident[] = [];
  readonly faults: PagerFault[] = [];
  /** Every request refused for its form or key, and why. */
  readonly refused: string[] = [];
  /** How many requests came, and the bodies as they were. */
  readonly bodies: string[] = [];
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on('request', (request, response) => {
      void this.#answer(request, response).catch(() => response.writeHead(500).end());
    });
  }

  static async start(port = 0): Promise<PagerStandIn> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port');
    return new PagerStandIn(server, address.port);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  get pagerDutyUrl(): string {
    return `http://127.0.0.1:${this.#port}/v2/enqueue`;
  }

  /** The base of Opsgenie's API in a region: each has its own accounts, here its own path. */
  opsgenieUrl(region: 'us' | 'eu'): string {
    return `http://127.0.0.1:${this.#port}/${region}`;
  }

  /** Any host that leads to 127.0.0.1 will do. */
  webhookUrl(host = '127.0.0.1'): string {
    return `http://${host}:${this.#port}/hook?token=in-the-address`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    this.bodies.push(raw);
    const fault = this.faults.shift();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'http') {
      response.writeHead(fault.status, {
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
        ...(fault.location === undefined ? {} : { location: fault.location }),
      });
      response.end();
      return;
    }
    const [status, body] = this.#take(request, raw);
    if (fault?.kind === 'answer_lost') response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #take(request: IncomingMessage, raw: string): readonly [status: number, body: unknown] {
    const path = request.url ?? '';
    const body = parsed(raw);
    if (
      request.method !== 'POST' ||
      request.headers['content-type']?.startsWith('application/json') !== true
    ) {
      return this.#refuse(400, 'not a POST of JSON');
    }
    if (body === null) return this.#refuse(400, 'not an object in JSON');
    if (path === '/v2/enqueue') return this.#pagerDuty(body);
    const opsgenie =
      /^\/(?:us|eu)\/v2\/alerts(?:\/([^/?]+)\/(close|acknowledge)\?identifierType=alias)?$/.exec(path);
    if (opsgenie !== null) return this.#opsgenie(request, body, opsgenie[1], opsgenie[2]);
    if (path.startsWith('/hook')) return this.#webhook(request, raw, body);
    return this.#refuse(404, `no such path: ${path}`);
  }

  #pagerDuty(body: Json): readonly [number, unknown] {
    const problems = pagerDutyProblems(body);
    if (body['routing_key'] !== this.routingKey) problems.push('routing_key is not known');
    if (problems.length > 0) {
      return this.#refuse(400, problems.join('; '), {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: problems,
      });
    }
    const payload = body['payload'] as Json | undefined;
    const key = String(body['dedup_key']);
    this.#happens(
      'pagerduty',
      key,
      String(body['event_action']),
      payload?.['summary'],
      payload?.['severity'],
    );
    return [202, { status: 'success', message: 'Event processed', dedup_key: key }];
  }

  #opsgenie(
    request: IncomingMessage,
    body: Json,
    alias: string | undefined,
    verb: string | undefined,
  ): readonly [number, unknown] {
    if (request.headers.authorization !== `GenieKey ${this.genieKey}`) {
      return this.#refuse(401, 'Could not authenticate');
    }
    const act = verb === 'close' || verb === 'acknowledge' ? verb : 'create';
    const problems = opsgenieProblems(body, act);
    if (problems.length > 0) return this.#refuse(422, problems.join('; '));
    const key = alias === undefined ? String(body['alias']) : decodeURIComponent(alias);
    const action = { create: 'trigger', close: 'resolve', acknowledge: 'acknowledge' }[act];
    this.#happens('opsgenie', key, action, body['message'], body['priority']);
    return [
      202,
      { result: 'Request will be processed', took: 0.1, requestId: randomBytes(8).toString('hex') },
    ];
  }

  #webhook(request: IncomingMessage, raw: string, body: Json): readonly [number, unknown] {
    const timestamp = String(request.headers['x-rekey-timestamp']);
    const expected = createHmac('sha256', this.webhookSecret).update(`v1:${timestamp}:${raw}`).digest('hex');
    if (request.headers['x-rekey-signature'] !== `v1=${expected}`)
      return this.#refuse(401, 'wrong signature');
    if (request.headers['x-rekey-delivery'] !== body['id']) return this.#refuse(400, 'wrong delivery id');
    const problems = webhookProblems(body);
    if (problems.length > 0) return this.#refuse(400, problems.join('; '));
    const key = String(body['incidentKey']);
    this.#happens('webhook', key, String(body['action']), body['summary'], body['severity']);
    return [204, undefined];
  }

  #happens(
    service: Incident['service'],
    key: string,
    action: string,
    summary: unknown,
    severity: unknown,
  ): void {
    const open = this.incidents.find(
      (each) => each.service === service && each.key === key && each.state !== 'resolved',
    );
    if (action !== 'trigger') {
      // A resolve of what is not open is taken, and changes nothing.
      if (open !== undefined) open.state = action === 'resolve' ? 'resolved' : 'acknowledged';
      return;
    }
    if (open !== undefined) {
      open.count += 1;
      return;
    }
    const words = { summary: String(summary), severity: String(severity) };
    this.incidents.push({ service, key, state: 'triggered', count: 1, ...words });
  }

  #refuse(status: number, why: string, body: unknown = { message: why }): readonly [number, unknown] {
    this.refused.push(`${status} ${why}`);
    return [status, body];
  }
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}
