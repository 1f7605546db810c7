import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DATA, EXTERNAL } from '../../scripts/build.ts';
import { readConfig } from '../../src/config.ts';
import * as settings from '../../src/config/settings.ts';
import { call } from '../../src/detections/example.ts';
import { openOpsListener } from '../../src/ops/listener.ts';
import { commandsOf, pathWith } from '../support/operations-page.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function text(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every name config.ts reads, with the _FILE forms. */
const KNOWN = new Set(
  Object.values(settings).flatMap((setting) =>
    setting.secret ? [setting.name, `${setting.name}_FILE`] : [setting.name],
  ),
);
const SECRETS = Object.values(settings).flatMap(({ secret, name }) => (secret ? [name] : []));

/** Node's own, and nothing else, may stand beside ours. */
const FOREIGN = new Set(['NODE_ENV']);

function unknown(names: readonly string[]): string[] {
  return names.filter((name) => !KNOWN.has(name) && !FOREIGN.has(name));
}

/** The Dockerfile's instructions, one a line. */
function instructions(): string[] {
  return text('Dockerfile')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

describe('the Dockerfile', () => {
  const copied = instructions()
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));

  it('copies what exists and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(5);
    const allowed = text('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    for (const path of copied) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
      expect(allowed).toContain(path);
    }
    expect(new Set(allowed)).toEqual(new Set(copied));
  });

  it('copies all that the bundle is made of, and starts what its own commands make', () => {
    const folder = temporaryFolder();
    for (const path of copied) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const app = join(folder, 'app');
    const [build = ''] = instructions().flatMap((line) =>
      line.startsWith('RUN node scripts/build.ts') ? [line.slice('RUN '.length)] : [],
    );
    const env = { PATH: pathWith() };
    const built = spawnSync('sh', ['-ec', build.replaceAll('/app', app)], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(built).toMatchObject({ status: 0, stderr: '' });
    for (const name of [...EXTERNAL, ...DATA])
      expect([name, existsSync(join(app, 'node_modules', name))]).toEqual([name, true]);
    const [program = '', ...args] = ['ENTRYPOINT', 'CMD'].flatMap((name) => {
      const [line = ''] = instructions().filter((each) => each.startsWith(`${name} `));
      return JSON.parse(line.slice(name.length)) as string[];
    });
    expect([program, args.at(-2), args.at(-1)]).toEqual(['node', '/app/rekey.js', 'start']);
    const given = args.map((arg) => arg.replace('/app', app));
    const started = spawnSync(program, given, { cwd: '/', env, encoding: 'utf8' });
    expect(started.stderr).toContain('SLACK_BOT_TOKEN is missing');
    // Its networks are read where they lie.
    const records = join(folder, 'records.jsonl');
    const seen = ['9.9.9.9', '8.8.8.8'].map((sourceIPAddress, minute) =>
      JSON.stringify(call('s3:GetObject', { minute, more: { sourceIPAddress } })),
    );
    writeFileSync(records, seen.join('\n'));
    const judged = spawnSync(program, [...given.slice(0, -1), 'replay', records], { env, encoding: 'utf8' });
    expect(judged).toMatchObject({ status: 0, stderr: expect.stringContaining('2 records judged') });
    expect(judged.stderr).not.toContain('stay unknown');
  });

  it('sets only settings that Rekey knows, and no secret', () => {
    const names = instructions()
      .filter((line) => line.startsWith('ENV ') || line.startsWith('ARG '))
      .flatMap((line) => [...line.matchAll(/\s([A-Z_]+)=/g)].map(([, name]) => name ?? ''));
    expect(names).toContain('HOST');
    expect(unknown(names)).toEqual([]);
    expect(names.filter((name) => SECRETS.includes(name))).toEqual([]);
    // Whoever names no database has data/rekey.db.
    expect(instructions()).toContain('WORKDIR /');
    expect(instructions()).toContain('VOLUME /data');
  });

  it('ends as a user without rights', () => {
    const last = instructions().findLast((line) => line.startsWith('USER '));
    expect(last).toBe('USER node');
    expect(instructions().filter((line) => line.startsWith('FROM '))).toHaveLength(2);
  });

  it('has a health check that tells life from death', async () => {
    const [, command] = /HEALTHCHECK .*CMD (\[.*\])$/m.exec(instructions().join('\n')) ?? [];
    const [node, ...args] = JSON.parse(command ?? '[]') as string[];
    expect(node).toBe('node');
    const exit = (port: string): Promise<number> =>
      new Promise((resolve) => {
        execFile(process.execPath, args, { env: { REKEY_OPS_PORT: port } }, (error) =>
          resolve(error === null ? 0 : Number(error.code)),
        );
      });
    const listener = await openOpsListener({
      host: '127.0.0.1',
      port: 0,
      log: recordingLog(),
      troubles: () => Promise.resolve(['starting']),
      metrics: { contentType: '', page: () => Promise.resolve('') },
    });
    const { port } = new URL(listener.url);
    expect(await exit(port)).toBe(0);
    await listener.close();
    expect(await exit(port)).toBe(1);
  });
});

