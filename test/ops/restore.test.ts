import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** The command of the page that backs up SQLite, with these files in the place of its own. */
function backUpSqlite(from: string, to: string): void {
  const command = page
    .split('\n')
    .find((line) => line.startsWith('node -e ') && line.includes('VACUUM INTO'));
  if (command === undefined) throw new Error('The page has no such command');
  const given = command.replace('/var/lib/rekey/rekey.db', from).replace('/var/backups/rekey.db', to);
  // As the page says, by the owner alone.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  execFileSync('sh', ['-c', `umask 077; ${given}`], { env });
}

describe.each(['sqlite', 'postgres'] as const)('a backup of %s', (engine) => {
  let scene: Scene;
  let backup = '';

  beforeAll(async () => {
    scene = await Scene.set('socket', engine);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('is made, and has what was there then', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await (await connectKey(ada, 'Before', scene.samples.keys.good)).close();
    const url = String(scene.environment['DATABASE_URL']);
    if (engine === 'sqlite') {
      // While Rekey runs.
      const path = join(scene.folder, 'copy.db');
      backUpSqlite(url.slice('file:'.length), path);
      backup = `file:${path}`;
      await (await connectKey(ada, 'After', freshUser(scene, 'later').key)).close();
      await scene.stop();
    } else {
      // The tests' PostgreSQL has no pg_dump; a copy by template has the same rows, and needs Rekey stopped.
      await scene.stop();
      backup = await freshDatabase();
      const name = (of: string): string => new URL(of).pathname.slice(1);
      await withClient(backup.replace(/\/t_[0-9a-f]+$/, '/postgres'), async (client) => {
        await client.query(`DROP DATABASE ${name(backup)}`);
        await client.query(`CREATE DATABASE ${name(backup)} TEMPLATE ${name(url)}`);
      });
    }
  });

  it('does not start without the key it was sealed by', async () => {
    const other = randomBytes(32).toString('base64');
    await expect(scene.start({ DATABASE_URL: backup, REKEY_MASTER_KEY: other })).rejects.toMatchObject({
      message: expect.stringContaining('sealed by master keys that were not given'),
    });
  });

  it('serves with that key', async () => {
    scene.environment['DATABASE_URL'] = backup;
    await scene.start();
    expect((await kept(scene)).connections.map(({ name }) => name)).toEqual(['Before']);
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-test Before');
    expect((await outcome(ada)).title).toBe('Test passed');
    await scene.stop();
  });

  it('moves to a new master key, and then needs the old one no more', async () => {
    const old = String(scene.environment['REKEY_MASTER_KEY']);
    const fresh = randomBytes(32).toString('base64');
    await scene.start({ REKEY_MASTER_KEY: `${fresh},${old}` });
    const newest = parseMasterKeys(fresh)[0]?.id ?? '';
    const stores = await scene.stores();
    for (let tries = 0; (await stores.secrets.wrappedByOther(newest, 1)).length > 0; tries += 1) {
      expect(tries).toBeLessThan(200);
      await sleep(50);
    }
    expect([...(await stores.secrets.countByMasterKey())]).toEqual([[newest, 1]]);
    await stores.close();
    await scene.stop();
    scene.environment['REKEY_MASTER_KEY'] = fresh;
    await scene.start();
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-test Before');
    expect((await outcome(ada)).title).toBe('Test passed');
  });
});
