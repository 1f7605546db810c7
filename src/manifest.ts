import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { UsageError } from './cli/usage-error.ts';

/** The manifest as it is kept: for Socket Mode. */
const MANIFEST = new URL('../manifest.yml', import.meta.url);
/** What may be added to it, by name: scopes and events that most installations are better off without. */
const OVERLAYS: ReadonlyMap<string, URL> = new Map([
  ['channel-watch', new URL('../manifest.channel-watch.yml', import.meta.url)],
]);

/**
 * The manifest of the Slack app, as YAML. With `--http URL` (https, where Slack reaches Rekey) it is the form for
 * signed HTTP requests; with `--with NAME` it has the scopes and events of that overlay, too.
 */
export function printManifest(args: readonly string[]): string {
  const options = { http: { type: 'string' }, with: { type: 'string', multiple: true } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const text = readFileSync(MANIFEST, 'utf8');
  const overlays = [...new Set(values.with)].map(overlayNamed);
  if (values.http === undefined && overlays.length === 0) return text;
  const full = overlays.reduce(overlaid, parse(text) as Manifest);
  return stringify(values.http === undefined ? full : overHttp(full, requestUrl(values.http)));
}

function overlayNamed(name: string): Overlay {
  const file = OVERLAYS.get(name);
  if (file === undefined) {
    throw new UsageError(`--with takes ${[...OVERLAYS.keys()].join(' or ')}, not “${name}”`);
  }
  return parse(readFileSync(file, 'utf8')) as Overlay;
}

/** The manifest with the scopes and events of the overlay after its own. */
function overlaid(manifest: Manifest, { oauth_config: oauth, settings }: Overlay): Manifest {
  const { scopes } = manifest.oauth_config;
  const { event_subscriptions: events } = manifest.settings;
  return {
    ...manifest,
    oauth_config: {
      ...manifest.oauth_config,
      scopes: { ...scopes, bot: [...scopes.bot, ...oauth.scopes.bot] },
    },
    settings: {
      ...manifest.settings,
      event_subscriptions: {
        ...events,
        bot_events: [...events.bot_events, ...settings.event_subscriptions.bot_events],
      },
    },
  };
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

interface Overlay {
  oauth_config: { scopes: { bot: string[] } };
  settings: { event_subscriptions: { bot_events: string[] } };
}

interface Manifest {
  features: { slash_commands: { command: string; url?: string }[] };
  oauth_config: { scopes: { bot: string[]; bot_optional?: string[] } };
  settings: Record<string, unknown> & {
    interactivity: Record<string, unknown>;
    event_subscriptions: Record<string, unknown> & { bot_events: string[] };
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
