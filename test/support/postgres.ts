import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { PostgresAnswer } from './global-setup.ts';

/** How long a server that was started may take to answer on a busy machine; ms. */
const START_WAIT_MS = 60_000;

/** The URL of the run's server. */
async function serverUrl(): Promise<string> {
  const answer = JSON.parse(await text(connect(inject('postgresPort'), '127.0.0.1'))) as PostgresAnswer;
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.url;
}

async function connected(url: string): Promise<Client> {
  const until = Date.now() + START_WAIT_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > until) throw new Error('PostgreSQL did not start for the tests.', { cause: error });
      await sleep(50);
    }
  }
}

/** Runs statements on a database of the tests' PostgreSQL. */
export async function withClient<T>(url: string, body: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

/** The URL of a new, empty database; it is gone when the run ends. */
export async function freshDatabase(): Promise<string> {
  const url = await serverUrl();
  const name = `t_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE ${name}`));
  return url.replace(/\/postgres$/, `/${name}`);
}
