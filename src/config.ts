import { ConfigError } from './config/config-error.ts';
import * as settings from './config/settings.ts';
import type { Database } from './config/settings.ts';
import { settingReader } from './config/source.ts';
import type { Environment, SettingReader } from './config/source.ts';
import type { MasterKey } from './crypto/master-key.ts';
import type { Secret } from './domain/secret.ts';
import type { LogLevel } from './log/levels.ts';

export { ConfigError } from './config/config-error.ts';
export type { SettingProblem } from './config/config-error.ts';
export type { Database } from './config/settings.ts';
export type { Environment } from './config/source.ts';

/** How Slack reaches Rekey. */
export type Transport =
  | { readonly kind: 'socket'; readonly appToken: Secret }
  | { readonly kind: 'http'; readonly signingSecret: Secret; readonly host: string; readonly port: number };

/** Everything the environment says. */
export interface Config {
  readonly botToken: Secret;
  /** Socket Mode when there is an app-level token, else signed HTTP. */
  readonly transport: Transport;
  /** The base of the Web API with a slash at its end; null: Slack's own. */
  readonly slackApiUrl: string | null;
  /** The listener of /healthz, /readyz and /metrics. */
  readonly ops: { readonly host: string; readonly port: number };
  readonly database: Database;
  /** Newest first. Empty, on SQLite only: the key file beside the database. */
  readonly masterKeys: readonly MasterKey[];
  /** Slack user ids of the first admins; never empty. */
  readonly admins: readonly string[];
  readonly alertChannelId: string | null;
  /** Hosts of webhooks that may lead to private addresses. */
  readonly privateWebhooks: readonly string[];
  readonly corpus: string | null;
  readonly logLevel: LogLevel;
  /** The AWS SDK's and the proxies' own variables, as they are: they may hold credentials. */
  readonly passThrough: Readonly<Record<string, string>>;
}

// A bot usually stands behind a proxy on its own host; a container sets HOST=0.0.0.0 on purpose.
const LOOPBACK = '127.0.0.1';
const HTTP_PORT = 3000;
const OPS_PORT = 9464;
const SQLITE: Database = { engine: 'sqlite', path: 'data/rekey.db' };
const PASSED_THROUGH = /^(?:AWS_\w+|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/;

/**
 * Reads the configuration; this is the only reader of the environment. Throws {@link ConfigError} with every
 * mistake at once; its texts never repeat a value.
 */
export function readConfig(env: Environment = process.env): Config {
  const reader = settingReader(env);
  const botToken = required(reader, settings.slackBotToken);
  const transport = readTransport(reader);
  const database = reader.read(settings.database) ?? SQLITE;
  const masterKeys = readMasterKeys(reader, database);
  const admins = required(reader, settings.admins);
  const ops = {
    host: reader.read(settings.opsHost) ?? LOOPBACK,
    port: reader.read(settings.opsPort) ?? OPS_PORT,
  };
  if (transport?.kind === 'http' && transport.port !== 0 && transport.port === ops.port) {
    const problem = `is the port of ${settings.httpPort.name} too (${ops.port})`;
    reader.report({ name: settings.opsPort.name, problem, expected: 'a port of its own' });
  }
  const slackApiUrl = reader.read(settings.slackApiUrl) ?? null;
  const alertChannelId = reader.read(settings.alertChannel) ?? null;
  const privateWebhooks = reader.read(settings.privateWebhooks) ?? [];
  const corpus = reader.read(settings.corpus) ?? null;
  const logLevel = reader.read(settings.logLevel) ?? 'info';

  if (
    reader.problems.length > 0 ||
    botToken === undefined ||
    transport === undefined ||
    admins === undefined
  ) {
    throw new ConfigError(reader.problems);
  }
  return {
    botToken,
    transport,
    slackApiUrl,
    ops,
    database,
    masterKeys,
    admins,
    alertChannelId,
    privateWebhooks,
    corpus,
    logLevel,
    passThrough: passThrough(env),
  };
}

/**
 * Where the data is and what seals and signs it: all that tools need which never talk to Slack. Throws
 * {@link ConfigError} as {@link readConfig} does.
 */
export function readStorage(env: Environment): Pick<Config, 'database' | 'masterKeys'> {
  const reader = settingReader(env);
  const database = reader.read(settings.database) ?? SQLITE;
  const masterKeys = readMasterKeys(reader, database);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return { database, masterKeys };
}

/**
 * The same with what a tool needs that calls AWS, and writes what Slack is told later. Throws {@link ConfigError} as
 * {@link readConfig} does.
 */
export function readHostTools(
  env: Environment,
): Pick<Config, 'database' | 'masterKeys' | 'alertChannelId' | 'passThrough'> {
  const storage = readStorage(env);
  const reader = settingReader(env);
  const alertChannelId = reader.read(settings.alertChannel) ?? null;
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return { ...storage, alertChannelId, passThrough: passThrough(env) };
}

function required<T>(reader: SettingReader, setting: settings.Setting<T>): T | undefined {
  if (!reader.isSet(setting)) reportMissing(reader, setting);
  return reader.read(setting);
}

function reportMissing(reader: SettingReader, { name, expected }: settings.Setting<unknown>): void {
  reader.report({ name, problem: 'is missing', expected });
}

function readTransport(reader: SettingReader): Transport | undefined {
  const appToken = reader.read(settings.slackAppToken);
  const signingSecret = reader.read(settings.slackSigningSecret);
  const host = reader.read(settings.httpHost) ?? LOOPBACK;
  const port = reader.read(settings.httpPort) ?? HTTP_PORT;
  if (appToken !== undefined) return { kind: 'socket', appToken };
  // A wrong app token is a mistake already reported, not a wish for HTTP.
  if (reader.isSet(settings.slackAppToken)) return undefined;
  if (signingSecret !== undefined) return { kind: 'http', signingSecret, host, port };
  if (!reader.isSet(settings.slackSigningSecret)) {
    reader.report({
      name: settings.slackAppToken.name,
      problem: `is missing, and so is ${settings.slackSigningSecret.name}`,
      expected: `${settings.slackAppToken.expected} (Socket Mode); or ${settings.slackSigningSecret.expected} (HTTP)`,
    });
  }
  return undefined;
}

function readMasterKeys(reader: SettingReader, database: Database): readonly MasterKey[] {
  if (database.engine === 'postgres' && !reader.isSet(settings.masterKeys)) {
    const { name, expected } = settings.masterKeys;
    reader.report({
      name,
      problem: 'is missing, and PostgreSQL has no folder to keep a key file in',
      expected,
    });
  }
  return reader.read(settings.masterKeys) ?? [];
}

function passThrough(env: Environment): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_THROUGH.test(name)) passed[name] = value;
  }
  return passed;
}
