import { readFileSync } from 'node:fs';
import type { AppsManifestValidateArguments } from '@slack/web-api';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { printManifest } from '../../../src/manifest.ts';
import { manifestSchema } from '../../../sandbox/slack/manifest-schema.ts';
import { manifestOf } from '../../../sandbox/slack/manifest.ts';

/** The file as it is meant to be; its type knows the scopes and events that exist, which the schema does not. */
const expected = {
  _metadata: { major_version: 2, minor_version: 1 },
  display_information: {
    name: 'Rekey',
    description: 'Looks after AWS access keys - connects accounts privately and says what each key can do.',
    background_color: '#1a1d21',
  },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
    bot_user: { display_name: 'rekey', always_online: true },
    slash_commands: [
      {
        command: '/aws-connect',
        description: 'Connect an AWS account privately',
        usage_hint: '[connection name | help]',
        should_escape: true,
      },
      {
        command: '/aws-test',
        description: 'Check a connection and say what changed',
        usage_hint: '[connection name | help]',
        should_escape: true,
      },
      {
        command: '/aws-keys',
        description: 'List access keys, most urgent first',
        usage_hint: '[filter | access key ID | help]',
        should_escape: true,
      },
      {
        command: '/aws-rotate',
        description: 'Replace an access key without an outage',
        usage_hint: '[access key ID | user name | help]',
        should_escape: true,
      },
      {
        command: '/aws-deactivate',
        description: 'Shut a stolen access key off, or switch one off on purpose',
        usage_hint: '[access key ID [reason] | help]',
        should_escape: true,
      },
      {
        command: '/aws-incidents',
        description: 'List incidents of watched access keys, latest first',
        usage_hint: '[filter | evidence KEY | expectations | help]',
        should_escape: true,
      },
      {
        command: '/aws-audit',
        description: 'Read, verify and export the audit log',
        usage_hint: '[@person | connection name | roles | 7d | help]',
        should_escape: true,
      },
      {
        command: '/aws-settings',
        description: 'Set alerts, paging, reminders, key policy and roles; pause Rekey',
        usage_hint: '[help]',
        should_escape: true,
      },
      {
        command: '/aws-help',
        description: 'Say what Rekey does and how',
        usage_hint: '[command]',
        should_escape: true,
      },
    ],
  },
  oauth_config: {
    scopes: {
      bot: ['commands', 'chat:write', 'users:read'],
      bot_optional: ['usergroups:read', 'users:read.email', 'files:write'],
    },
  },
  settings: {
    event_subscriptions: { bot_events: ['app_home_opened', 'app_uninstalled', 'tokens_revoked'] },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
} satisfies AppsManifestValidateArguments['manifest'];

const manifest: unknown = parse(readFileSync(new URL('../../../manifest.yml', import.meta.url), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true }).compile(manifestSchema);

/** Where a changed copy of the manifest breaks the schema. */
function complaints(change: (copy: typeof expected) => object): string[] {
  validate(change(structuredClone(expected)));
  return (validate.errors ?? []).map((each) => `${each.instancePath} ${each.keyword}`);
}

describe('manifest.yml', () => {
  test('is what the types of the Web API allow', () => {
    expect(manifest).toEqual(expected);
  });

  test("follows Slack's schema", () => {
    expect(complaints((copy) => copy)).toEqual([]);
  });

  test("follows Slack's schema with its overlay, too", () => {
    validate(parse(printManifest(['--with', 'channel-watch'])));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('tells the stand-in its commands, scopes and events', () => {
    const read = manifestOf(manifest);
    expect(read.command('/aws-test')).toEqual({ shouldEscape: true });
    expect(read.command('/aws-nothing')).toBeUndefined();
    expect(read.scopes).toEqual([
      'commands',
      'chat:write',
      'users:read',
      'usergroups:read',
      'users:read.email',
      'files:write',
    ]);
    expect([read.homeTab, read.messagesReadOnly, read.interactivity]).toEqual([true, true, true]);
    expect([read.subscribed('app_home_opened'), read.subscribed('message.im')]).toEqual([true, false]);
  });
});

describe('the schema refuses', () => {
  type Copy = typeof expected;
  const command = expected.features.slash_commands[0];
  const withCommand = (copy: Copy, change: object): object => ({
    ...copy,
    features: { ...copy.features, slash_commands: [{ ...command, ...change }] },
  });
  const withSettings = (copy: Copy, change: object): object => ({
    ...copy,
    settings: { ...copy.settings, ...change },
  });

  test.each<[string, (copy: Copy) => object, string]>([
    ['no name', (copy) => ({ ...copy, display_information: {} }), '/display_information required'],
    [
      'a long name',
      (copy) => ({ ...copy, display_information: { name: 'x'.repeat(36) } }),
      '/display_information/name maxLength',
    ],
    [
      'a command without a slash',
      (copy) => withCommand(copy, { command: 'aws' }),
      '/features/slash_commands/0/command pattern',
    ],
    [
      'a long command',
      (copy) => withCommand(copy, { command: `/${'x'.repeat(32)}` }),
      '/features/slash_commands/0/command maxLength',
    ],
    [
      'a command of another key',
      (copy) => withCommand(copy, { hidden: true }),
      '/features/slash_commands/0 additionalProperties',
    ],
    [
      '51 commands',
      (copy) => ({ ...copy, features: { slash_commands: Array.from({ length: 51 }, () => command) } }),
      '/features/slash_commands maxItems',
    ],
    [
      'an upper-case bot',
      (copy) => ({ ...copy, features: { bot_user: { display_name: 'Rekey' } } }),
      '/features/bot_user/display_name pattern',
    ],
    ['an unknown setting', (copy) => withSettings(copy, { bogus: 1 }), '/settings additionalProperties'],
    [
      'interactivity without its flag',
      (copy) => withSettings(copy, { interactivity: {} }),
      '/settings/interactivity required',
    ],
    [
      'an event twice',
      (copy) => withSettings(copy, { event_subscriptions: { bot_events: ['a', 'a'] } }),
      '/settings/event_subscriptions/bot_events uniqueItems',
    ],
    [
      'an address that is none',
      (copy) => withSettings(copy, { allowed_ip_address_ranges: ['10.0.0.256'] }),
      '/settings/allowed_ip_address_ranges/0 pattern',
    ],
    [
      'another address than the web',
      (copy) => withSettings(copy, { interactivity: { is_enabled: true, request_url: 'ftp://x' } }),
      '/settings/interactivity/request_url pattern',
    ],
  ])('%s', (_what, change, complaint) => {
    expect(complaints(change)).toEqual([complaint]);
  });
});
