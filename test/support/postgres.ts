import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { PostgresAnswer } from './global-setup.ts';
import { withClient } from './postgres-client.ts';

export { withClient } from './postgres-client.ts';

/** The URL of the run's server. */
async function serverUrl(): Promise<string> {
  const answer = JSON.parse(await text(connect(inject('postgresPort'), '127.0.0.1'))) as PostgresAnswer;
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.url;
}

/** The URL of a new, empty database; it is gone when the run ends. */
export async function freshDatabase(): Promise<string> {
  const url = await serverUrl();
  const name = `t_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE ${name}`));
  return url.replace(/\/postgres$/, `/${name}`);
}
