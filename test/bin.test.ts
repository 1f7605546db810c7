import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSuitedNode } from '../bin/check-node.js';
import { ConfigError } from '../src/config.ts';
import { RekeyError } from '../src/errors.ts';
import { UsageError, runCli } from '../src/cli.ts';
import type { Subcommand } from '../src/cli.ts';

const BIN = join(import.meta.dirname, '..', 'bin');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function node(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe('the Node.js check', () => {
  test.each(['22.19.0', '22.99.1', '23.6.0', '24.0.0', '25.1.0', '100.0.0'])('%s is suited', (version) => {
    expect(isSuitedNode(version)).toBe(true);
  });

  test.each(['12.22.12', '18.20.0', '20.20.2', '22.0.0', '22.18.9', '23.5.0', '', 'odd'])(
    '%s is not',
    (version) => {
      expect(isSuitedNode(version)).toBe(false);
    },
  );

  let folder = '';
  let pretend = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-bin-'));
    pretend = join(folder, 'pretend.cjs');
    // Only the first process pretends: the one it hands over to is really new.
    const versions =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });";
    writeFileSync(pretend, versions);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const FILES = ['check-node.js', 'rekey.js', 'run.js'];

  /** A checkout with nothing but bin/, and with a bundled Node.js if wanted. */
  function checkout(bundled: boolean): string {
    const root = mkdtempSync(join(folder, 'checkout-'));
    mkdirSync(join(root, 'bin'));
    for (const file of FILES) copyFileSync(join(BIN, file), join(root, 'bin', file));
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    if (bundled) {
      const home = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
      mkdirSync(home, { recursive: true });
      symlinkSync(process.execPath, join(home, 'node'));
    }
    return root;
  }

  test('an old Node.js is named in the first line, and nothing more is loaded', async () => {
    const { code, out, err } = await node([
      '--require',
      pretend,
      join(checkout(false), 'bin/rekey.js'),
      'start',
    ]);
    expect(code).toBe(1);
    expect(out).toBe('');
    const [first, second, ...more] = err.split('\n');
    expect(first).toBe('rekey: this is Node.js 20.20.2; Rekey needs Node.js 24, or 22.19 or newer.');
    expect(second).toMatch(/^hint: .*npm/);
    expect(more).toEqual(['']);
  });

  test('an old Node.js hands over to the one that npm installed, with arguments, PATH and exit code', async () => {
    const root = checkout(true);
    const say = join(root, 'say.js');
    writeFileSync(
      say,
      'console.log(JSON.stringify([process.argv.slice(1), process.env.PATH.split(":")[0], process.execArgv])); process.exitCode = 7;',
    );
    const memory = [
      '--max-semi-space-size=8',
      '--heap-growing-percent=50',
      '--no-separate-gc-phases',
      '--no-allocation-site-pretenuring',
      '--single-threaded-gc',
    ];
    const { code, out } = await node([
      ...memory,
      '--require',
      pretend,
      join(root, 'bin/run.js'),
      say,
      'a b',
      '--c',
    ]);
    expect(code).toBe(7);
    const home = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
    // The new one is told of memory what the old one was told, and nothing else.
    expect(JSON.parse(out)).toEqual([[say, 'a b', '--c'], home, memory]);
  });

  test('a signal to the old Node.js reaches the new one', async () => {
    const root = checkout(true);
    const wait = join(root, 'wait.js');
    writeFileSync(
      wait,
      'process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 1000); console.log("up");',
    );
    const child = spawn(process.execPath, ['--require', pretend, join(root, 'bin/run.js'), wait]);
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(9);
  });

  test.each(FILES)('%s has no syntax that Node.js 12 cannot read', (file) => {
    const code = readFileSync(join(BIN, file), 'utf8').replace(/\/\*[^]*?\*\/|(?:\/\/|#!).*/g, '');
    expect(code).not.toMatch(/\?\?|\?\.|\bawait\b|\|\|=|&&=|#\w|\d_\d|\bnode:/);
    for (const [, from] of code.matchAll(/^import .* from '(.*)'/gm)) {
      expect(['child_process', 'fs', 'os', 'path', 'url', './check-node.js']).toContain(from);
    }
  });

  test('runs here on a suited Node.js', async () => {
    const { code, out } = await node([join(BIN, 'rekey.js'), '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: rekey');
  });
});

describe('the program', () => {
  test('--help lists the subcommands', async () => {
    const { code, out, err } = await node([join(BIN, 'rekey.js'), '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: rekey SUBCOMMAND/);
    expect(out).toMatch(/start {5}.*\n {2}sandbox {3}[^]*\n {2}manifest {2}[^]*\n {2}audit {5}/);
  });

  test('an unknown subcommand ends with 2', async () => {
    const { code, out, err } = await node([join(BIN, 'rekey.js'), 'strat']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^rekey: there is no subcommand "strat"\nhint: one of: start, sandbox, .*audit.*\n$/);
  });
});

describe('runCli', () => {
  async function run(args: readonly string[], subcommands?: Record<string, Subcommand>): Promise<Ended> {
    let out = '';
    let err = '';
    const terminal = {
      env: {},
      out: (text: string) => {
        out += text;
      },
      err: (text: string) => {
        err += text;
      },
    };
    const code = await runCli(args, {}, terminal, subcommands);
    return { code, out, err };
  }

  function failing(error: unknown): Record<string, Subcommand> {
    return {
      boom: {
        takes: '[--loud]',
        summary: 'fails',
        details: [],
        async run() {
          throw error;
        },
      },
    };
  }

  test('without a subcommand prints the usage as an error', async () => {
    const { code, out, err } = await run([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: rekey');
  });

  test.each(['help', '-h', '--help'])('%s is no mistake', async (word) => {
    expect(await run([word])).toMatchObject({ code: 0, err: '' });
  });

  test.each(['start', 'sandbox', 'manifest', 'doctor', 'replay', 'contain', 'audit', 'bench'])(
    '%s --help prints its usage and does nothing',
    async (name) => {
      const { code, out, err } = await run([name, '--help']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(new RegExp(`^Usage: rekey ${name}`));
    },
  );

  test('names of object methods are no subcommands', async () => {
    expect((await run(['constructor'])).code).toBe(2);
    expect((await run(['toString', '--help'])).code).toBe(2);
  });

  test('start takes no arguments', async () => {
    const { code, err } = await run(['start', '--port', '1']);
    expect(code).toBe(2);
    expect(err).toMatch(/^rekey: .*--port.*\nhint: rekey start --help\n$/);
  });

  test.each([
    [
      'a usage error',
      new UsageError('--loud is not a number'),
      2,
      'rekey: --loud is not a number\nhint: rekey boom --help\n',
    ],
    [
      'a failure people may read',
      new RekeyError('unreachable', 'No route.', { next: 'Check the proxy.' }),
      1,
      'rekey: No route.\nhint: Check the proxy.\n',
    ],
    [
      'a defect',
      new TypeError('x is undefined\nat y'),
      1,
      'rekey: TypeError: x is undefined\nhint: this is a defect in Rekey; please report it with what you did\n',
    ],
    ['something odd', 'text', 1, expect.stringContaining('this is a defect')],
    [
      'a defect that holds a secret',
      new Error('no xoxb-1-c4n4ry'),
      1,
      expect.stringContaining('no [slack token]'),
    ],
  ])('%s ends as it should', async (_, error, code, err) => {
    expect(await run(['boom'], failing(error))).toEqual({ code, out: '', err });
  });

  test('a bad configuration is shown whole and points to the sandbox', async () => {
    const error = new ConfigError([
      { name: 'A', problem: 'is missing', expected: 'a' },
      { name: 'B', problem: 'is missing', expected: 'b' },
    ]);
    const { code, err } = await run(['boom'], failing(error));
    expect(code).toBe(1);
    expect(err).toContain('  A is missing. Expected: a.\n  B is missing.');
    expect(err.trimEnd().endsWith('npm run sandbox')).toBe(true);
  });

  test('success is 0 and --help after -- belongs to the subcommand', async () => {
    const seen: string[] = [];
    const subcommands: Record<string, Subcommand> = {
      ok: {
        takes: '',
        summary: 'works',
        details: [],
        async run(args, { out }) {
          seen.push(...args);
          out('done\n');
        },
      },
    };
    expect(await run(['ok', 'a', '--', '--help'], subcommands)).toEqual({ code: 0, out: 'done\n', err: '' });
    expect(seen).toEqual(['a', '--', '--help']);
  });
});
