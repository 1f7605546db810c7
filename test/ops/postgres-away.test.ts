import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKey, outcome } from '../support/acting.ts';
import { withClient } from '../support/postgres.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

describe('a PostgreSQL that goes away and comes back', () => {
  let scene: Scene;
  let name = '';
  let server = '';

  beforeAll(async () => {
    scene = await Scene.set('http', 'postgres');
    const url = new URL(String(scene.environment['DATABASE_URL']));
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    server = url.href;
    await scene.start();
    await (await connectKey(scene.slack.as(PEOPLE.admin), 'Payroll', scene.samples.keys.good)).close();
  });

  afterAll(async () => {
    await scene.strike();
  });

  /** What /readyz says once it says that, or in the end. */
  async function ready(status: number): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const answer = await fetch(`${scene.opsUrl}/readyz`);
      const text = `${answer.status} ${await answer.text()}`;
      if (answer.status === status || tries > 300) return text;
      await sleep(50);
    }
  }

  it('is told by readiness and metrics, and in words to people who click', async () => {
    await withClient(server, async (client) => {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    });
    expect(await ready(503)).toContain('503 database: it does not answer');
    expect((await fetch(`${scene.opsUrl}/healthz`)).status).toBe(200);
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-test Payroll');
    const refused = await ada.waitForEphemeral(({ words }) => words.includes('did not answer'), 10_000);
    expect(refused.words).not.toContain('rekey:');
    const page = await (await fetch(`${scene.opsUrl}/metrics`)).text();
    expect(page).toContain('\nrekey_database_readable 0\n');
    expect(page).not.toMatch(/^rekey_(?:connections|outbox_waiting|dead_letters)/m);
    expect(page).toContain('rekey_acknowledgement_seconds_count{kind="command",transport="http"} 2');
  });

  it('is used again without a restart', async () => {
    await withClient(server, (client) => client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`));
    expect(await ready(200)).toBe('200 ready\n');
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-test Payroll');
    expect((await outcome(ada)).title).toBe('Test passed');
    expect(scene.slack.defects).toEqual([]);
  });
});
