import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../support/bundle.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

/** `npm start` of a checkout. */
const SOURCES = fileURLToPath(new URL('../../bin/rekey.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `rekey start` as a process of its own. */
class Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';

  constructor(environment: Readonly<Record<string, string>>, entry: string) {
    this.process = spawn(process.execPath, [entry, 'start'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.on('data', (data: Buffer) => (this.out += data.toString()));
    this.process.stderr?.on('data', (data: Buffer) => (this.err += data.toString()));
    this.ended = once(this.process, 'close').then(([code]) => ({
      code: code as number | null,
      out: this.out,
      err: this.err,
    }));
  }

  /** The fields of the line that says it is ready. */
  async ready(): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.out.split('\n').find((each) => each.includes('"Rekey is ready"'));
      if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
      if (this.process.exitCode !== null) throw new Error(`It ended: ${this.err}`);
      await Promise.race([once(this.process.stdout ?? this.process, 'data'), this.ended]);
    }
  }
}

let running: Started[] = [];
/** What most tests start: the bundle, which takes a third of the time. */
let production = '';

beforeAll(async () => {
  production = (await bundled()).rekey;
});

function started(environment: Readonly<Record<string, string>>, entry: string = production): Started {
  const one = new Started(environment, entry);
  running.push(one);
  return one;
}

afterEach(async () => {
  for (const one of running) {
    if (one.process.exitCode === null) one.process.kill('SIGKILL');
    await one.ended;
  }
  running = [];
});

/** One line of what is wrong and one hint, and nothing of how it came about. */
function expectComplaint({ code, err }: Ended, what: RegExp, hint: RegExp): void {
  const lines = err.trim().split('\n');
  expect(code).toBe(1);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(what);
  expect(lines[1]).toMatch(/^hint: /);
  expect(lines[1]).toMatch(hint);
}

describe('npm start without what it needs', () => {
  it('says everything that is missing, and where one can try it without', async () => {
    const { code, err, out } = await started({}, SOURCES).ended;
    expect(code).toBe(1);
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'REKEY_ADMINS']) {
      expect(err).toContain(name);
    }
    expect(err).toContain('npm run sandbox');
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
  });
});

describe('npm start', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('answers in Socket Mode, and stops on SIGTERM with nothing left', async () => {
    const one = started(scene.environment, SOURCES);
    expect(await one.ready()).toMatchObject({ transport: 'socket' });
    await scene.slack.sockets.connected();
    scene.slack.useSocketMode();
    const { ack } = await scene.slack.as(PEOPLE.admin).slash('/aws-help');
    expect(ack.outcome).toBe('ack');
    one.process.kill('SIGTERM');
    const { code, err, out } = await one.ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('"stopped"');
    expect(scene.slack.sockets.connections).toBe(0);
  });

  it('answers over HTTP, finishes what a person waits for, and stops on SIGINT', async () => {
    const { SLACK_APP_TOKEN: _, ...rest } = scene.environment;
    const one = started({ ...rest, SLACK_SIGNING_SECRET: scene.slack.signingSecret, PORT: '0' });
    const { httpUrl } = await one.ready();
    scene.slack.useHttp(String(httpUrl));
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    await form.fill({
      'Connection name': 'Stopped while verifying',
      Method: 'Access key',
      'Access key ID': accessKeyId,
      'Secret access key': secretAccessKey,
    });
    await form.submit();
    one.process.kill('SIGINT');
    expect(await one.ended).toMatchObject({ code: 0, err: '' });
    expect(ada.modal()?.title).toBe('Connected');
    await expect(fetch(String(httpUrl))).rejects.toThrow('fetch failed');
  });

  it('stops cleanly when the signal comes during the start', async () => {
    scene.slack.faults.add('auth.test', { kind: 'latency', ms: 600 });
    const one = started(scene.environment);
    while (!scene.slack.received.some((call) => call.method === 'bots.info' && call.at > Date.now() - 50)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    one.process.kill('SIGTERM');
    expect(await one.ended).toMatchObject({ code: 0, err: '' });
  });

  it('names a refused bot token and a refused app token', async () => {
    const wrong = randomBytes(12).toString('hex');
    const bot = await started({ ...scene.environment, SLACK_BOT_TOKEN: `xoxb-${wrong}` }).ended;
    expectComplaint(bot, /Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)/, /OAuth & Permissions/);
    const app = await started({ ...scene.environment, SLACK_APP_TOKEN: `xapp-1-${wrong}` }).ended;
    expectComplaint(app, /Slack refuses SLACK_APP_TOKEN \(invalid_auth\)/, /connections:write/);
    expect(`${bot.err}${bot.out}${app.err}${app.out}`).not.toContain(wrong);
  });

  it('says that Slack cannot be reached', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const address = nobody.address();
    const port = typeof address === 'object' ? address?.port : 0;
    nobody.close();
    const gone = await started({ ...scene.environment, SLACK_API_URL: `http://127.0.0.1:${port}/api/` })
      .ended;
    expectComplaint(gone, /could not reach Slack/, /try again/);
    scene.slack.faults.add('apps.connections.open', { kind: 'http', status: 503 });
    const ill = await started(scene.environment).ended;
    expectComplaint(ill, /could not open its socket to Slack/, /try again/);
  });

  it('says that the port is taken', async () => {
    const holder = createServer();
    holder.listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { SLACK_APP_TOKEN: _, ...rest } = scene.environment;
    const environment = { ...rest, SLACK_SIGNING_SECRET: scene.slack.signingSecret, PORT: port };
    expectComplaint(
      await started(environment).ended,
      new RegExp(`Cannot listen on 127.0.0.1:${port}`),
      /PORT/,
    );
    holder.close();
  });

  it('refuses secrets under a master key it was not given', async () => {
    const other = randomBytes(32).toString('base64');
    const ended = await started({ ...scene.environment, REKEY_MASTER_KEY: other }).ended;
    expectComplaint(ended, /sealed by master keys that were not given: 1 under key /, /REKEY_MASTER_KEY/);
    expect(ended.err + ended.out).not.toContain(other);
  });

  it('refuses a second bot on the same file, and a database that is newer than itself', async () => {
    const first = started(scene.environment);
    await first.ready();
    const second = await started(scene.environment).ended;
    expectComplaint(second, /rekey: /, /stop|bot|one/i);
    first.process.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const path = String(scene.environment['DATABASE_URL']).replace(/^file:/, '');
    const file = new Database(path);
    file.exec(`INSERT INTO rekey_migrations (hash, created_at) VALUES ('later', 9999999999999)`);
    file.close();
    expectComplaint(await started(scene.environment).ended, /newer/, /./);
  });
});
