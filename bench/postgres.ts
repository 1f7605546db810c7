import { randomBytes } from 'node:crypto';
import { LocalPostgres } from '../test/support/local-postgres.ts';
import { withClient } from '../test/support/postgres-client.ts';

/** A PostgreSQL from npm for one run of the bench, with fsync on as in production. */
export class Postgres {
  readonly #server: LocalPostgres;

  private constructor(server: LocalPostgres) {
    this.#server = server;
  }

  static async start(): Promise<Postgres> {
    const server = await LocalPostgres.start({ durable: true });
    await withClient(server.url, (client) => client.query('SELECT 1'));
    return new Postgres(server);
  }

  /** The URL of a new, empty database. */
  async database(): Promise<string> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    await withClient(this.#server.url, (client) => client.query(`CREATE DATABASE ${name}`));
    return this.#server.url.replace(/\/postgres$/, `/${name}`);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}
