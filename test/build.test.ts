import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA, EXTERNAL, build } from '../scripts/build.ts';
import { call } from '../src/detections/example.ts';
import { connectKey } from './support/acting.ts';
import { PEOPLE, Scene, type EngineName } from './support/rekey.ts';

const ROOT = join(import.meta.dirname, '..');
/** `nobody` on Debian and on most other systems: any user without rights does. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

let folder = '';
let entry = '';
let node = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekey-build-'));
  chmodSync(folder, 0o755);
  const dist = join(folder, 'dist');
  entry = join(dist, 'rekey.js');
  await build(dist);
  // Nothing else is installed beside it, and the checkout is out of its reach.
  for (const name of EXTERNAL) {
    cpSync(join(ROOT, 'node_modules', name), join(dist, 'node_modules', name), { recursive: true });
  }
  node = join(folder, 'node');
  cpSync(process.execPath, node, { dereference: true });
  for (const place of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    chmodSync(join(place.parentPath, place.name), place.isDirectory() ? 0o555 : 0o444);
  }
  chmodSync(dist, 0o555);
});

afterAll(() => {
  const dist = join(folder, 'dist');
  for (const place of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (place.isDirectory()) chmodSync(join(place.parentPath, place.name), 0o755);
  }
  chmodSync(dist, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: '/', env: {}, encoding: 'utf8', ...identity } as const;
  const { status, stdout, stderr } = spawnSync(node, [entry, ...args], options);
  return { status, stdout, stderr };
}

describe('the bundle', () => {
  it('says what it does, from any folder', () => {
    expect(run('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: rekey'),
      stderr: '',
    });
    expect(run('start', '--help').status).toBe(0);
  });

  it('prints the manifest of the checkout', () => {
    expect(run('manifest').stdout).toBe(readFileSync(join(ROOT, 'manifest.yml'), 'utf8'));
    expect(run('manifest', '--with', 'channel-watch').stdout).toContain('- message.channels');
  });

  it('names every missing setting', () => {
    const { status, stderr } = run('start');
    expect(status).toBe(1);
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'REKEY_ADMINS']) expect(stderr).toContain(name);
  });

  it('has neither the sandbox nor the bench, and says so', () => {
    expect(run('sandbox')).toMatchObject({ status: 1, stderr: expect.stringContaining('not in it') });
    const files = readdirSync(join(folder, 'dist', 'lib'));
    const sources = files
      .filter((name) => name.endsWith('.map'))
      .flatMap((name) => {
        const map = JSON.parse(readFileSync(join(folder, 'dist', 'lib', name), 'utf8')) as {
          sources: string[];
        };
        return map.sources;
      });
    expect(sources.length).toBeGreaterThan(500);
    expect(
      sources.filter((path) => /(?:^|\/)(?:sandbox|bench|test)\//.test(path.replace(/.*node_modules/, ''))),
    ).toEqual([]);
  });

  it('judges records, also where the lists of networks are not installed, and says so', () => {
    const records = join(folder, 'records.jsonl');
    const seen = (minute: number, sourceIPAddress: string): object =>
      call('s3:GetObject', { minute, more: { sourceIPAddress } });
    writeFileSync(
      records,
      [seen(0, '9.9.9.9'), seen(1, '8.8.8.8')].map((each) => JSON.stringify(each)).join('\n'),
    );
    const { status, stderr } = run('replay', records);
    expect(stderr).toContain('2 records judged');
    expect(stderr).toContain('operators and countries stay unknown');
    expect(status).toBe(0);
  });

  it('keeps the PostgreSQL jobs apart, so that SQLite does not load them', () => {
    const chunks = readdirSync(join(folder, 'dist', 'lib')).filter((name) => name.endsWith('.js'));
    const main = chunks.find((name) => name.startsWith('main-')) ?? '';
    expect(chunks.some((name) => name.startsWith('postgres-'))).toBe(true);
    const text = readFileSync(join(folder, 'dist', 'lib', main), 'utf8');
    expect(text).toMatch(/import\("\.\/postgres-/);
    expect(text).not.toMatch(/^import .*"\.\/postgres-/m);
  });

  it('has every migration, and names what must be installed', () => {
    for (const engine of ['sqlite', 'postgres']) {
      const options = { recursive: true, encoding: 'utf8' } as const;
      const path = (root: string): string => join(root, 'migrations', engine);
      const listed = new Set<string>(readdirSync(path(join(ROOT, 'db')), options));
      expect(new Set<string>(readdirSync(path(join(folder, 'dist', 'lib')), options))).toEqual(listed);
    }
    const made = JSON.parse(readFileSync(join(folder, 'dist', 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(made.dependencies)).toEqual([...EXTERNAL, ...DATA]);
    expect(made.dependencies['better-sqlite3']).toMatch(/^\d/);
  });
});

describe.each(['sqlite', 'postgres'] as const)('the bundle on %s', (engine) => {
  it('serves as a user without rights, from a folder nobody can write to', async () => {
    await serves(engine, (env) => spawn(node, [entry, 'start'], { cwd: '/', env, ...identity }));
  });

  it('serves as in its container: nothing but its data can be written to, and no right can be gained', async ({
    skip,
  }) => {
    skip(!canRemount(), 'this machine lets nobody mount in a namespace of their own (unshare --mount)');
    await serves(engine, (env, data) => {
      const confined = [
        ...NAMESPACE,
        'sh',
        '-euc',
        READ_ONLY,
        'sh',
        data,
        ...WITHOUT_RIGHTS,
        node,
        entry,
        'start',
      ];
      return spawn('unshare', confined, { cwd: '/', env: { ...env, PATH: process.env['PATH'] } });
    });
  });
});

/** Where mounts can be made that nobody else sees: root needs no more, others become root of a namespace for it. */
const NAMESPACE = asRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

