import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { UsageError } from './cli/usage-error.ts';

/** The manifest as it is kept: for Socket Mode. */
const MANIFEST = new URL('../manifest.yml', import.meta.url);

/**
 * The manifest of the Slack app, as YAML. With `--http URL` (https, where Slack reaches Rekey) it is the form for
 * signed HTTP requests.
 */
export function printManifest(args: readonly string[]): string {
  const { values } = parseArgs({ args: [...args], options: { http: { type: 'string' } } });
  const text = readFileSync(MANIFEST, 'utf8');
  return values.http === undefined ? text : stringify(overHttp(parse(text), requestUrl(values.http)));
}

/** The scopes of the bot: what it cannot do without, and what it can. */
export function neededScopes(): {
  readonly required: readonly string[];
  readonly optional: readonly string[];
} {
  const manifest = parse(readFileSync(MANIFEST, 'utf8')) as {
    oauth_config: { scopes: { bot: string[]; bot_optional?: string[] } };
  };
  const { bot, bot_optional: optional = [] } = manifest.oauth_config.scopes;
  return { required: bot, optional };
}

function requestUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || url.protocol !== 'https:') {
    throw new UsageError(`--http takes the https address where Slack reaches Rekey, not “${given}”`);
  }
  const path = url.pathname === '/' ? '/slack/events' : url.pathname;
  return `${url.origin}${path}`;
}

interface Manifest {
  features: { slash_commands: { command: string; url?: string }[] };
  settings: Record<string, unknown> & {
    interactivity: Record<string, unknown>;
    event_subscriptions: Record<string, unknown>;
  };
}

function overHttp(manifest: Manifest, url: string): Manifest {
  return {
    ...manifest,
    features: {
      ...manifest.features,
      slash_commands: manifest.features.slash_commands.map((entry) => ({ ...entry, url })),
    },
    settings: {
      ...manifest.settings,
      socket_mode_enabled: false,
      interactivity: { ...manifest.settings.interactivity, request_url: url, message_menu_options_url: url },
      event_subscriptions: { ...manifest.settings.event_subscriptions, request_url: url },
    },
  };
}
