import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseMasterKeys } from '../crypto/master-key.ts';
import { Secret } from '../domain/secret.ts';
import { RekeyError } from '../errors.ts';
import { LOG_LEVELS } from '../log/levels.ts';

/** One environment variable. The messages of its schema read on after the name and never repeat the value. */
export interface Setting<T> {
  readonly name: string;
  /** A secret may also come as NAME_FILE. */
  readonly secret: boolean;
  readonly expected: string;
  readonly schema: z.ZodType<T, string>;
}

/** Where Rekey keeps its data. */
export type Database =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: Secret };

/** Whole parts of values that stand in examples, never in a real token. */
const PLACEHOLDER =
  /(?:^|[-_\s])(?:your|changeme|change|example|placeholder|replaceme|replace|here|x{3,})(?:$|[-_\s])/i;
const DOTS_OR_BRACKETS = /\.{3}|…|[<>*]/;

function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || DOTS_OR_BRACKETS.test(value);
}

/** A text that `problemOf` finds nothing wrong with. */
function checked(problemOf: (value: string) => string | null): z.ZodType<string, string> {
  return z.string().superRefine((value, context) => {
    const message = problemOf(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

function secret(problemOf: (value: string) => string | null): z.ZodType<Secret, string> {
  return checked(problemOf).transform((value) => new Secret(value));
}

/** What a Slack credential is, by its prefix; null when it has none. */
function slackTokenKind(value: string): string | null {
  if (value.startsWith('xoxe'))
    return 'a token that expires (token rotation is on for the app; it must be off)';
  if (value.startsWith('xoxb-')) return 'a bot token (xoxb-)';
  if (value.startsWith('xapp-')) return 'an app-level token (xapp-)';
  if (value.startsWith('xoxp-')) return "a person's token (xoxp-)";
  return /^xox[a-z]-/.test(value) ? 'another kind of Slack token' : null;
}

function slackToken(prefix: 'xoxb-' | 'xapp-'): z.ZodType<Secret, string> {
  return secret((value) => {
    if (isPlaceholder(value)) return 'is a placeholder';
    if (!value.startsWith(prefix)) {
      const kind = slackTokenKind(value);
      return kind === null ? `does not begin with “${prefix}”` : `is ${kind}`;
    }
    return /^[A-Za-z0-9-]{8,}$/.test(value) ? null : 'is cut short or has characters no Slack token has';
  });
}

export const slackBotToken: Setting<Secret> = {
  name: 'SLACK_BOT_TOKEN',
  secret: true,
  expected: 'the bot token, xoxb-…, from "OAuth & Permissions" of the Slack app',
  schema: slackToken('xoxb-'),
};

export const slackAppToken: Setting<Secret> = {
  name: 'SLACK_APP_TOKEN',
  secret: true,
  expected: 'the app-level token, xapp-…, with connections:write, from "Basic Information" of the Slack app',
  schema: slackToken('xapp-'),
};

export const slackSigningSecret: Setting<Secret> = {
  name: 'SLACK_SIGNING_SECRET',
  secret: true,
  expected: 'the signing secret from "Basic Information" of the Slack app',
  schema: secret((value) => {
    if (isPlaceholder(value)) return 'is a placeholder';
    const kind = slackTokenKind(value);
    if (kind !== null) return `is ${kind}`;
    return /^\S{8,}$/.test(value) ? null : 'is too short or has spaces in it';
  }),
};

export const slackApiUrl: Setting<string> = {
  name: 'SLACK_API_URL',
  secret: false,
  expected: 'an http:// or https:// address without a password, only when it is not https://slack.com/api/',
  schema: checked((value) => {
    if (!URL.canParse(value)) return 'is not an address';
    const url = new URL(value);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is not an http address';
    return url.username === '' && url.password === '' ? null : 'has a user name or password in it';
  }).transform((value) => (value.endsWith('/') ? value : `${value}/`)),
};

function hostSetting(name: string): Setting<string> {
  return {
    name,
    secret: false,
    expected: 'a host name or address to listen on, such as 127.0.0.1, or 0.0.0.0 for every network',
    schema: checked((value) =>
      /^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$/.test(value) ? null : 'is not a host name or an address',
    ),
  };
}

function portSetting(name: string): Setting<number> {
  return {
    name,
    secret: false,
    expected: 'a port number from 1 to 65535, or 0 for any free one',
    schema: checked((value) =>
      /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? null : 'is not a port number',
    ).transform(Number),
  };
}

export const httpHost = hostSetting('HOST');
export const httpPort = portSetting('PORT');
export const opsHost = hostSetting('REKEY_OPS_HOST');
export const opsPort = portSetting('REKEY_OPS_PORT');

export const database: Setting<Database> = {
  name: 'DATABASE_URL',
  secret: true,
  expected: 'file:PATH (SQLite) or postgres://… with user, password, host and database (PostgreSQL)',
  schema: checked((value) => {
    if (value.startsWith('file:')) return sqlitePath(value) === null ? 'names no file' : null;
    if (!/^postgres(?:ql)?:\/\//.test(value)) return 'begins with neither file: nor postgres://';
    return URL.canParse(value) ? null : 'is not an address (percent-encode what is special in the password)';
  }).transform((value): Database => {
    const path = sqlitePath(value);
    return path === null ? { engine: 'postgres', url: new Secret(value) } : { engine: 'sqlite', path };
  }),
};

/** The path in `file:data/rekey.db`, `file:/srv/rekey.db` or `file:///srv/rekey.db`; null for anything else. */
function sqlitePath(value: string): string | null {
  if (!value.startsWith('file:') || /[?#\0]/.test(value)) return null;
  if (value.startsWith('file://')) {
    const usable = URL.canParse(value) && new URL(value).host === '' && !value.endsWith('/');
    return usable ? fileURLToPath(value) : null;
  }
  const path = value.slice('file:'.length);
  return path === '' || path.endsWith('/') || path === ':memory:' ? null : path;
}

export const masterKeys: Setting<ReturnType<typeof parseMasterKeys>> = {
  name: 'REKEY_MASTER_KEY',
  secret: true,
  expected: 'base64 of 32 random bytes (openssl rand -base64 32); several separated by commas, newest first',
  schema: z.string().transform((value, context) => {
    try {
      return parseMasterKeys(value);
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      const message = isPlaceholder(value)
        ? 'is a placeholder'
        : `cannot be used: ${withoutStop(error.message)}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  }),
};

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

export const admins: Setting<readonly string[]> = {
  name: 'REKEY_ADMINS',
  secret: false,
  expected:
    'Slack user ids of the first admins (U… or W…, "Copy member ID" in a profile), separated by commas',
  schema: checked((value) => {
    const wrong = listOf(value).findIndex((id) => !/^[UW][A-Z0-9]{2,}$/.test(id));
    if (wrong >= 0) return `has an entry that is not a Slack user id (number ${wrong + 1})`;
    return listOf(value).length === 0 ? 'names nobody' : null;
  }).transform((value) => [...new Set(listOf(value))]),
};

function listOf(value: string): string[] {
  return value.split(/[\s,]+/).filter((entry) => entry !== '');
}

export const alertChannel: Setting<string> = {
  name: 'REKEY_ALERT_CHANNEL',
  secret: false,
  expected: "a Slack channel id (C… or G…, at the bottom of the channel's details)",
  schema: checked((value) => {
    if (value.startsWith('#')) return 'is the name of a channel';
    return /^[CG][A-Z0-9]{2,}$/.test(value) ? null : 'is not a channel id';
  }),
};

export const privateWebhooks: Setting<readonly string[]> = {
  name: 'REKEY_PRIVATE_WEBHOOKS',
  secret: false,
  expected: 'host names or addresses, separated by commas, that webhooks may reach though they are private',
  schema: checked((value) => {
    const wrong = listOf(value).findIndex((host) => !/^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$/.test(host));
    return wrong < 0 ? null : `has an entry that is not a host name or an address (number ${wrong + 1})`;
  }).transform(listOf),
};

export const corpus: Setting<string> = {
  name: 'REKEY_CORPUS',
  secret: false,
  expected: 'the path of a folder',
  schema: z.string(),
};

export const logLevel: Setting<(typeof LOG_LEVELS)[number]> = {
  name: 'LOG_LEVEL',
  secret: false,
  expected: `one of ${LOG_LEVELS.join(', ')}`,
  schema: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, { error: 'is not a log level' })),
};
