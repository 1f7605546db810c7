import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Ack, Delivery, Transport } from './delivery.ts';
import type { Journal } from './journal.ts';
import { isPlain, parsed, text } from './json.ts';

const TYPES = {
  command: 'slash_commands',
  interaction: 'interactive',
  suggestion: 'interactive',
  event: 'events_api',
};
const PING_MS = 10_000;
/** Slack's limit on sockets of one app. */
export const MOST_SOCKETS = 10;

interface Waiting {
  state: 'open' | 'acked' | 'late';
  readonly kind: Delivery['kind'];
  take(payload: unknown): void;
}

/** Slack's side of Socket Mode: tickets, sockets, envelopes and their acknowledgements. */
export class SocketMode implements Transport {
  readonly via = 'socket';
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #envelopes = new Map<string, Waiting>();
  readonly #journal: Journal;
  readonly #ackMs: () => number;
  readonly #appId: string;
  readonly #arrivals = new Set<() => void>();
  #sockets: WebSocket[] = [];
  #turn = 0;
  /** False after `disableLink`: the app has turned Socket Mode off. */
  enabled = true;

  constructor(options: { journal: Journal; ackMs: () => number; appId: string }) {
    this.#journal = options.journal;
    this.#ackMs = options.ackMs;
    this.#appId = options.appId;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  /** The path and query of a socket that may be opened once; undefined when there are too many sockets. */
  ticket(): string | undefined {
    if (this.#sockets.length >= MOST_SOCKETS) return undefined;
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `/link/?ticket=${ticket}&app_id=${this.#appId}`;
  }

  /** Takes over an HTTP upgrade. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname !== '/link/' || !this.#tickets.delete(url.searchParams.get('ticket') ?? '')) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened));
  }

  /** Waits for `count` open sockets. */
  async connected(count = 1, timeoutMs = 5_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.#sockets.length < count) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Only ${this.#sockets.length} of ${count} sockets connected`);
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#arrivals.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.#arrivals.add(done);
      });
    }
  }

  /** Asks every socket to reconnect, as Slack does every few hours; the app closes them. */
  refresh(reason: 'warning' | 'refresh_requested' | 'too_many_websockets' = 'refresh_requested'): void {
    for (const socket of this.#sockets) this.#disconnect(socket, reason);
  }

  /** Breaks every connection without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#sockets = [];
  }

  /** The app has turned Socket Mode off: sockets are told and no new ones are given. */
  disableLink(): void {
    this.enabled = false;
    for (const socket of this.#sockets) this.#disconnect(socket, 'link_disabled');
  }

  async send(delivery: Delivery): Promise<Ack> {
    const began = performance.now();
    const since = (): number => performance.now() - began;
    const socket = this.#next();
    if (socket === undefined) return { outcome: 'unreachable', ms: 0 };
    const envelopeId = randomUUID();
    const { kind, body, retry } = delivery;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        state: 'open',
        kind,
        take: (payload) => {
          clearTimeout(timer);
          resolve({ outcome: 'ack', ms: since(), payload, noRetry: false });
        },
      };
      const timer = setTimeout(() => {
        waiting.state = 'late';
        resolve({ outcome: 'timeout', ms: since() });
      }, this.#ackMs());
      this.#envelopes.set(envelopeId, waiting);
      const envelope = {
        envelope_id: envelopeId,
        type: TYPES[kind],
        accepts_response_payload: kind !== 'event',
        payload: body,
        ...(kind === 'event' ? { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? '' } : {}),
      };
      socket.send(JSON.stringify(envelope));
    });
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #next(): WebSocket | undefined {
    const open = this.#sockets.filter((each) => each.readyState === WebSocket.OPEN);
    this.#turn += 1;
    return open[this.#turn % Math.max(open.length, 1)];
  }

  #welcome(socket: WebSocket): void {
    this.#sockets.push(socket);
    const ping = setInterval(() => socket.ping(), PING_MS);
    socket.on('close', () => {
      clearInterval(ping);
      this.#sockets = this.#sockets.filter((each) => each !== socket);
    });
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => this.#take(Buffer.isBuffer(data) ? data.toString('utf8') : ''));
    const hello = {
      type: 'hello',
      num_connections: this.#sockets.length,
      debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: this.#appId },
    };
    socket.send(JSON.stringify(hello));
    for (const arrived of this.#arrivals) arrived();
  }

  #take(source: string): void {
    const message = parsed(source);
    const id = isPlain(message) ? text(message, 'envelope_id') : undefined;
    const waiting = id === undefined ? undefined : this.#envelopes.get(id);
    if (!isPlain(message) || waiting === undefined) {
      this.#journal.defect('a socket message that acknowledges nothing', message);
      return;
    }
    const payload = message['payload'];
    const args = isPlain(payload) ? payload : {};
    this.#journal.record({ method: 'ack', args, raw: source, status: 200, ok: true });
    if (waiting.state === 'acked') this.#journal.defect(`${waiting.kind} acknowledged twice`);
    if (waiting.state === 'late') this.#journal.defect(`${waiting.kind} acknowledged after the deadline`);
    if (waiting.state === 'open') waiting.take(payload);
    waiting.state = 'acked';
  }

  #disconnect(socket: WebSocket, reason: string): void {
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }));
  }
}
