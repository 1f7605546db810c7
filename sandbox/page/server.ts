import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Crowd } from '../aws/crowd/crowd.ts';
import type { SampleWorld } from '../aws/fixtures.ts';
import type { Shop } from '../aws/shop/shop.ts';
import type { AwsStandIn } from '../aws/stand-in.ts';
import type { MovableClock } from '../clock.ts';
import type { Meanwhile } from '../meanwhile.ts';
import type { BillingAccount } from '../places.ts';
import type { SlackStandIn } from '../slack/stand-in.ts';
import type { Team } from '../team.ts';
import type { TeamAnswers } from '../team-answers.ts';
import { carryOutAct, readAct, type Stage } from './acts.ts';
import { streamValue } from './event-stream.ts';
import { readPageFiles } from './files.ts';
import { SAFE_HEADERS, whyRefused } from './guard.ts';
import { setupOf, snapshotOf } from './snapshot.ts';
import { Troubles } from './troubles.ts';

/** A log that is replayed is the longest that is sent. */
const MOST_BYTES = 12_000_000;

export interface PageWorld {
  readonly slack: SlackStandIn;
  readonly aws: AwsStandIn;
  readonly samples: SampleWorld;
  readonly team: Team;
  readonly clock: MovableClock;
  readonly crowd: Crowd;
  readonly shop: Shop;
  readonly meanwhile: Meanwhile;
  readonly answers: TeamAnswers;
  readonly billing: BillingAccount;
}

/** The page while it is served. */
export interface Page {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the page on a server that listens already, at 127.0.0.1 only. */
export function servePage(server: Server, world: PageWorld): Page {
  const { slack, aws, samples, team, clock, crowd, shop, meanwhile, answers, billing } = world;
  const { port } = server.address() as AddressInfo;
  const files = readPageFiles();
  const setup = setupOf(slack, team, samples, { ...crowd.keys, shop: shop.key }, shop.trail);
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  const troubles = new Troubles({ slack, aws, samples }, changed);
  /** How many browser tabs show each person's client. */
  const shown = new Map<string, number>();
  answers.isPlayed = (userId) => (shown.get(userId) ?? 0) > 0;
  const show = (userId: string, response: ServerResponse): void => {
    const count = (more: number): void => void shown.set(userId, (shown.get(userId) ?? 0) + more);
    count(1);
    response.once('close', () => count(-1));
  };
  const stage: Stage = { slack, aws, clock, answers, samples, shop, meanwhile, troubles, billing };
  const around = (): Parameters<typeof snapshotOf>[2] => ({
    troubles: troubles.list(),
    ahead: clock.ahead,
    meanwhile: meanwhile.list(),
    teamAnswers: answers.on,
  });
  const watch = (listener: () => void): (() => void) => {
    watchers.add(listener);
    const stops = [slack.onChange(listener), clock.onMove(listener), meanwhile.onChange(listener)];
    return () => {
      watchers.delete(listener);
      for (const stop of stops) stop();
    };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = whyRefused(request, port);
    if (refusal !== null) return sendText(response, 403, refusal);
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    if (request.method === 'POST' && url.pathname === '/act') {
      const act = readAct(await readJson(request));
      if (act === null) return sendText(response, 400, 'That is no act.');
      const done = await carryOutAct(stage, act);
      if (act.act === 'team_answers') changed();
      return sendJson(response, done);
    }
    if (request.method !== 'GET') return sendText(response, 405, 'Only GET, and POST /act.');
    if (url.pathname === '/setup') return sendJson(response, setup);
    if (url.pathname === '/events') {
      const userId = url.searchParams.get('as') ?? '';
      if (!team.members.some(({ id }) => id === userId)) return sendText(response, 404, 'No such person.');
      show(userId, response);
      return streamValue(response, SAFE_HEADERS, () => snapshotOf(slack, userId, around()), watch);
    }
    if (url.pathname.startsWith('/file/')) return sendFile(response, slack, url.pathname.slice(6));
    const file = files.get(url.pathname);
    if (file === undefined) return sendText(response, 404, 'Not found.');
    response.writeHead(200, { ...SAFE_HEADERS, 'content-type': file.type });
    response.end(file.body);
  };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, error instanceof BadBody ? 400 : 500, 'That did not work.');
    });
  });

  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      troubles.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Listens on a port of 127.0.0.1; rejects with the system's error when it is taken. */
export async function listenLocally(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

class BadBody extends Error {}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new BadBody('too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new BadBody('not JSON');
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What the app sent as a file, to be kept: never shown as a page of this place. */
function sendFile(response: ServerResponse, slack: SlackStandIn, fileId: string): void {
  const bytes = slack.fileBytes(fileId);
  if (bytes === null) return sendText(response, 404, 'Not found.');
  const headers = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
  response.writeHead(200, { ...SAFE_HEADERS, ...headers });
  response.end(bytes);
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { ...SAFE_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
}
