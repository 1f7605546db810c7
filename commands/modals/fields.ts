import type { InputBlock } from '@slack/types';
import type { FieldName, FieldErrors, RawFields } from '../../src/domain/credential-input.ts';
import { DESCRIPTION_LENGTH } from '../../src/domain/credential-input.ts';
import { input, option } from '../../src/slack/blocks/elements.ts';
import { cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Method } from '../../src/domain/connection.ts';
import type { Values } from '../incoming.ts';

/** The inputs that Connect, Edit and Replace credentials share: their labels are a contract. */

export const METHOD_FIELD = 'field.method';
export const CHANNEL_FIELD = 'field.alertChannel';
export const OWNERS_FIELD = 'field.owners';

export function blockOf(field: FieldName): string {
  return `field.${field}`;
}

const LABELS: Record<FieldName, string> = {
  name: 'Connection name',
  description: 'Description',
  accountId: 'Account ID',
  region: 'Default region',
  accessKeyId: 'Access key ID',
  secretAccessKey: 'Secret access key',
  roleArn: 'Role ARN',
};

const HINTS: Partial<Record<FieldName, string>> = {
  name: 'What your team calls this account, such as “billing production”.',
  accountId: 'Twelve digits. When given, Rekey refuses credentials of any other account.',
  region: 'Such as eu-central-1. It decides the partition (aws, aws-cn, aws-us-gov…).',
  accessKeyId: 'Starts with AKIA. A line of the console’s .csv file may be pasted here too.',
  secretAccessKey: 'Shown while you type: Slack has no masked input. Rekey keeps it sealed.',
  roleArn: 'Such as arn:aws:iam::123456789012:role/Rekey.',
};

/** One text input. `initial` is never given for the secret. */
export function textField(field: Exclude<FieldName, 'secretAccessKey'>, initial: string | null): InputBlock {
  return {
    ...bareField(field, field === 'description' || field === 'accountId' || field === 'region'),
    element: {
      type: 'plain_text_input',
      action_id: blockOf(field),
      ...(field === 'description' ? { multiline: true, max_length: DESCRIPTION_LENGTH } : {}),
      ...(initial === null || initial === '' ? {} : { initial_value: cut(initial, 3000) }),
    },
  };
}

/** The one input for a secret: it never has an initial value, so that no view is drawn with one. */
export function secretField(): InputBlock {
  return {
    ...bareField('secretAccessKey', false),
    element: { type: 'plain_text_input', action_id: blockOf('secretAccessKey') },
  };
}

function bareField(field: FieldName, optional: boolean): InputBlock {
  const hint = HINTS[field];
  return input(
    blockOf(field),
    LABELS[field],
    { type: 'plain_text_input', action_id: blockOf(field) },
    { optional, ...(hint === undefined ? {} : { hint }) },
  );
}

const METHODS = {
  role: option('IAM role', 'role', 'Recommended: nothing secret to type.'),
  access_key: option('Access key', 'access_key', 'The key of an IAM user.'),
} as const;

/** The choice of method; only what can be used here is offered. */
export function methodField(chosen: Method, roleOffered: boolean): InputBlock {
  return input(
    METHOD_FIELD,
    'Method',
    {
      type: 'radio_buttons',
      action_id: METHOD_FIELD,
      options: roleOffered ? [METHODS.role, METHODS.access_key] : [METHODS.access_key],
      initial_option: METHODS[roleOffered ? chosen : 'access_key'],
    },
    { dispatch: true },
  );
}

export function channelField(initial: string | null): InputBlock {
  return input(
    CHANNEL_FIELD,
    'Alert channel',
    {
      type: 'conversations_select',
      action_id: CHANNEL_FIELD,
      placeholder: plain('The workspace’s alert channel', 150),
      filter: {
        include: ['public', 'private'],
        exclude_external_shared_channels: true,
        exclude_bot_users: true,
      },
      ...(initial === null ? {} : { initial_conversation: initial }),
    },
    {
      optional: true,
      hint: 'Where alerts of this connection go. Invite Rekey there first. Channels shared with other organisations are not offered.',
    },
  );
}

export function ownersField(initial: readonly string[]): InputBlock {
  return input(
    OWNERS_FIELD,
    'Owners',
    {
      type: 'multi_users_select',
      action_id: OWNERS_FIELD,
      max_selected_items: 20,
      ...(initial.length === 0 ? {} : { initial_users: [...initial] }),
    },
    { optional: true, hint: 'Who answers for the keys of this account.' },
  );
}

/** What was typed, by field, for the parsers of the domain. */
export function rawFields(values: Values): RawFields {
  const fields: readonly FieldName[] = [
    'name',
    'description',
    'accountId',
    'region',
    'accessKeyId',
    'secretAccessKey',
    'roleArn',
  ];
  return Object.fromEntries(fields.map((field) => [field, values.get(blockOf(field))?.one ?? null]));
}

/** Field errors by block id; an error of a field that is not on the form is shown at `fallback`. */
export function errorsByBlock(
  errors: FieldErrors,
  values: Values,
  fallback: FieldName,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, error]) => {
      const block = `field.${field}`;
      return [values.has(block) ? block : blockOf(fallback), error];
    }),
  );
}

export function chosenMethod(values: Values): Method {
  return values.get(METHOD_FIELD)?.one === 'role' ? 'role' : 'access_key';
}