interface Compose {
  readonly services: Record<
    string,
    {
      readonly environment: Record<string, string>;
      readonly secrets: string[];
      readonly read_only?: boolean;
      readonly cap_drop?: string[];
      readonly volumes?: string[];
    }
  >;
  readonly secrets: Record<string, { readonly file: string }>;
  readonly volumes: Record<string, null>;
}

describe('compose.yaml', () => {
  const compose = parse(text('compose.yaml')) as Compose;
  const { rekey, database } = compose.services;

  it('sets only settings that Rekey knows; every secret comes as a file', () => {
    const names = Object.keys(rekey?.environment ?? {});
    expect(unknown(names)).toEqual([]);
    expect(names.filter((name) => SECRETS.includes(name))).toEqual([]);
    for (const name of [
      'REKEY_ADMINS',
      'DATABASE_URL_FILE',
      'REKEY_MASTER_KEY_FILE',
      'SLACK_BOT_TOKEN_FILE',
    ]) {
      expect(names).toContain(name);
    }
  });

  it('starts with what the image and this file set together', () => {
    const folder = temporaryFolder();
    const held: Readonly<Record<string, string>> = {
      database_url: 'postgres://rekey:0a1b@database/rekey',
      master_key: randomBytes(32).toString('base64'),
      slack_bot_token: `xoxb-${randomBytes(12).toString('hex')}`,
      slack_app_token: `xapp-1-${randomBytes(12).toString('hex')}`,
    };
    for (const [name, value] of Object.entries(held)) writeFileSync(join(folder, name), `${value}\n`);
    const ofImage = instructions()
      .filter((line) => line.startsWith('ENV '))
      .flatMap((line) => [...line.matchAll(/\s([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    const given = (value: string): string =>
      value
        .replace('/run/secrets', folder)
        .replace(/\$\{REKEY_ADMINS.*\}/, 'U012ABCDEF')
        .replace(/\$\{.*:-(.*)\}/, '$1');
    const ofCompose = Object.entries(rekey?.environment ?? {}).map(([name, value]) => [name, given(value)]);
    const config = readConfig(Object.fromEntries([...ofImage, ...ofCompose]) as Record<string, string>);
    expect(config).toMatchObject({
      database: { engine: 'postgres' },
      transport: { kind: 'socket' },
      ops: { host: '0.0.0.0' },
      admins: ['U012ABCDEF'],
    });
  });

  it('is given by the page what it asks of whoever starts it, also by the next command', () => {
    const [, ...asked] = text('compose.yaml').split('${');
    const names = asked.flatMap((part) => /^(\w+):\?/.exec(part)?.[1] ?? []);
    expect(names).toEqual(['REKEY_ADMINS']);
    for (const name of names) {
      expect(commandsOf('docker compose up')).toMatch(new RegExp(`^echo ${name}=\\S+ > \\.env\\b`, 'm'));
    }
    expect(text('.gitignore').split('\n')).toContain('.env');
  });

  it('gives each service the secrets it reads, and no others', () => {
    for (const service of [rekey, database]) {
      const read = Object.values(service?.environment ?? {}).flatMap((value) =>
        value.startsWith('/run/secrets/') ? [value.slice('/run/secrets/'.length)] : [],
      );
      expect(new Set(service?.secrets)).toEqual(new Set(read));
    }
    expect(new Set(Object.keys(compose.secrets))).toEqual(
      new Set([...(rekey?.secrets ?? []), ...(database?.secrets ?? [])]),
    );
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(text('.gitignore').split('\n')).toContain('secrets/');
  });

  it('lets Rekey write nowhere but in memory', () => {
    expect(rekey).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(rekey?.volumes).toBeUndefined();
    expect(database?.volumes?.map((volume) => volume.split(':')[0])).toEqual(Object.keys(compose.volumes));
  });
});

it('tells Node.js the same in each way to start it', () => {
  const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: { readonly start: string } };
  const options = scripts.start.match(/--\S+/g) ?? [];
  expect(options).toHaveLength(2);
  const entry = /^ENTRYPOINT (.+)$/m.exec(text('Dockerfile'))?.[1] ?? '[]';
  expect(JSON.parse(entry)).toEqual(['node', ...options, '/app/rekey.js']);
  const started = /^ExecStart=(.+)$/m.exec(text('deploy/rekey.service'))?.[1] ?? '';
  expect(started.split(' ')).toEqual(['/usr/bin/node', ...options, '/opt/rekey/rekey.js', 'start']);
});

describe('the systemd unit', () => {
  const lines = text('deploy/rekey.service')
    .split('\n')
    .filter((line) => /^[A-Z]\w+=/.test(line));
  const values = (key: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

  it('sets only settings that Rekey knows; every secret is a credential', () => {
    const environment = values('Environment').map((entry) => entry.split('=', 2) as [string, string]);
    expect(unknown(environment.map(([name]) => name))).toEqual([]);
    const read = environment.flatMap(([, value]) => (value.startsWith('%d/') ? [value.slice(3)] : []));
    expect(new Set(read)).toEqual(new Set(values('LoadCredential').map((entry) => entry.split(':')[0])));
    expect(read.length).toBe(3);
  });

  it.each([
    ['DynamicUser', 'yes'],
    ['ProtectSystem', 'strict'],
    ['StateDirectory', 'rekey'],
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
  ])('keeps %s=%s', (key, value) => {
    expect(values(key)).toEqual([value]);
  });
});
