import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request as send, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import type { RekeyChild } from './child.ts';
import type { Scene } from './rekey.ts';

/** A leak is any run of so many characters of a secret, in one of the forms it may travel in. */
const WINDOW = 20;

/** Somewhere a secret must not be. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** The forms a text may have on its way: as it is, URL-encoded, JSON-escaped, hexadecimal, and base64 at each offset. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Cut off what the bytes before and after have a part in.
    const inner = text.slice(Math.ceil((offset * 4) / 3), -4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(inner)];
  });
  const url = encodeURIComponent(secret);
  const hex = bytes.toString('hex');
  const forms = [
    secret,
    url,
    url.toLowerCase(),
    secret.replaceAll('/', '\\/'),
    hex,
    hex.toUpperCase(),
    ...base64,
  ];
  return [...new Set(forms)].filter((form) => form.length >= WINDOW);
}

/**
 * Where any of the secrets is, with what was found and a little around it; empty when they are nowhere. Each run of
 * 20 holds a whole block of 10 that begins at a multiple of 10: only those are looked for first.
 */
export function hunt(secrets: readonly string[], places: readonly Place[]): string[] {
  const found: string[] = [];
  for (const form of secrets.flatMap(formsOf)) {
    const blocks = Array.from({ length: Math.floor(form.length / 10) }, (_, at) => at * 10);
    for (const { name, text } of places) {
      for (const at of blocks) {
        const hit = leakAt(form, at, text);
        if (hit !== null) found.push(`${name}: …${hit}…`);
      }
    }
  }
  return [...new Set(found)];
}

function leakAt(form: string, at: number, text: string): string | null {
  const block = form.slice(at, at + 10);
  for (let index = text.indexOf(block); index >= 0; index = text.indexOf(block, index + 1)) {
    let [before, after] = [0, 10];
    while (before < at && text[index - before - 1] === form[at - before - 1]) before += 1;
    while (at + after < form.length && text[index + after] === form[at + after]) after += 1;
    if (before + after >= WINDOW) return text.slice(Math.max(0, index - before - 60), index + after + 20);
  }
  return null;
}

/** Everything that left Rekey or was kept by it. */
export async function placesOf(scene: Scene, child: RekeyChild, aws: Recorder): Promise<Place[]> {
  return [
    { name: 'standard output and error', text: child.output },
    ...scene.slack.received.map(({ method, raw, args }) => ({
      name: `to Slack: ${method}`,
      text: `${raw}\n${JSON.stringify(args)}`,
    })),
    ...aws.requests.map((text) => ({ name: 'to AWS', text })),
    ...readdirSync(scene.folder).map((name) => ({
      name: `file ${name}`,
      text: readFileSync(join(scene.folder, name), 'latin1'),
    })),
    ...(await tablesOf(scene.environment['DATABASE_URL'] ?? '')),
  ];
}

/** Every row of every table, the queue's and the migrations' too; none for SQLite, whose files are read whole. */
export async function tablesOf(url: string): Promise<Place[]> {
  if (!url.startsWith('postgres:')) return [];
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
    );
    const places: Place[] = [];
    for (const { name } of tables.rows) {
      const rows = await client.query<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} t`);
      places.push({ name: `table ${name}`, text: rows.rows.map(({ row }) => row).join('\n') });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Stands between Rekey and the AWS stand-in, and keeps every request as it was sent. */
export class Recorder {
  readonly requests: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async before(target: string): Promise<Recorder> {
    const server = createServer();
    const recorder = new Recorder(server);
    server.on('request', (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        const { method = '', url = '', headers } = incoming;
        recorder.requests.push(`${method} ${url}\n${headerLines(headers)}\n\n${body.toString('utf8')}`);
        const passed = send(new URL(url, target), { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        passed.on('error', () => incoming.socket.destroy());
        passed.end(body);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return recorder;
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function headerLines(headers: IncomingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
}
