import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { runCli } from '../../src/cli.ts';
import { freshUser, connectKey } from '../support/acting.ts';
import { withClient } from '../support/postgres.ts';
import { PEOPLE, Scene, type EngineName } from '../support/rekey.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const BIN = fileURLToPath(new URL('../../bin/rekey.js', import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe.each<EngineName>(['sqlite', 'postgres'])('rekey audit beside a running Rekey on %s', (engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('http', engine);
    await scene.start();
    const ada = scene.slack.as(PEOPLE.admin);
    await (await connectKey(ada, 'Payroll', freshUser(scene, 'payroll').key)).close('x');
    await chained();
  });

  afterAll(async () => {
    await scene.strike();
  });

  /** Waits until the running Rekey has chained what it wrote. */
  async function chained(): Promise<void> {
    const stores = await scene.stores();
    const until = Date.now() + 15_000;
    for (;;) {
      const { count } = await stores.audit.countUnchained();
      if (count === 0 && (await stores.audit.head()) !== null) break;
      if (Date.now() > until) throw new Error('Nothing was chained');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await stores.close();
  }

  function environment(): Record<string, string> {
    const { DATABASE_URL = '', REKEY_MASTER_KEY = '' } = scene.environment;
    return { DATABASE_URL, REKEY_MASTER_KEY };
  }

  /** In a process of its own, as people run it. */
  function program(...args: readonly string[]): Promise<Ended> {
    const env = { ...environment(), PATH: process.env['PATH'] };
    return new Promise((resolve) => {
      execFile(process.execPath, [BIN, 'audit', ...args], { env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
  }

  function audit(...args: readonly string[]): Promise<Ended> {
    return inProcess(args, environment());
  }

  async function tamper(statement: string): Promise<void> {
    const url = scene.environment['DATABASE_URL'] ?? '';
    if (engine === 'postgres') {
      await withClient(url, (client) => client.query(statement));
      return;
    }
    const raw = new Database(url.slice('file:'.length));
    raw.exec(statement);
    raw.close();
  }

  test('verifies, prints the entries, and finds an earlier head again', async () => {
    const verified = await program('verify');
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toContain('Checked places 1 to 2: 2 entries have a right HMAC.');
    const head = /^Head: (\S+)$/m.exec(verified.out)?.[1] ?? '';
    expect((await audit('verify', '--head', `${head.slice(0, 14)}…`)).code).toBe(0);
    const printed = await program('export', '--since', '1h');
    expect(printed).toMatchObject({ code: 0, err: '' });
    const lines = printed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { seq: 1, verb: 'connection.connect', phase: 'intent', doer: { userId: PEOPLE.admin } },
      { seq: 2, verb: 'connection.connect', phase: 'outcome', outcome: 'done', detail: { name: 'Payroll' } },
    ]);
    expect(lines[1]?.['at']).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect((await audit('export', '--since', '2999-01-01')).out).toBe('');
  });

  test('ends with 1 when the chain is broken, when a head is gone, and under another key', async () => {
    expect(await audit('verify', '--head', '2:00000000')).toMatchObject({ code: 1 });
    const cut = await audit('verify', '--head', '9:aabbccdd');
    expect(cut.code).toBe(1);
    expect(cut.out).toContain('The chain ends at place 2, before the head you gave (place 9)');
    await tamper("update audit_entries set why = 'x' where seq = 1");
    const broken = await audit('verify');
    expect(broken).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^rekey: the audit log is broken\nhint: /) as string,
    });
    expect(broken.out).toMatch(/^Entry \w+ at place 1 was changed, moved, or written without the key\.\n/);
    await tamper("update audit_entries set why = '' where seq = 1");
    expect((await audit('verify')).code).toBe(0);
    const before = scene.environment['REKEY_MASTER_KEY'] ?? '';
    scene.environment['REKEY_MASTER_KEY'] = Buffer.alloc(32, 7).toString('base64');
    const blind = await audit('verify');
    scene.environment['REKEY_MASTER_KEY'] = before;
    expect(blind.code).toBe(1);
    expect(blind.out).toContain('which is not configured');
    expect(blind.out).toMatch(/CANNOT BE CHECKED\.\n$/);
  });
});

test.each([
  [],
  ['prove'],
  ['verify', 'all'],
  ['verify', '--head', 'abc'],
  ['verify', '--since', '2999-01-01'],
  ['export', '--since', '2026-02-30'],
  ['export', '--head', '1:aabbccdd'],
  ['verify', '--what'],
])('ends with 2 for %j', async (...args) => {
  const ended = await inProcess(args, { DATABASE_URL: 'file:none.db' });
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toMatch(/^rekey: .+\nhint: .+\n$/);
});

test('says what a time looks like, and that there is no database to check', async () => {
  const lately = await inProcess(['verify', '--since', 'lately'], {});
  expect(lately).toMatchObject({
    code: 2,
    err: expect.stringContaining('--since cannot be understood\nhint: such as') as string,
  });
  const path = join(temporaryFolder(), 'none.db');
  const nothing = await inProcess(['verify'], { DATABASE_URL: `file:${path}` });
  expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('there is no database') as string });
  expect(existsSync(path)).toBe(false);
});

async function inProcess(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  let [out, err] = ['', ''];
  const terminal = {
    env,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
  };
  const code = await runCli(['audit', ...args], env, terminal);
  return { code, out, err };
}