/** Makes all that is mounted read-only but the folder that is named first, and runs what is named next. */
const READ_ONLY = `
  data=$1; shift
  mount --bind "$data" "$data"
  for place in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
    [ "$place" = "$data" ] || mount -o remount,bind,ro "$place" 2>/dev/null || true
  done
  for place in / /tmp /var/tmp /dev/shm /run; do
    if touch "$place/rekey-probe" 2>/dev/null; then echo "$place can be written to" >&2; exit 1; fi
  done
  exec setpriv "$@"
`;

/** As `cap_drop: [ALL]`, `no-new-privileges` and `USER` have it. */
const WITHOUT_RIGHTS = [
  '--no-new-privs',
  '--inh-caps=-all',
  '--bounding-set=-all',
  ...(asRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []),
];

function canRemount(): boolean {
  return spawnSync('unshare', [...NAMESPACE, 'mount', '-o', 'remount,bind,ro', '/']).status === 0;
}

/** Starts it, connects an account by it, and stops it. */
async function serves(
  engine: EngineName,
  start: (env: Record<string, string>, data: string) => ReturnType<typeof spawn>,
): Promise<void> {
  const scene = await Scene.set('http', engine);
  const data = mkdtempSync(join(tmpdir(), 'rekey-build-data-'));
  if (asRoot) chownSync(data, NOBODY, NOBODY);
  const environment = { ...scene.environment };
  // As a secret of a container or of systemd: from a file, and on SQLite in a place of its own.
  const secret = join(folder, 'key');
  writeFileSync(secret, `${environment['REKEY_MASTER_KEY']}\n`);
  environment['REKEY_MASTER_KEY'] = '';
  environment['REKEY_MASTER_KEY_FILE'] = secret;
  if (engine === 'sqlite') environment['DATABASE_URL'] = `file:${join(data, 'rekey.db')}`;
  const child = start(environment, data);
  try {
    const ready = await readyLine(child);
    scene.slack.useHttp(String(ready['httpUrl']));
    const { good } = scene.samples.keys;
    const report = await connectKey(scene.slack.as(PEOPLE.admin), 'Bundled', good);
    expect(report.title).toBe('Connected');
    const health = await fetch(`${String(ready['opsUrl'])}/readyz`);
    expect([health.status, await health.text()]).toEqual([200, 'ready\n']);
    expect(existsSync(join(data, 'rekey.db'))).toBe(engine === 'sqlite');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await scene.strike();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The fields of the line that says it is ready. */
async function readyLine(child: ReturnType<typeof spawn>): Promise<Record<string, unknown>> {
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      written += data.toString();
    });
  }
  const until = Date.now() + 20_000;
  for (;;) {
    const line = written.split('\n').find((text) => text.includes('"Rekey is ready"') && text.endsWith('}'));
    if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
    if (child.exitCode !== null || Date.now() > until) throw new Error(`It did not start: ${written}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
