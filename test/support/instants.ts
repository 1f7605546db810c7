import Database from 'better-sqlite3';
import { Client } from 'pg';
import type { FaultEffect, FaultRule } from '../../sandbox/aws/faults.ts';
import type { Scene } from './rekey.ts';

/** Ways to hold Rekey at a chosen instant of its work, from outside of its process. */

const HELD_MS = 20_000;

/** Waits until something is true. */
export async function eventually(test: () => boolean, what: string, timeoutMs = HELD_MS): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!test()) {
    if (Date.now() > until) throw new Error(`Waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Holds the next matching call to AWS; resolves when Rekey waits for its answer. */
export function holdCall(
  scene: Scene,
  rule: Omit<FaultRule, 'effect'>,
  effect: FaultEffect = { kind: 'hang' },
): () => Promise<void> {
  const fault = scene.aws.faults.add({ times: 1, ...rule, effect });
  return () => eventually(() => fault.fired > 0, `a call of ${rule.action ?? 'AWS'}`);
}

/**
 * Keeps Rekey from writing: takes SQLite's write lock (a statement there waits five seconds), or locks the tables of
 * PostgreSQL. Answers how to let go.
 */
export async function lockDatabase(scene: Scene): Promise<() => Promise<void>> {
  const url = scene.environment['DATABASE_URL'] ?? '';
  if (url.startsWith('postgres:')) {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE attempts, connections, interactions IN SHARE ROW EXCLUSIVE MODE');
    return async () => {
      await client.query('ROLLBACK');
      await client.end();
    };
  }
  const client = new Database(url.slice('file:'.length), { timeout: 2_000 });
  client.exec('BEGIN IMMEDIATE');
  return () => {
    client.exec('ROLLBACK');
    client.close();
    return Promise.resolve();
  };
}

/** Lets time pass for leases and notices while no Rekey runs: what was to end, or to be due, is so much nearer. */
export async function passTime(scene: Scene, ms: number): Promise<void> {
  const nearer = [
    `UPDATE attempts SET lease_until = lease_until - ${ms}`,
    `UPDATE notices SET next_at = next_at - ${ms}`,
    `UPDATE outlets SET next_at = next_at - ${ms}`,
  ];
  const url = scene.environment['DATABASE_URL'] ?? '';
  if (url.startsWith('postgres:')) {
    const client = new Client({ connectionString: url });
    await client.connect();
    for (const statement of nearer) await client.query(statement);
    await client.end();
    return;
  }
  const client = new Database(url.slice('file:'.length), { timeout: 2_000 });
  for (const statement of nearer) client.exec(statement);
  client.close();
}

/** Waits until Rekey has asked AWS nothing for a while, after it asked at least once more than `before`. */
export async function callsOver(scene: Scene, before: number, quietMs = 400): Promise<void> {
  await eventually(() => scene.aws.requests.length > before, 'a call to AWS');
  let last = scene.aws.requests.length;
  let since = Date.now();
  await eventually(() => {
    if (scene.aws.requests.length !== last) {
      last = scene.aws.requests.length;
      since = Date.now();
    }
    return Date.now() - since > quietMs;
  }, 'the calls to AWS to end');
}
