import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { commandsOf, pathWith } from '../support/operations-page.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

/** Runs commands of the page about SQLite, with this folder in the place of its own, and without systemd. */
function onSqlite(part: string, folder: string): void {
  const commands = commandsOf(part)
    .replaceAll('/var/lib/rekey', folder)
    .replaceAll('/var/backups', folder)
    .replace(/rekey-\d{4}-\d\d-\d\d\.db/, `rekey-${new Date().toISOString().slice(0, 10)}.db`)
    .replaceAll('systemctl', ': systemctl');
  execFileSync('sh', ['-euc', commands], { env: { ...process.env, PATH: pathWith(), TZ: 'UTC' } });
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
      onSqlite('VACUUM INTO', scene.folder);
      await (await connectKey(ada, 'After', freshUser(scene, 'later').key)).close();
      await scene.stop();
      onSqlite('rm -f rekey.db', scene.folder);
      backup = url;
    } else {
      // PostgreSQL from npm has no pg_dump (test/full has those of Debian); a copy by template has the same rows, and
      // needs Rekey stopped.
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

  it.runIf(engine === 'sqlite')('is for its owner alone, and never made over an older one', () => {
    const [made = '', ...more] = readdirSync(scene.folder).filter((name) => /^rekey-.*\.db$/.test(name));
    expect(more).toEqual([]);
    const modes = [made, 'rekey.db'].map((name) => statSync(join(scene.folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
    expect(() => onSqlite('VACUUM INTO', scene.folder)).toThrow('output file already exists');
  });
});
