import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from './core.ts';
import type { Fault } from './faults.ts';
import { isPlain, parsed, type Json } from './json.ts';
import { respond } from './respond.ts';
import type { SocketMode } from './socket-mode.ts';
import { Traffic } from '../traffic.ts';
import { callMethod, errorOf, tooMany, type ApiAnswer } from './web-api/call.ts';

/** Slack's own server: the Web API, response_urls and the sockets of Socket Mode. */
export interface SlackServer {
  readonly port: number;
  readonly traffic: Traffic;
  /** Where requests go once the parts are made; the port is known before them. */
  serve(core: Core, sockets: SocketMode): void;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function listen(port: number): Promise<SlackServer> {
  // Slack keeps idle connections for longer than the five seconds of Node.js.
  const server: Server = createServer({ keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  const traffic = new Traffic();
  traffic.watch(server);
  return {
    port: address.port,
    traffic,
    serve(core, sockets) {
      server.on('request', (request, response) => {
        void answer(core, sockets, request, response).catch((error: unknown) => {
          core.journal.defect('the stand-in failed', error instanceof Error ? error.stack : error);
          response.writeHead(500).end();
        });
      });
      server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function answer(
  core: Core,
  sockets: SocketMode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', core.origin);
  const bytes = await bytesOf(request);
  const body = bytes.toString('utf8');
  if (url.pathname.startsWith('/response/')) {
    const args = asObject(parsed(body));
    const call = { name: 'response_url', args, raw: body };
    await faulty(core, call, response, () => respondTo(core, url.pathname.slice(10), args));
  } else if (url.pathname.startsWith('/api/')) {
    const name = url.pathname.slice(5);
    const args = { ...formArguments(url.searchParams), ...argumentsOf(request, body) };
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    await faulty(core, { name, args, raw: body }, response, () =>
      callMethod(core, sockets, name, bearer, args),
    );
  } else if (url.pathname.startsWith('/upload/v1/')) {
    const call = { name: 'upload_url', args: {}, raw: body };
    await faulty(core, call, response, () => upload(core, url.pathname.slice(11), bytes));
  } else {
    core.journal.defect(`unknown address: ${url.pathname}`);
    response.writeHead(404).end();
  }
}

/** Carries the call out unless a fault says otherwise, records it and answers. */
async function faulty(
  core: Core,
  { name, args, raw }: { name: string; args: Json; raw: string },
  response: ServerResponse,
  run: () => ApiAnswer,
): Promise<void> {
  const fault = core.faults.take(name, args);
  if (fault?.kind === 'latency') await sleep(fault.ms);
  const given = instead(fault) ?? (fault?.kind === 'hang' ? undefined : run());
  const error = given === undefined ? 'hang' : errorOf(given);
  const status = given?.status ?? 0;
  core.journal.record({
    method: name,
    args,
    raw,
    status,
    ok: error === undefined,
    ...(error === undefined ? {} : { error }),
  });
  if (given === undefined) return;
  if (fault?.kind === 'answer_lost') {
    if (fault.how === 'reset') response.destroy();
    return;
  }
  response.writeHead(given.status, { 'content-type': 'application/json; charset=utf-8', ...given.headers });
  response.end(JSON.stringify(given.body));
}

function instead(fault: Fault | undefined): ApiAnswer | undefined {
  if (fault?.kind === 'error') {
    const more = fault.messages === undefined ? {} : { response_metadata: { messages: fault.messages } };
    return { status: 200, headers: {}, body: { ok: false, error: fault.error, ...more } };
  }
  if (fault?.kind !== 'http') return undefined;
  return fault.status === 429
    ? tooMany(fault.retryAfter ?? 1)
    : { status: fault.status, headers: {}, body: {} };
}

function respondTo(core: Core, key: string, args: Json): ApiAnswer {
  const target = core.responseUrls.use(key);
  if (typeof target === 'string') {
    core.journal.defect(`response_url: ${target}`);
    return { status: 404, headers: {}, body: { ok: false, error: target } };
  }
  const error = respond(core, target, args);
  if (error === undefined) return { status: 200, headers: {}, body: { ok: true } };
  return { status: error === 'no_text' ? 400 : 200, headers: {}, body: { ok: false, error } };
}

/** The bytes of a file, sent raw; Slack answers anything but 200 when they are not what was announced. */
function upload(core: Core, key: string, bytes: Buffer): ApiAnswer {
  return core.files.receive(key, bytes)
    ? { status: 200, headers: {}, body: { ok: true } }
    : { status: 400, headers: {}, body: { ok: false, error: 'bad_upload' } };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function argumentsOf(request: IncomingMessage, body: string): Json {
  const type = request.headers['content-type'] ?? '';
  return type.includes('json') ? asObject(parsed(body)) : formArguments(new URLSearchParams(body));
}

/** In a form, arrays and objects come as JSON text. */
function formArguments(form: URLSearchParams): Json {
  const args: Record<string, unknown> = {};
  for (const [key, value] of form) {
    const json = /^[[{]/.test(value) ? parsed(value) : undefined;
    args[key] = typeof json === 'object' && key !== 'text' ? json : value;
  }
  return args;
}

function asObject(value: unknown): Json {
  return isPlain(value) ? value : {};
}
