import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** How long a server that was started may take to answer on a busy machine; ms. */
const START_WAIT_MS = 60_000;

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

/** Runs statements on a database of a PostgreSQL that may have been started a moment ago. */
export async function withClient<T>(url: string, body: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}
