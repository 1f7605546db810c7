import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Who connects to this port of 127.0.0.1 is told where the tests' PostgreSQL is; use `freshDatabase()`. */
    readonly postgresPort: number;
  }
}

/** What a test is told: where the server is, or why there is none. */
export type PostgresAnswer = { readonly url: string } | { readonly failure: string };

let server: ChildProcess | null = null;
let answer: Promise<PostgresAnswer> | null = null;
let door: Server | null = null;

/** A server on a free port. */
async function listening(): Promise<{ made: Server; port: number }> {
  const made = createServer().listen(0, '127.0.0.1');
  await once(made, 'listening');
  return { made, port: (made.address() as AddressInfo).port };
}

async function start(): Promise<PostgresAnswer> {
  const { made: probe, port } = await listening();
  probe.close();
  const password = randomBytes(12).toString('hex');
  const script = fileURLToPath(new URL('./postgres-server.ts', import.meta.url));
  const child = spawn(process.execPath, [script, String(port), password], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  server = child;
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const line = said.toString().trim();
  return line === 'started'
    ? { url: `postgres://rekey:${password}@127.0.0.1:${port}/postgres` }
    : { failure: line };
}

/** Opens the door to one PostgreSQL a run. It starts when the first test asks, so that others do not pay for it. */
export async function setup(project: TestProject): Promise<void> {
  const { made, port } = await listening();
  made.on('connection', (socket) => {
    socket.on('error', () => undefined); // who asked is gone
    answer ??= start();
    void answer.then((told) => socket.end(JSON.stringify(told)));
  });
  made.unref();
  door = made;
  project.provide('postgresPort', port);
}

export async function teardown(): Promise<void> {
  door?.close();
  if (server !== null && server.exitCode === null && server.signalCode === null) {
    server.stdin?.end();
    await once(server, 'exit');
  }
}
