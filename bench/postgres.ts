import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

const START_MS = 60_000;

/** A PostgreSQL from npm for one run of the bench, with fsync on as in production. */
export class Postgres {
  readonly #server: ChildProcess;
  readonly #url: string;

  private constructor(server: ChildProcess, url: string) {
    this.#server = server;
    this.#url = url;
  }

  static async start(): Promise<Postgres> {
    const port = await freePort();
    const password = randomBytes(12).toString('hex');
    const script = fileURLToPath(new URL('../test/support/postgres-server.ts', import.meta.url));
    const server = spawn(process.execPath, [script, String(port), password, 'durable'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [said] = (await once(server.stdout, 'data')) as [Buffer];
    if (said.toString().trim() !== 'started') throw new Error(said.toString().trim());
    const postgres = new Postgres(server, `postgres://rekey:${password}@127.0.0.1:${port}/postgres`);
    await postgres.#answers();
    return postgres;
  }

  /** The URL of a new, empty database. */
  async database(): Promise<string> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const client = new Client({ connectionString: this.#url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return this.#url.replace(/\/postgres$/, `/${name}`);
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.stdin?.end();
    await ended;
  }

  async #answers(): Promise<void> {
    const until = Date.now() + START_MS;
    for (;;) {
      const client = new Client({ connectionString: this.#url });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(50);
      }
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
