import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import type { Environment } from '../src/config.ts';
import { maskText } from '../src/log/mask.ts';

const BOT = 'xoxb-1234567890-canarybot';
const APP = 'xapp-1-A0123-canaryapp';
const SIGNING = '0123456789abcdefcanary0123456789';
const MASTER = Buffer.alloc(32, 'canary').toString('base64');

const GOOD = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, REKEY_ADMINS: 'U012ABCDEF' };

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rekey-config-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function secretFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(env: Environment): ConfigError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** `NAME problem` of each mistake. */
function mistakes(env: Environment): string[] {
  return refusal(env).problems.map(({ name, problem }) => `${name} ${problem}`);
}

describe('a good configuration', () => {
  test('needs a bot token, one way in and an admin; the rest has defaults', () => {
    const config = readConfig(GOOD);
    expect(config.botToken.reveal()).toBe(BOT);
    expect(config.transport.kind === 'socket' && config.transport.appToken.reveal()).toBe(APP);
    expect(config).toMatchObject({
      slackApiUrl: null,
      ops: { host: '127.0.0.1', port: 9464 },
      database: { engine: 'sqlite', path: 'data/rekey.db' },
      masterKeys: [],
      admins: ['U012ABCDEF'],
      alertChannelId: null,
      corpus: null,
      logLevel: 'info',
      passThrough: {},
    });
  });

  test('a signing secret alone means HTTP on HOST:PORT', () => {
    const env = { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING, REKEY_ADMINS: 'W012' };
    const { transport } = readConfig(env);
    expect(transport).toMatchObject({ kind: 'http', host: '127.0.0.1', port: 3000 });
    expect(transport.kind === 'http' && transport.signingSecret.reveal()).toBe(SIGNING);
    expect(readConfig({ ...env, HOST: '0.0.0.0', PORT: '0' }).transport).toMatchObject({
      host: '0.0.0.0',
      port: 0,
    });
  });

  test('Socket Mode wins when both are set', () => {
    expect(readConfig({ ...GOOD, SLACK_SIGNING_SECRET: SIGNING }).transport.kind).toBe('socket');
  });

  test('reads every setting', () => {
    const config = readConfig({
      ...GOOD,
      SLACK_API_URL: 'http://127.0.0.1:4000/api',
      REKEY_OPS_HOST: '::1',
      REKEY_OPS_PORT: '1',
      DATABASE_URL: 'postgres://rekey:pass%40word@db.internal/rekey',
      REKEY_MASTER_KEY: MASTER,
      REKEY_ADMINS: ' U012, W345\nU678  U012 ',
      REKEY_ALERT_CHANNEL: 'C0ALERTS',
      REKEY_CORPUS: '/srv/corpus',
      LOG_LEVEL: 'DEBUG',
    });
    expect(config).toMatchObject({
      slackApiUrl: 'http://127.0.0.1:4000/api/',
      ops: { host: '::1', port: 1 },
      admins: ['U012', 'W345', 'U678'],
      alertChannelId: 'C0ALERTS',
      corpus: '/srv/corpus',
      logLevel: 'debug',
    });
    expect(config.masterKeys).toHaveLength(1);
    expect(config.database.engine === 'postgres' && config.database.url.reveal()).toContain('pass%40word');
  });

  test.each([
    ['file:data/other.db', 'data/other.db'],
    ['file:/srv/rekey.db', '/srv/rekey.db'],
    ['file:///srv/re%20key.db', '/srv/re key.db'],
  ])('%s is the SQLite file %s', (url, path) => {
    expect(readConfig({ ...GOOD, DATABASE_URL: url }).database).toEqual({ engine: 'sqlite', path });
  });

  test('postgresql:// is PostgreSQL too', () => {
    const env = { ...GOOD, DATABASE_URL: 'postgresql://db/rekey', REKEY_MASTER_KEY: MASTER };
    expect(readConfig(env).database.engine).toBe('postgres');
  });

  test('an empty variable is one that is not set', () => {
    expect(readConfig({ ...GOOD, LOG_LEVEL: '', DATABASE_URL: ' ', SLACK_BOT_TOKEN_FILE: '' }).logLevel).toBe(
      'info',
    );
  });

  test('passes on what the AWS SDK and proxies read, and nothing else', () => {
    const theirs = {
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:5000',
      HTTPS_PROXY: 'http://proxy:3128',
      http_proxy: 'http://proxy:3128',
      NO_PROXY: 'localhost',
      no_proxy: 'localhost',
    };
    expect(readConfig({ ...GOOD, ...theirs, PATH: '/bin', MY_AWS_KEY: 'x' }).passThrough).toEqual(theirs);
  });

  test('prints without its secrets', () => {
    const config = readConfig({ ...GOOD, REKEY_MASTER_KEY: MASTER, DATABASE_URL: 'postgres://u:canary@h/d' });
    expect(inspect(config, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(JSON.stringify(config)).not.toContain('canary');
  });
});

describe('secrets from files', () => {
  test('NAME_FILE is read and its line end cut off', () => {
    const config = readConfig({
      SLACK_BOT_TOKEN_FILE: secretFile('bot', `${BOT}\n`),
      SLACK_APP_TOKEN_FILE: secretFile('app', `${APP}\r\n`),
      REKEY_MASTER_KEY_FILE: secretFile('master', `${MASTER}\n`),
      DATABASE_URL_FILE: secretFile('database', 'postgres://u:p@h/d\n'),
      REKEY_ADMINS: 'U012',
    });
    expect(config.botToken.reveal()).toBe(BOT);
    expect(config.transport.kind).toBe('socket');
    expect(config.database.engine).toBe('postgres');
    expect(config.masterKeys).toHaveLength(1);
  });

  test('refuses both at once, an unreadable file and an empty one, naming the file', () => {
    const missing = join(folder, 'missing');
    const empty = secretFile('empty', '\n');
    expect(
      mistakes({
        ...GOOD,
        SLACK_BOT_TOKEN_FILE: secretFile('bot2', BOT),
        SLACK_SIGNING_SECRET_FILE: missing,
        REKEY_MASTER_KEY_FILE: empty,
      }),
    ).toEqual([
      'SLACK_BOT_TOKEN is set, and so is SLACK_BOT_TOKEN_FILE',
      `SLACK_SIGNING_SECRET_FILE names the file ${missing}, which cannot be read (ENOENT)`,
      `REKEY_MASTER_KEY_FILE names the file ${empty}, which is empty`,
    ]);
  });

  test('a secret put where its path belongs is not repeated', () => {
    for (const value of [BOT, MASTER, `/${MASTER.slice(1)}`, 'canary/secret', 'postgres://u:canary@h/d']) {
      const error = refusal({ SLACK_APP_TOKEN: APP, REKEY_ADMINS: 'U012', SLACK_BOT_TOKEN_FILE: value });
      expect(error.text).toContain('SLACK_BOT_TOKEN_FILE names a file, which cannot be read (ENOENT)');
      expect(error.text).not.toContain(value);
    }
  });

  test('a file of a setting that is no secret is not looked at', () => {
    expect(readConfig({ ...GOOD, LOG_LEVEL_FILE: join(folder, 'missing') }).logLevel).toBe('info');
  });
});

describe('mistakes', () => {
  test('an empty environment names all that is missing and points to the sandbox', () => {
    const error = refusal({});
    expect(error.problems.map(({ name }) => name)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'REKEY_ADMINS',
    ]);
    expect(error.text).toContain('3 mistakes');
    expect(error.text).toContain('SLACK_SIGNING_SECRET');
    expect(error.text.endsWith('npm run sandbox')).toBe(true);
    expect(error.next).toContain('npm run sandbox');
  });

  test('every mistake is reported at once, by name, with what is expected', () => {
    const error = refusal({
      SLACK_BOT_TOKEN: APP,
      SLACK_APP_TOKEN: BOT,
      SLACK_SIGNING_SECRET: BOT,
      SLACK_API_URL: 'slack.com/api',
      HOST: 'not a host',
      PORT: '65536',
      REKEY_OPS_HOST: 'http://x',
      REKEY_OPS_PORT: '-1',
      DATABASE_URL: 'mysql://u:canary@h/d',
      REKEY_MASTER_KEY: 'canary',
      REKEY_ADMINS: 'U012,canary',
      REKEY_ALERT_CHANNEL: '#canary',
      LOG_LEVEL: 'canary',
    });
    expect(error.problems.map(({ name }) => name).sort()).toEqual([
      'DATABASE_URL',
      'HOST',
      'LOG_LEVEL',
      'PORT',
      'REKEY_ADMINS',
      'REKEY_ALERT_CHANNEL',
      'REKEY_MASTER_KEY',
      'REKEY_OPS_HOST',
      'REKEY_OPS_PORT',
      'SLACK_API_URL',
      'SLACK_APP_TOKEN',
      'SLACK_BOT_TOKEN',
      'SLACK_SIGNING_SECRET',
    ]);
    expect(error.problems.every(({ expected }) => expected.length > 5)).toBe(true);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  test.each([
    ['SLACK_BOT_TOKEN', APP, 'is an app-level token (xapp-)'],
    ['SLACK_BOT_TOKEN', 'xoxp-1-2-3456', "is a person's token (xoxp-)"],
    ['SLACK_BOT_TOKEN', 'xoxe.xoxb-1-abcdefgh', 'is a token that expires'],
    ['SLACK_BOT_TOKEN', 'xoxb-your-token', 'is a placeholder'],
    ['SLACK_BOT_TOKEN', 'xoxb-xxxxxxxxxxxx', 'is a placeholder'],
    ['SLACK_BOT_TOKEN', 'xoxb-...', 'is a placeholder'],
    ['SLACK_BOT_TOKEN', '<bot token>', 'is a placeholder'],
    ['SLACK_BOT_TOKEN', 'changeme', 'is a placeholder'],
    ['SLACK_BOT_TOKEN', SIGNING, 'does not begin with “xoxb-”'],
    ['SLACK_BOT_TOKEN', 'xoxb-1', 'is cut short'],
    ['SLACK_BOT_TOKEN', `"${BOT}"`, 'is in quotes'],
    ['SLACK_APP_TOKEN', BOT, 'is a bot token (xoxb-)'],
    ['SLACK_APP_TOKEN', 'xapp-your-token', 'is a placeholder'],
    ['SLACK_SIGNING_SECRET', APP, 'is an app-level token (xapp-)'],
    ['SLACK_SIGNING_SECRET', 'changeme', 'is a placeholder'],
    ['SLACK_SIGNING_SECRET', 'short', 'is too short'],
    ['SLACK_API_URL', 'https://u:p@slack.com/api/', 'has a user name or password'],
    ['SLACK_API_URL', 'ftp://slack.com/api/', 'is not an http address'],
    ['PORT', '3000x', 'is not a port number'],
    ['PORT', '1e3', 'is not a port number'],
    ['DATABASE_URL', 'file:', 'names no file'],
    ['DATABASE_URL', 'file::memory:', 'names no file'],
    ['DATABASE_URL', 'file://host/rekey.db', 'names no file'],
    ['DATABASE_URL', 'file:x.db?mode=ro', 'names no file'],
    ['DATABASE_URL', 'data/rekey.db', 'begins with neither'],
    ['DATABASE_URL', 'postgres://u:p@h:port/d', 'is not an address'],
    ['REKEY_MASTER_KEY', 'changeme', 'is a placeholder'],
    ['REKEY_MASTER_KEY', `${MASTER},${MASTER}`, 'cannot be used: Master keys 1 and 2 are the same'],
    ['REKEY_MASTER_KEY', `${MASTER},c2hvcnQ=`, 'cannot be used: Master key 2 of 2 has 5 bytes'],
    ['REKEY_ADMINS', 'U012,@anna', 'has an entry that is not a Slack user id (number 2)'],
    ['REKEY_ADMINS', ',', 'names nobody'],
    ['REKEY_ALERT_CHANNEL', '#alerts', 'is the name of a channel'],
    ['REKEY_ALERT_CHANNEL', 'D012345', 'is not a channel id'],
    ['LOG_LEVEL', 'verbose', 'is not a log level'],
  ])('%s=%s %s', (name, value, problem) => {
    const error = refusal({ ...GOOD, [name]: value });
    expect(error.problems).toEqual([
      expect.objectContaining({ name, problem: expect.stringContaining(problem) }),
    ]);
    // It is printed through the masks that keep secrets out; they must leave the advice whole.
    expect(maskText(error.message)).toBe(error.message);
  });

  test('PostgreSQL without a master key is refused', () => {
    expect(mistakes({ ...GOOD, DATABASE_URL: 'postgres://db/rekey' })).toEqual([
      expect.stringContaining('REKEY_MASTER_KEY is missing'),
    ]);
  });

  test('a wrong app-level token does not quietly become HTTP', () => {
    expect(mistakes({ ...GOOD, SLACK_APP_TOKEN: 'oops', SLACK_SIGNING_SECRET: SIGNING })).toEqual([
      'SLACK_APP_TOKEN does not begin with “xapp-”',
    ]);
  });

  test('two listeners on one port are refused', () => {
    const env = { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING, REKEY_ADMINS: 'U012', PORT: '9464' };
    expect(mistakes(env)).toEqual(['REKEY_OPS_PORT is the port of PORT too (9464)']);
  });

  test('no error repeats what was typed, whatever it was', () => {
    const names = fc.constantFrom(
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_API_URL',
      'DATABASE_URL',
      'REKEY_MASTER_KEY',
      'REKEY_ADMINS',
      'REKEY_ALERT_CHANNEL',
      'LOG_LEVEL',
    );
    const value = fc
      .tuple(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }))
      .map(([before, after]) => `${before}c4n4ry${after}`);
    fc.assert(
      fc.property(fc.dictionary(names, value, { minKeys: 1 }), (env) => {
        const error = refusal({ ...env, REKEY_ADMINS: 'c4n4ry' });
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('c4n4ry');
      }),
    );
  });
});
