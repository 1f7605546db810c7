import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { SlackStandIn } from '../sandbox/slack/stand-in.ts';
import { nodeOptionsOf } from './node-options.ts';
import { Measured } from './processes.ts';

export type TransportName = 'socket' | 'http';

const ADMIN = 'U0ADMIN';
const ROOT = new URL('../', import.meta.url);
const SOURCE = fileURLToPath(new URL('bin/rekey.js', ROOT));
const BUNDLE = fileURLToPath(new URL('dist/rekey.js', ROOT));
const BARE_BOLT = fileURLToPath(new URL('./workers/bare-bolt.ts', import.meta.url));

/** A way to start Rekey for real. */
interface Entry {
  readonly name: string;
  readonly args: readonly string[];
}

/** What `npm start`, the container and the systemd unit tell Node.js. */
const OPTIONS = nodeOptionsOf('start');

/** The sources, and last the bundle of `npm run build` where it was built: that is the production start. */
export function entries(): readonly Entry[] {
  const source = { name: 'source', args: [...OPTIONS, SOURCE, 'start'] };
  return existsSync(BUNDLE) ? [source, { name: 'bundle', args: [...OPTIONS, BUNDLE, 'start'] }] : [source];
}

/** A Slack of its own with a folder for one measured process. */
export class Site {
  readonly slack: SlackStandIn;
  readonly folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  readonly transport: TransportName;
  readonly database: string;
  readonly #awsUrl: string;
  readonly masterKey = randomBytes(32).toString('base64');

  private constructor(
    slack: SlackStandIn,
    transport: TransportName,
    awsUrl: string,
    database: string | null,
  ) {
    this.slack = slack;
    this.transport = transport;
    this.#awsUrl = awsUrl;
    this.database = database ?? `file:${join(this.folder, 'rekey.db')}`;
  }

  static async open(transport: TransportName, awsUrl: string, database: string | null = null): Promise<Site> {
    const manifest: unknown = parse(readFileSync(new URL('manifest.yml', ROOT), 'utf8'));
    const slack = await SlackStandIn.start({ manifest });
    slack.addPerson({ id: ADMIN, name: 'ada' });
    return new Site(slack, transport, awsUrl, database);
  }

  get admin(): ReturnType<SlackStandIn['as']> {
    return this.slack.as(ADMIN);
  }

  /** What a production start is given, and nothing of this machine's own but the path. */
  get environment(): Record<string, string> {
    const { slack, transport } = this;
    return {
      PATH: process.env['PATH'] ?? '',
      SLACK_BOT_TOKEN: slack.botToken,
      ...(transport === 'socket'
        ? { SLACK_APP_TOKEN: slack.appToken }
        : { SLACK_SIGNING_SECRET: slack.signingSecret, PORT: '0' }),
      SLACK_API_URL: slack.url,
      DATABASE_URL: this.database,
      REKEY_MASTER_KEY: this.masterKey,
      REKEY_ADMINS: ADMIN,
      REKEY_OPS_PORT: '0',
      AWS_ENDPOINT_URL: this.#awsUrl,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: join(this.folder, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(this.folder, 'none'),
    };
  }

  /** Starts Rekey for real; the production start unless another is named. */
  async startRekey(entry: readonly string[] = entries().at(-1)?.args ?? []): Promise<Measured> {
    const rekey = await Measured.start(entry, this.environment, 'Rekey is ready');
    const { httpUrl } = JSON.parse(rekey.line('Rekey is ready')) as { httpUrl: string | null };
    await this.#join(httpUrl);
    return rekey;
  }

  async startBareBolt(): Promise<Measured> {
    const bare = await Measured.start([BARE_BOLT], this.environment, 'Bolt is ready');
    await this.#join(bare.line('Bolt is ready').split(' ')[3] ?? null);
    return bare;
  }

  async close(): Promise<void> {
    await this.slack.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #join(httpUrl: string | null): Promise<void> {
    if (httpUrl !== null) {
      this.slack.useHttp(httpUrl);
      return;
    }
    this.slack.useSocketMode();
    await this.slack.sockets.connected();
  }
}
