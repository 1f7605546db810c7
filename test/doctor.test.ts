import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.ts';
import { readConfig } from '../src/config.ts';
import { doctor } from '../src/doctor.ts';
import { checkTransport } from '../src/doctor/slack.ts';
import { boltLogger, createLog } from '../src/log.ts';
import type { Clock } from '../src/ports/world.ts';
import { proxyDispatcher, webClient } from '../src/slack/web-client.ts';
import { connectKey } from './support/acting.ts';
import { containment } from './db/containment-samples.ts';
import { fullRotation, rotation } from './db/rotation-samples.ts';
import { trailQueue } from './db/trail-samples.ts';
import { accountWatch } from './db/watch-samples.ts';
import { NOTHING_READ } from '../src/domain/containment.ts';
import { NEW_QUEUE } from '../src/domain/trail-queue.ts';
import { newRegion } from '../src/watch/plan.ts';
import { withClient } from './support/postgres.ts';
import { CHANNELS, PEOPLE, Scene } from './support/rekey.ts';
import { systemClock } from './support/system-world.ts';

interface Report {
  readonly text: string;
  /** Findings by verdict, each with its subject. */
  readonly ok: string[];
  readonly warning: string[];
  readonly failed: string[];
  readonly error: unknown;
}

async function examine(
  environment: Readonly<Record<string, string>>,
  options: { readonly clock?: Clock; readonly args?: readonly string[] } = {},
): Promise<Report> {
  let text = '';
  const error: unknown = await doctor(options.args ?? [], {
    env: environment,
    out: (more) => {
      text += more;
    },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const of = (verdict: string): string[] =>
    text.split('\n').flatMap((line) => (line.startsWith(`${verdict} `) ? [line.slice(9)] : []));
  return { text, ok: of('ok'), warning: of('warning'), failed: of('failed'), error };
}

describe.each(['sqlite', 'postgres'] as const)('the doctor on %s', (engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('socket', engine);
  });

  afterEach(() => {
    scene.slack.defects.length = 0;
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('finds a new installation well, and makes nothing', async () => {
    const before = readdirSync(scene.folder);
    const report = await examine(scene.environment);
    expect(report.failed).toEqual([]);
    expect(report.error).toBeNull();
    expect(report.ok.join('\n')).toContain('the first start makes it');
    expect(readdirSync(scene.folder)).toEqual(before);
  });

  it('finds a running Rekey with a connection well, without a word of a secret', async () => {
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const { good } = scene.samples.keys;
    await connectKey(scene.slack.as(PEOPLE.admin), 'Production', good);
    const seen = scene.aws.requests.length;
    const environs = { ...scene.environment, REKEY_ALERT_CHANNEL: CHANNELS.alerts };
    const report = await examine(environs);
    expect(report.failed).toEqual([]);
    expect(report.error).toBeNull();
    const said = report.ok.join('\n');
    for (const words of [
      'Configuration: ',
      'migrations current, writable',
      'Sealed secrets: 1 under key ',
      'Slack bot token: Slack takes it',
      'Slack scopes: All that are needed: commands, chat:write, users:read',
      'Keys in channels: Not looked for: the app has none of the scopes',
      'Slack app token: Slack gives a socket',
      'Admins: 1, all of them members',
      `Alert channel: ${CHANNELS.alerts}, from REKEY_ALERT_CHANNEL`,
      'Clock beside Slack: The same',
      'Clock beside AWS: The same',
      'Host identity: arn:aws:iam::',
    ]) {
      expect(said).toContain(words);
    }
    expect(`${said}${report.warning.join('')}`).toContain('Connection “Production”: arn:aws:iam::');
    expect(said.includes('Rekey runs on it (process ')).toBe(engine === 'sqlite');
    const made = [...scene.aws.requests].slice(seen).map(({ action }) => action ?? '');
    // The first sweep of the running Rekey may fall in here: its report of AWS is not the doctor's.
    const reads = /^(?:Get|List|Simulate|AssumeRole|GenerateCredentialReport$)/;
    expect(made.filter((action) => !reads.test(action))).toEqual(['']);
    const { environment } = scene;
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'REKEY_MASTER_KEY', 'AWS_SECRET_ACCESS_KEY']) {
      expect(report.text).not.toContain(environment[name]);
    }
    expect(report.text).not.toContain(good.secretAccessKey);
    expect(scene.slack.defects).toEqual([]);
  });

  it('leaves the connections alone when asked to', async () => {
    const report = await examine(scene.environment, { args: ['--no-connections'] });
    expect(report.text).toContain('Sealed secrets: 1');
    expect(report.text).not.toContain('Connection “');
  });

  it('checks each trail queue', async () => {
    const stores = await scene.stores();
    const { queues } = stores.watch;
    await stores.atomically([queues.insert(trailQueue({ connectionId: 'gone' }))]);
    const report = await examine(scene.environment);
    expect(report.failed).toContain(
      'Trail queue “trail-events” (eu-central-1): The connection that read it is gone.',
    );
    // The Rekey that runs here may note the same of it at this moment.
    for (let [queue] = await queues.list(); queue !== undefined; [queue] = await queues.list()) {
      await stores.atomically(queues.remove(queue.id, queue.version)).catch(() => undefined);
    }
    await stores.close();
  });

  it('names rotations that wait for a person, and one that nobody takes further', async () => {
    const stores = await scene.stores();
    const { rotations } = stores.rotation;
    const blocked = { ...fullRotation('r1'), version: 1 };
    // Under a lease: the Rekey that runs here leaves it as it is.
    const leased = { leaseOwner: 'elsewhere', leaseUntil: Date.now() + 150_000 };
    const due = rotation({ id: 'r2', state: 'quiet', nextAt: 5, ...leased, version: 1 });
    await stores.atomically([rotations.insert(blocked), rotations.insert(due)]);
    const said = (await examine(scene.environment)).warning.join('\n');
    expect(said).toContain(`Rotations: That of ${blocked.snapshot.userName} in ${blocked.accountId} (r1)`);
    expect(said).toContain(blocked.block?.why);
    expect(said).toContain('One is due since 1970-01-01T00:00:00.005Z');
    const ended = {
      state: 'done',
      block: null,
      nextAt: null,
      endedAt: 9,
      leaseUntil: 0,
      version: 2,
    } as const;
    await stores.atomically([
      rotations.update({ ...blocked, ...ended }),
      rotations.update({ ...due, ...ended }),
    ]);
  });

  it('names what is not seen, not held, not told and not proved', async () => {
    const at = Date.now() - 3 * 3_600_000;
    const trouble = { why: 'cloudtrail:LookupEvents is missing.', since: at, toldAt: null };
    const blind = { ...newRegion('eu-west-1', at), trouble };
    const key = {
      failure: { action: 'iam:UpdateAccessKey', code: 'denied_by_policy', said: 'no', at, retryAt: at },
    };
    const held = containment({
      state: 'holding',
      userName: 'mallory',
      userId: 'AIDAMALLORY',
      keys: [{ accessKeyId: containment().accessKeyId, before: 'Active' }],
      parts: { ...NOTHING_READ, key: { reads: 0, ...key } },
      nextAt: at,
      // The Rekey that runs here leaves it as it is.
      leaseOwner: 'host-test/1',
      leaseUntil: Date.now() + 40_000,
      version: 1,
    });
    const stores = await scene.stores();
    const { containments, watch, outlets, settings } = stores;
    const queue = trailQueue({ state: { ...NEW_QUEUE, behind: { ...trouble, why: 'Many wait.' } } });
    const last = { result: 'broken', at, to: 4, problems: 2 };
    await stores.atomically([
      containments.insert(held),
      watch.accounts.insert(accountWatch({ accountId: '999988887777', trouble: null, regions: [blind] })),
      watch.queues.insert(queue),
      outlets.trouble('pager', 'HTTP 403', at),
      settings.set('audit_last_check', JSON.stringify(last), at),
    ]);
    const report = await examine(scene.environment, { args: ['--no-connections'] });
    const said = report.warning.join('\n');
    expect(said).toContain('Containments: One is due since ');
    expect(said).toContain('Containment of mallory in 111122223333: The key is not switched off: ');
    expect(said).toMatch(
      /Watch of 999988887777: 1 region not seen, such as eu-west-1 since .*LookupEvents is missing/,
    );
    expect(said).toContain('Trail queue trail-events (eu-central-1): Since ');
    expect(report.failed.join('\n')).toContain('Paging: Pages do not get through since ');
    expect(report.failed.join('\n')).toMatch(/Audit log: Its last check, .* says: broken \(2 findings\)/);
    const metrics = await (await fetch(`${scene.opsUrl}/metrics`)).text();
    for (const line of [
      'rekey_containments_open{state="holding"} 1',
      'rekey_watched_accounts{state="blind"} 1',
      'rekey_trail_queues{state="troubled"} 1',
      'rekey_outlets_troubled{kind="paging"} 1',
      'rekey_audit_verified 0',
    ]) {
      expect(metrics).toContain(`\n${line}\n`);
    }
    await stores.atomically([
      containments.update({
        ...held,
        state: 'undone',
        nextAt: null,
        leaseOwner: null,
        leaseUntil: 0,
        version: 2,
      }),
      ...watch.accounts.forget('999988887777'),
      ...watch.queues.remove(queue.id, 1),
      outlets.mended('pager'),
      settings.remove('audit_last_check'),
    ]);
    await stores.close();
    const well = (await examine(scene.environment, { args: ['--no-connections'] })).ok.join('\n');
    for (const words of ['Audit log: ', 'Outbox: ']) expect(well).toContain(words);
  });

  it('says that Rekey is paused, and that the alert channel takes nothing', async () => {
    const stores = await scene.stores();
    const pause = { by: PEOPLE.admin, why: 'freeze', at: 1 };
    await stores.atomically([
      stores.settings.set('pause', JSON.stringify(pause), 1),
      stores.outlets.trouble(CHANNELS.alerts, 'is_archived', 1),
    ]);
    const report = await examine({ ...scene.environment, REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    expect(report.warning.join('\n')).toContain(`Pause: Rekey is paused by ${PEOPLE.admin} since 1970`);
    expect(report.failed.join('\n')).toContain('do not get through: That channel is archived.');
    await stores.atomically([stores.settings.remove('pause'), stores.outlets.mended(CHANNELS.alerts)]);
    await stores.close();
  });

  it('says what no longer works of a connection', async () => {
    const { good } = scene.samples.keys;
    const account = scene.aws.world.account(good.accountId);
    scene.aws.faults.add({
      accessKeyId: good.accessKeyId,
      effect: { kind: 'error', code: 'InvalidClientTokenId', status: 403, message: 'no' },
      times: 40,
    });
    expect(account).not.toBeNull();
    const report = await examine(scene.environment);
    expect(report.failed.join('\n')).toContain('Connection “Production”: ');
    expect(report.error).toMatchObject({ message: '1 checks failed.' });
  });

  it('names secrets that no given key opens, and rows that were changed', async () => {
    const other = randomBytes(32).toString('base64');
    const args = ['--no-connections'];
    const alone = await examine({ ...scene.environment, REKEY_MASTER_KEY: other }, { args });
    expect(alone.failed).toEqual([
      expect.stringMatching(/^Sealed secrets: 1 under key \S+, which was not given\./),
    ]);
    const both = `${other},${String(scene.environment['REKEY_MASTER_KEY'])}`;
    expect((await examine({ ...scene.environment, REKEY_MASTER_KEY: both }, { args })).failed).toEqual([]);

    const move = 'UPDATE sealed_secrets SET version = version + 1';
    const url = String(scene.environment['DATABASE_URL']);
    if (engine === 'postgres') await withClient(url, (client) => client.query(move));
    else new Database(url.slice('file:'.length)).exec(move).close();
    const changed = await examine(scene.environment, { args });
    expect(changed.failed).toEqual([
      expect.stringMatching(/^Sealed secrets: 1 of 1 under key \S+ do not open/),
    ]);
  });

  it('leaves a database alone that needs migrations, or that is newer', async () => {
    const url = String(scene.environment['DATABASE_URL']);
    const change = async (statement: string): Promise<void> => {
      if (engine === 'postgres') await withClient(url, (client) => client.query(statement));
      else new Database(url.slice('file:'.length)).exec(statement).close();
    };
    await scene.stop();
    await change(`INSERT INTO rekey_migrations (hash, created_at) VALUES ('later', 9999999999999)`);
    expect((await examine(scene.environment)).failed.join()).toContain('newer Rekey');
    await change(`DELETE FROM rekey_migrations WHERE hash = 'later'`);
    await change(
      `DELETE FROM rekey_migrations WHERE created_at = (SELECT max(created_at) FROM rekey_migrations)`,
    );
    const report = await examine(scene.environment);
    expect(report.warning.join('\n')).toContain('it needs migrations');
    expect(report.failed).toEqual([]);
  });
});

describe('the doctor', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
  });

  afterAll(async () => {
    await scene.strike();
  });

  it('names every mistake of the configuration at once, and ends with 1', async () => {
    let out = '';
    let err = '';
    const terminal = {
      env: { SLACK_BOT_TOKEN: 'xoxp-someone-else-1234', PORT: 'many', REKEY_ADMINS: 'ada' },
      out: (text: string) => {
        out += text;
      },
      err: (text: string) => {
        err += text;
      },
    };
    expect(await runCli(['doctor'], terminal.env, terminal)).toBe(1);
    for (const name of ['SLACK_BOT_TOKEN', 'PORT', 'REKEY_ADMINS', 'SLACK_APP_TOKEN']) {
      expect(out).toMatch(new RegExp(`^failed {3}Configuration: ${name} `, 'm'));
    }
    expect(out).toContain('\n0 ok, 0 warnings, 4 failed\n');
    expect(err).toMatch(/^rekey: 4 checks failed\.\nhint: .*doctor/);
    expect(out + err).not.toContain('someone-else');
  });

  it('takes no other argument', async () => {
    const terminal = { env: {}, out: () => undefined, err: () => undefined };
    expect(await runCli(['doctor', '--mend'], {}, terminal)).toBe(2);
  });

  it('tells admins who are nobody, gone, guests or bots', async () => {
    scene.slack.addPerson({ id: 'U0GONE', name: 'gone', deleted: true });
    scene.slack.addPerson({ id: 'U0ROBOT', name: 'robot', isBot: true });
    const admins = [PEOPLE.admin, 'U0MISSING', 'U0GONE', PEOPLE.guest, 'U0ROBOT'].join(',');
    const report = await examine({ ...scene.environment, REKEY_ADMINS: admins });
    expect(report.failed).toEqual([
      'Admins: U0MISSING is nobody in this workspace.',
      'Admins: U0GONE is deactivated.',
      `Admins: ${PEOPLE.guest} is no full member of the workspace.`,
      'Admins: U0ROBOT is a bot.',
    ]);
    expect(report.warning.join('\n')).toContain(
      'Alert channel: None is set: alerts without a channel of their own go to each admin',
    );
  });

  it.each([
    [11_000, 'warning', '11 s ahead'],
    [-3_600_000, 'failed', '3600 s behind'],
    [400_000, 'failed', '400 s ahead'],
  ] as const)('tells a clock that is off by %i ms', async (offset, verdict, words) => {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
    const report = await examine(scene.environment, { clock });
    const lines = report[verdict].filter((line) => line.startsWith('Clock beside'));
    // The answer's date has whole seconds.
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const [, seconds] = /(\d+) s/.exec(line) ?? [];
      expect(Math.abs(Number(seconds) - Number.parseInt(words, 10))).toBeLessThanOrEqual(2);
      expect(line).toContain(words.split(' ').at(-1));
    }
  });

  it('tells what is unreachable from what is refused', async () => {
    const nowhere = 'http://127.0.0.1:9/';
    const away = await examine({ ...scene.environment, SLACK_API_URL: nowhere, AWS_ENDPOINT_URL: nowhere });
    expect(away.failed.join('\n')).toMatch(/Slack bot token: Rekey could not reach Slack/);
    expect(away.failed.join('\n')).toMatch(/Clock beside Slack: 127\.0\.0\.1:9 does not answer/);
    expect(away.failed.join('\n')).toMatch(/Clock beside AWS/);
    const refused = await examine({ ...scene.environment, SLACK_BOT_TOKEN: 'xoxb-0123456789-wrong' });
    expect(refused.failed).toEqual([expect.stringContaining('Slack refuses SLACK_BOT_TOKEN (invalid_auth)')]);
  });

  it('tells a database that cannot be reached, without its password', async () => {
    const report = await examine({
      ...scene.environment,
      DATABASE_URL: 'postgres://rekey:hunter2secret@127.0.0.1:9/rekey',
    });
    expect(report.failed).toEqual([
      expect.stringMatching(/^Database: The database did not answer \(PostgreSQL, host 127/),
    ]);
    expect(report.text).toContain('to mend: Look whether it runs');
    expect(report.text).not.toContain('hunter2');
  });

  it('makes no key file and no database', async () => {
    const path = join(scene.folder, 'new', 'rekey.db');
    const report = await examine({
      ...scene.environment,
      DATABASE_URL: `file:${path}`,
      REKEY_MASTER_KEY: '',
    });
    expect(report.failed).toEqual([]);
    expect(report.ok.join('\n')).toContain(`the first start makes the key file ${path}.key`);
    expect(existsSync(join(scene.folder, 'new'))).toBe(false);
  });

  it('tells an app token of another app from one that is refused', async () => {
    const config = readConfig({ ...scene.environment, SLACK_APP_TOKEN: 'xapp-1-A0OTHER-123-abcdef' });
    const dispatcher = proxyDispatcher({});
    const logger = boltLogger(createLog({ level: 'silent' }));
    const client = (token: string) => {
      const { transport } = readConfig({ ...scene.environment, SLACK_APP_TOKEN: token });
      if (transport.kind !== 'socket') throw new Error('not a socket');
      return webClient({ botToken: transport.appToken, apiUrl: scene.slack.url, logger, dispatcher });
    };
    scene.slack.useSocketMode();
    const us = { teamId: 'T', teamName: 'T', botUserId: 'U', botId: 'B', appId: scene.slack.appId };
    expect(await checkTransport(config, us, client(scene.slack.appToken))).toMatchObject({
      verdict: 'failed',
      found: `It belongs to the app A0OTHER, and the bot token to ${scene.slack.appId}.`,
    });
    expect(await checkTransport(config, us, client('xapp-1-A0-wrong'))).toMatchObject({
      verdict: 'failed',
      found: 'Slack refuses it (invalid_auth).',
    });
    await dispatcher.close();
  });

  it('names scopes that are missing, the optional ones as such', async () => {
    const bare = await Scene.set('http', 'sqlite');
    bare.slack.changeBotToken({ scopes: ['commands', 'users:read'] });
    const report = await examine(bare.environment);
    expect(report.failed).toEqual(['Slack scopes: Missing: chat:write.']);
    expect(report.warning.join('\n')).toContain('The optional usergroups:read is not there');
    bare.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'channels:history'] });
    expect((await examine(bare.environment)).warning.join('\n')).toContain(
      'Keys in channels: Looked for in public channels that Rekey is in, if the app also subscribes to their events, which Slack does not tell. Not in private channels and group messages.',
    );
    await bare.strike();
  });
});
