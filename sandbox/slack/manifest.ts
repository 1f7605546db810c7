import { isPlain, part, parts, text, type Json } from './json.ts';

/** What the app's manifest allows; without one, any command and event is allowed. */
export interface Manifest {
  /** The command's `should_escape`; undefined when there is no such command. */
  command(name: string): { readonly shouldEscape: boolean } | undefined;
  readonly scopes: readonly string[];
  readonly homeTab: boolean;
  readonly messagesReadOnly: boolean;
  readonly interactivity: boolean;
  subscribed(event: string): boolean;
}

const EVERYTHING: Manifest = {
  command: () => ({ shouldEscape: true }),
  scopes: ['commands', 'chat:write', 'users:read', 'usergroups:read', 'files:write'],
  homeTab: true,
  messagesReadOnly: true,
  interactivity: true,
  subscribed: () => true,
};

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Reads a parsed manifest; optional scopes count as granted. */
export function manifestOf(source: unknown): Manifest {
  if (!isPlain(source)) return EVERYTHING;
  const features = part(source, 'features');
  const scopes = part(part(source, 'oauth_config'), 'scopes');
  const settings = part(source, 'settings');
  const events = new Set(strings(part(settings, 'event_subscriptions')['bot_events']));
  const commands = new Map<string | undefined, Json>(
    parts(features, 'slash_commands').map((each) => [text(each, 'command'), each]),
  );
  return {
    command(name) {
      const found = commands.get(name);
      return found === undefined ? undefined : { shouldEscape: found['should_escape'] === true };
    },
    scopes: [...strings(scopes['bot']), ...strings(scopes['bot_optional'])],
    homeTab: part(features, 'app_home')['home_tab_enabled'] === true,
    messagesReadOnly: part(features, 'app_home')['messages_tab_read_only_enabled'] === true,
    interactivity: part(settings, 'interactivity')['is_enabled'] === true,
    subscribed: (event) => events.has(event),
  };
}
