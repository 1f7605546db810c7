import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { seedSampleWorld, type SampleWorld } from '../../sandbox/aws/fixtures.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import { openStores, type OpenStores } from '../../db/open.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig, type Environment } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { printManifest } from '../../src/manifest.ts';
import { run, type Running } from '../../src/main.ts';
import type { PagerPlaces } from '../../src/paging/pager.ts';
import type { Clock } from '../../src/ports/world.ts';
import { freshDatabase } from './postgres.ts';

export type TransportName = 'socket' | 'http';
export type EngineName = 'sqlite' | 'postgres';

/** Every pair of transport and engine: what people do must come out alike on each. */
export const SETTINGS: readonly (readonly [TransportName, EngineName])[] = [
  ['socket', 'sqlite'],
  ['http', 'sqlite'],
  ['socket', 'postgres'],
  ['http', 'postgres'],
];

export const PEOPLE = {
  admin: 'U0ADMIN',
  viewer: 'U0VIEWER',
  operator: 'U0OPER',
  nobody: 'U0NOBODY',
  guest: 'U0GUEST',
  stranger: 'U0STRANGE',
} as const;

export const CHANNELS = { alerts: 'C0ALERTS', notJoined: 'C0NOTIN', general: 'C0GENERAL' } as const;

/** Rekey as it runs for real, between the two stand-ins, with a database of its own. */
export class Scene {
  readonly slack: SlackStandIn;
  readonly aws: AwsStandIn;
  readonly samples: SampleWorld;
  readonly environment: Record<string, string>;
  readonly folder: string;
  readonly transport: TransportName;
  readonly logLines: string[] = [];
  #running: Running | null = null;

  private constructor(
    slack: SlackStandIn,
    aws: AwsStandIn,
    samples: SampleWorld,
    folder: string,
    environment: Record<string, string>,
    transport: TransportName,
  ) {
    this.slack = slack;
    this.aws = aws;
    this.samples = samples;
    this.folder = folder;
    this.environment = environment;
    this.transport = transport;
  }

  /** Stand-ins, people, samples and a database; Rekey itself is started by `start`. */
  static async set(
    transport: TransportName,
    engine: EngineName,
    clock: Clock = systemClock,
    manifestWith: readonly string[] = [],
  ): Promise<Scene> {
    const manifest: unknown = parse(printManifest(manifestWith));
    const slack = await SlackStandIn.start({ manifest, clock });
    // Signatures stay on the machine's clock, with the SDK.
    const moved = clock === systemClock ? {} : { clock: () => clock.now(), wireClock: () => Date.now() };
    const aws = await AwsStandIn.start(moved);
    const samples = seedSampleWorld(aws);
    const folder = mkdtempSync(join(tmpdir(), 'rekey-test-'));
    peopleOf(slack);
    const database = engine === 'sqlite' ? `file:${join(folder, 'rekey.db')}` : await freshDatabase();
    const environment: Record<string, string> = {
      SLACK_BOT_TOKEN: slack.botToken,
      ...(transport === 'socket'
        ? { SLACK_APP_TOKEN: slack.appToken }
        : { SLACK_SIGNING_SECRET: slack.signingSecret, PORT: '0' }),
      SLACK_API_URL: slack.url,
      DATABASE_URL: database,
      REKEY_MASTER_KEY: randomBytes(32).toString('base64'),
      REKEY_ADMINS: PEOPLE.admin,
      REKEY_OPS_PORT: '0',
      LOG_LEVEL: 'debug',
      AWS_ENDPOINT_URL: aws.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: samples.host.accessKeyId,
      AWS_SECRET_ACCESS_KEY: samples.host.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    };
    // The SDK's default chain reads the process's own environment.
    for (const [name, value] of Object.entries(environment)) {
      if (name.startsWith('AWS_')) process.env[name] = value;
    }
    return new Scene(slack, aws, samples, folder, environment, transport);
  }

  /** Starts Rekey in this process, with a clock and paging services of the test's if it needs them. */
  async start(changes: Environment = {}, clock?: Clock, pagers: PagerPlaces = {}): Promise<void> {
    const log = createLog({
      level: 'debug',
      destination: { write: (line: string) => void this.logLines.push(line) },
    });
    this.#running = await run(readConfig({ ...this.environment, ...changes }), {
      log,
      pagers,
      ...(clock === undefined ? {} : { clock }),
    });
    if (this.#running.httpUrl === null) this.slack.useSocketMode();
    else this.slack.useHttp(this.#running.httpUrl);
  }

  /** Where the running Rekey shows its health and metrics. */
  get opsUrl(): string {
    return this.#running?.opsUrl ?? '';
  }

  /** Where signed requests go; empty in Socket Mode. */
  get httpUrl(): string {
    return this.#running?.httpUrl ?? '';
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  /** Stops everything and removes the folder. */
  async strike(): Promise<void> {
    await this.stop();
    await this.slack.stop();
    await this.aws.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Opens the database beside the running Rekey, as a command-line tool would. */
  async stores(): Promise<OpenStores> {
    const log = createLog({ level: 'silent' });
    return openStores({
      url: this.environment['DATABASE_URL'] ?? '',
      exclusive: false,
      clock: systemClock,
      log,
    });
  }

  /** Everything that left Rekey or was kept by it, as one text, for the hunt after secrets. */
  traces(): string {
    const files = readdirSync(this.folder).map((name) => readFileSync(join(this.folder, name), 'latin1'));
    return [...this.logLines, JSON.stringify(this.slack.received), ...files].join('\n');
  }
}

function peopleOf(slack: SlackStandIn): void {
  const { admin, viewer, operator, nobody, guest, stranger } = PEOPLE;
  slack.addPerson({ id: admin, name: 'ada' });
  slack.addPerson({ id: viewer, name: 'vera' });
  slack.addPerson({ id: operator, name: 'omar' });
  slack.addPerson({ id: nobody, name: 'nora' });
  slack.addPerson({ id: guest, name: 'gus', isRestricted: true });
  slack.addPerson({ id: stranger, name: 'sam', isStranger: true });
  const members = [admin, viewer, operator, nobody, guest];
  slack.addChannel({ id: CHANNELS.general, name: 'general', members, bot: false });
  slack.addChannel({ id: CHANNELS.alerts, name: 'aws-alerts', members });
  slack.addChannel({ id: CHANNELS.notJoined, name: 'security', members, bot: false });
}
