import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

export interface LocalPostgresOptions {
  /** With `fsync` on, as in production. */
  readonly durable?: boolean;
  /** Where its programs are; those from npm when left out. */
  readonly binaries?: string;
}

/** A PostgreSQL of its own on 127.0.0.1; it ends with this process, however that ends. */
export class LocalPostgres {
  /** Of its database `postgres`, for its superuser. */
  readonly url: string;
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Starts it; it may take a moment more until it answers. Throws what it said where it could not start. */
  static async start({ durable = false, binaries }: LocalPostgresOptions = {}): Promise<LocalPostgres> {
    const port = await freePort();
    const password = randomBytes(12).toString('hex');
    const script = fileURLToPath(new URL('./postgres-server.ts', import.meta.url));
    const options = [durable ? 'durable' : 'hasty', ...(binaries === undefined ? [] : [binaries])];
    const server = spawn(process.execPath, [script, String(port), password, ...options], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [said] = (await once(server.stdout, 'data')) as [Buffer];
    const line = said.toString().trim();
    if (line !== 'started') throw new Error(line);
    return new LocalPostgres(server, `postgres://rekey:${password}@127.0.0.1:${port}/postgres`);
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.stdin?.end();
    await ended;
  }
}
