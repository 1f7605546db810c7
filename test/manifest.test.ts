import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { registry } from '../commands/index.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import { printManifest } from '../src/manifest.ts';

interface SlashCommand {
  readonly command: string;
  readonly description: string;
  readonly usage_hint?: string;
  readonly should_escape: boolean;
  readonly url?: string;
}

interface Manifest {
  readonly features: {
    readonly app_home: Record<string, boolean>;
    readonly slash_commands: readonly SlashCommand[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: string[]; readonly bot_optional: string[] } };
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: string[]; readonly request_url?: string };
    readonly interactivity: Record<string, unknown>;
    readonly org_deploy_enabled: boolean;
    readonly socket_mode_enabled: boolean;
    readonly token_rotation_enabled: boolean;
  };
}

function manifest(...args: string[]): Manifest {
  return parse(printManifest(args)) as Manifest;
}

/** Slack's scope of each Web API method that a bot may call; null: none is needed (facts: the table of methods). */
const SCOPES: Readonly<Record<string, string | null>> = {
  'auth.test': null,
  'bots.info': 'users:read',
  'chat.postEphemeral': 'chat:write',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  // Once-only posting looks for its own messages where an overlay of the manifest lets it; it works without.
  'conversations.history': null,
  'conversations.open': null,
  'conversations.replies': null,
  'files.completeUploadExternal': 'files:write',
  'files.getUploadURLExternal': 'files:write',
  'usergroups.list': 'usergroups:read',
  'usergroups.users.list': 'usergroups:read',
  'users.info': 'users:read',
  'users.list': 'users:read',
  'users.lookupByEmail': 'users:read.email',
  'views.open': null,
  'views.publish': null,
  'views.push': null,
  'views.update': null,
};

/** The Web API methods that the sources call, as `web.users.info(` reads. */
function methodsCalled(): string[] {
  const folder = fileURLToPath(new URL('../src/slack', import.meta.url));
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const text = sources.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
  const found = [...text.matchAll(/\b(?:web|client)\.(?!start\b)((?:[a-z][A-Za-z]*\.)+[a-z][A-Za-z]*)\(/g)];
  return [...new Set(found.map(([, method]) => String(method)))].sort();
}

describe('the manifest', () => {
  it('has the commands of the registry, word for word', () => {
    const told = manifest().features.slash_commands.map(
      ({ command, description, usage_hint: usage = '' }) => ({
        command,
        summary: description,
        usage,
      }),
    );
    expect(told).toEqual(
      registry.commands.map(({ command, summary, usage }) => ({ command, summary, usage })),
    );
  });

  it('asks for mentions and channels by id', () => {
    expect(manifest().features.slash_commands.map((command) => command.should_escape)).not.toContain(false);
  });

  it('subscribes to the events that are handled, and no others', () => {
    expect(manifest().settings.event_subscriptions.bot_events.toSorted()).toEqual(
      registry.events.map(({ event }) => event).toSorted(),
    );
  });

  it('asks for the scopes of the methods that are called, and no others', () => {
    const called = methodsCalled();
    expect(called).toEqual(Object.keys(SCOPES));
    const needed = new Set(called.flatMap((method) => SCOPES[method] ?? []));
    const { bot, bot_optional: optional } = manifest().oauth_config.scopes;
    expect([...bot, ...optional].toSorted()).toEqual([...needed, 'commands'].toSorted());
    expect(optional).toEqual(['usergroups:read', 'users:read.email', 'files:write']);
  });

  it('turns Home on, and keeps people from typing secrets into messages', () => {
    expect(manifest().features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: true,
    });
  });

  it('is for one workspace, over Socket Mode, with tokens that last', () => {
    const { settings } = manifest();
    expect(settings).toMatchObject({
      org_deploy_enabled: false,
      socket_mode_enabled: true,
      token_rotation_enabled: false,
      interactivity: { is_enabled: true },
    });
    expect(JSON.stringify(settings)).not.toContain('url');
  });
});

describe('the manifest with channel-watch', () => {
  const added = {
    scopes: ['channels:history', 'groups:history', 'mpim:history'],
    events: ['message.channels', 'message.groups', 'message.mpim'],
  };

  it.each([[[]], [['--http', 'https://x.example']]])(
    'has scopes and events besides, and nothing else (%j)',
    (http) => {
      const plain = manifest(...http);
      const full = manifest(...http, '--with', 'channel-watch');
      const { scopes } = full.oauth_config;
      expect(scopes).toEqual({
        ...plain.oauth_config.scopes,
        bot: [...plain.oauth_config.scopes.bot, ...added.scopes],
      });
      const { bot_events: events } = full.settings.event_subscriptions;
      expect(events).toEqual([...plain.settings.event_subscriptions.bot_events, ...added.events]);
      const subscriptions = { ...full.settings.event_subscriptions, bot_events: [] };
      expect({
        ...full,
        oauth_config: {},
        settings: { ...full.settings, event_subscriptions: subscriptions },
      }).toEqual({
        ...plain,
        oauth_config: {},
        settings: {
          ...plain.settings,
          event_subscriptions: { ...plain.settings.event_subscriptions, bot_events: [] },
        },
      });
    },
  );

  it('is the same when it is asked for twice, and refuses what there is none of', () => {
    const twice = printManifest(['--with', 'channel-watch', '--with', 'channel-watch']);
    expect(twice).toBe(printManifest(['--with', 'channel-watch']));
    for (const name of ['', 'nothing', 'constructor']) {
      expect(() => printManifest(['--with', name])).toThrow(UsageError);
    }
  });
});

describe('the manifest for HTTP', () => {
  it.each([
    ['https://x.example', 'https://x.example/slack/events'],
    ['https://x.example/', 'https://x.example/slack/events'],
    ['https://x.example:8443/rekey', 'https://x.example:8443/rekey'],
  ])('sends everything for %s to %s', (given, url) => {
    const { features, settings } = manifest('--http', given);
    expect(features.slash_commands.map((command) => command.url)).toEqual(registry.commands.map(() => url));
    expect(settings.socket_mode_enabled).toBe(false);
    expect(settings.interactivity).toEqual({
      is_enabled: true,
      request_url: url,
      message_menu_options_url: url,
    });
    expect(settings.event_subscriptions.request_url).toBe(url);
  });

  it('differs from the other form in nothing else', () => {
    const http = manifest('--http', 'https://x.example');
    const socket = manifest();
    expect(http.oauth_config).toEqual(socket.oauth_config);
    expect(http.features.app_home).toEqual(socket.features.app_home);
    expect(http.features.slash_commands.map((command) => ({ ...command, url: undefined }))).toEqual(
      socket.features.slash_commands,
    );
    expect(http.settings.event_subscriptions.bot_events).toEqual(
      socket.settings.event_subscriptions.bot_events,
    );
  });

  it.each(['http://x.example', 'x.example', '', 'ftp://x.example', 'https://'])('refuses %o', (given) => {
    expect(() => printManifest(['--http', given])).toThrow(UsageError);
  });
});
