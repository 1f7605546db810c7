import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit-command.ts';
import { doctor } from '../../src/doctor.ts';
import { connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { debianPostgres } from '../support/debian-postgres.ts';
import { LocalPostgres } from '../support/local-postgres.ts';
import { commandsOf, pathWith } from '../support/operations-page.ts';
import { withClient } from '../support/postgres-client.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
/** Owns its database and may do nothing else. */
const OWNER = 'keeper';

/** `docker compose` without containers: what is to run in `database` runs here, and the rest is noted. */
const DOCKER = `#!/bin/sh
set -eu
[ "$1" = compose ]
echo "$2" >> "$NOTES"
case "$2" in
  exec) [ "$3 $4" = '-T database' ]; shift 4; exec "$@" ;;
  stop | start) [ "$3" = rekey ] ;;
esac
`;

const binaries = debianPostgres();
const isSkipped = binaries === null && process.env['CI'] === undefined;

it.runIf(binaries === null)('finds the programs of PostgreSQL', ({ skip }) => {
  const reason = 'pg_dump and pg_restore are tested by the programs of the Debian package postgresql';
  skip(isSkipped, reason);
  expect.fail(reason);
});

describe.skipIf(isSkipped).each([
  // As in the container, where Rekey's user is the server's administrator.
  ['in the containers', 'rekey', '> rekey.dump', '< rekey.dump'],
  ['on a server of its own', OWNER, '--file=rekey.dump', '--single-transaction rekey.dump'],
] as const)('a backup of PostgreSQL %s, by the commands of the page', (_, user, backUp, restore) => {
  let folder = '';
  let server: LocalPostgres;
  let scene: Scene;
  let head = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-restore-'));
    writeFileSync(join(folder, 'docker'), DOCKER);
    chmodSync(join(folder, 'docker'), 0o755);
    server = await LocalPostgres.start({ binaries: binaries ?? '' });
    const { password } = new URL(server.url);
    await withClient(server.url, async (client) => {
      await client.query(`CREATE ROLE ${OWNER} LOGIN PASSWORD '${password}'`);
      await client.query(`CREATE DATABASE rekey OWNER ${user}`);
    });
    scene = await Scene.set('socket', 'sqlite');
    scene.environment['DATABASE_URL'] = server.url
      .replace('rekey:', `${user}:`)
      .replace(/\/postgres$/, '/rekey');
    scene.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
    await scene.start();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a block of the page as an administrator of the server. */
  function run(part: string): void {
    const { hostname, port, username, password } = new URL(server.url);
    const pg = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password };
    const env = { ...pg, PATH: pathWith(folder, binaries ?? ''), NOTES: join(folder, 'notes') };
    const commands = commandsOf(part).replaceAll('--owner=rekey', `--owner=${user}`);
    execFileSync('sh', ['-euc', commands], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function verified(...more: string[]): Promise<string> {
    let said = '';
    await audit(['verify', ...more], { env: scene.environment, out: (text) => void (said += text) }).catch(
      (error: unknown) => void (said += String(error)),
    );
    return said;
  }

  const headOf = (said: string): string => /^Head: (.+)$/m.exec(said)?.[1] ?? '';

  /** The head, once everything is chained. */
  async function wholeHead(): Promise<string> {
    await expect.poll(() => verified(), { timeout: LONG }).not.toContain('not chained yet');
    return headOf(await verified());
  }

  it(
    'is made while Rekey runs',
    async () => {
      const ada = scene.slack.as(PEOPLE.admin);
      await (await connectKey(ada, 'Before', scene.samples.keys.good)).close();
      head = await wholeHead();
      expect(head).not.toBe('');
      run(backUp);
      expect(statSync(join(folder, 'rekey.dump')).mode & 0o777).toBe(0o600);
    },
    2 * LONG,
  );

  it(
    'is restored into an empty database, and has what was there then',
    async () => {
      const ada = scene.slack.as(PEOPLE.admin);
      await (await connectKey(ada, 'After', freshUser(scene, 'later').key)).close();
      const later = await wholeHead();
      await scene.stop();
      run(restore);
      expect((await kept(scene)).connections.map(({ name }) => name)).toEqual(['Before']);
      expect(await verified('--head', head)).toMatch(/^Verified\.$/m);
      // What was chained since is gone, and that shows beside a head from then.
      expect(await verified('--head', later)).toMatch(/cut/);
    },
    2 * LONG,
  );

  it(
    'serves: its secret opens, its jobs run, the doctor finds nothing, and the audit log goes on',
    async () => {
      await scene.start();
      const ada = scene.slack.as(PEOPLE.admin);
      await ada.slash('/aws-test Before');
      const window = await outcome(ada);
      expect(window.title).toBe('Test passed');
      await window.close();
      const ready = async () => (await fetch(`${scene.opsUrl}/readyz`)).text();
      await expect.poll(ready, { timeout: LONG }).toBe('ready\n');
      // Chaining is a job.
      expect(await wholeHead()).not.toBe(head);
      expect(await verified('--head', head)).toMatch(/^Verified\.$/m);
      let found = '';
      await doctor([], { env: scene.environment, out: (text) => void (found += text) }).catch(
        () => undefined,
      );
      expect(found).toMatch(/, 0 failed$/m);
    },
    2 * LONG,
  );

  it.runIf(user === 'rekey')('stops Rekey before its database goes, and starts it when it is back', () => {
    const notes = readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
    expect(notes.map((line) => line.split(' ')[0])).toEqual([
      'exec',
      'stop',
      'exec',
      'exec',
      'exec',
      'start',
    ]);
  });
});
