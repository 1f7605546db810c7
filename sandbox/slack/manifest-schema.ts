/**
 * The rules of Slack's manifest schema, version 2, for the parts a bot uses: names, lengths and counts as published
 * in github.com/slackapi/manifest-schema (`schemas/manifest.schema.2.0.0.json`), written anew as JSON Schema draft 7.
 * Stricter than the original in two ways: functions, workflows and other parts of hosted apps are refused, and a bot's
 * name must be made of the characters Slack's forms accept.
 */

interface Schema {
  readonly [keyword: string]: unknown;
}

function text(min: number, max: number, pattern?: string): Schema {
  return { type: 'string', minLength: min, maxLength: max, ...(pattern === undefined ? {} : { pattern }) };
}

function list(items: Schema, max: number, more: Schema = {}): Schema {
  return { type: 'array', items, maxItems: max, ...more };
}

function closed(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

const flag: Schema = { type: 'boolean' };
const unique: Schema = { uniqueItems: true };
const requestUrl = text(1, 3_500, '^https?://');

const prompts = (max: number): Schema =>
  list(closed({ title: { type: 'string' }, message: { type: 'string' } }, ['title', 'message']), max);

const slashCommand = closed(
  {
    command: text(2, 32, '^/'),
    url: text(1, 3_000, '^https?://'),
    description: text(1, 2_000),
    usage_hint: text(1, 1_000),
    should_escape: flag,
  },
  ['command', 'description'],
);

const shortcut = closed(
  {
    name: text(1, 24),
    type: { enum: ['message', 'global'] },
    callback_id: text(1, 255),
    description: text(1, 150),
  },
  ['name', 'type', 'callback_id', 'description'],
);

const features = closed({
  app_home: closed({
    home_tab_enabled: flag,
    messages_tab_enabled: flag,
    messages_tab_read_only_enabled: flag,
  }),
  bot_user: closed({ display_name: text(1, 80, '^[a-z0-9._-]+$'), always_online: flag }, ['display_name']),
  shortcuts: list(shortcut, 10, { minItems: 1 }),
  slash_commands: list(slashCommand, 50, { minItems: 1 }),
  unfurl_domains: list(text(1, 255), 5, { minItems: 1, ...unique }),
  assistant_view: closed({ assistant_description: { type: 'string' }, suggested_prompts: prompts(100) }, [
    'assistant_description',
  ]),
  agent_view: closed({ agent_description: text(0, 300), suggested_prompts: prompts(4) }),
});

const scopes = list(text(1, 50), 255);
const events = list(text(1, 50), 100, unique);
const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

export const manifestSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...closed(
    {
      _metadata: closed({ major_version: { type: 'integer' }, minor_version: { type: 'integer' } }),
      display_information: closed(
        {
          name: text(1, 35),
          description: text(1, 140),
          long_description: text(175, 4_000),
          background_color: text(4, 7, '^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$'),
        },
        ['name'],
      ),
      features,
      oauth_config: closed({
        redirect_urls: list(text(1, 2_500), 1_000, unique),
        scopes: closed({ bot: scopes, user: scopes, bot_optional: scopes, user_optional: scopes }),
        token_management_enabled: flag,
        pkce_enabled: flag,
      }),
      settings: closed({
        allowed_ip_address_ranges: list(
          { type: 'string', pattern: `^(${octet}\\.){3}${octet}(/(3[0-2]|[12]?\\d))?$` },
          50,
          { minItems: 1, ...unique },
        ),
        event_subscriptions: closed({ request_url: requestUrl, bot_events: events, user_events: events }),
        incoming_webhooks: closed({ incoming_webhooks_enabled: flag }),
        interactivity: closed(
          { is_enabled: flag, request_url: requestUrl, message_menu_options_url: requestUrl },
          ['is_enabled'],
        ),
        org_deploy_enabled: flag,
        socket_mode_enabled: flag,
        token_rotation_enabled: flag,
      }),
    },
    ['display_information'],
  ),
};
