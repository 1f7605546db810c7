import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inject } from 'vitest';

/** initdb takes some seconds on a busy machine. */
const START_WAIT_MS = 60_000;

async function connected(url: string, failureFile: string): Promise<Client> {
  const until = Date.now() + START_WAIT_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (existsSync(failureFile)) throw new Error(readFileSync(failureFile, 'utf8'), { cause: error });
      if (Date.now() > until) throw new Error('PostgreSQL did not start for the tests.', { cause: error });
      await sleep(100);
    }
  }
}

/** Runs statements on a database of the tests' PostgreSQL. */
export async function withClient<T>(url: string, body: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url, inject('postgres').failureFile);
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

/** The URL of a new, empty database; it is gone when the run ends. */
export async function freshDatabase(): Promise<string> {
  const { url } = inject('postgres');
  const name = `t_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE ${name}`));
  return url.replace(/\/postgres$/, `/${name}`);
}
