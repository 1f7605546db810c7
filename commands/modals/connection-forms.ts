import type { ModalView } from '@slack/types';
import {
  parseConnectionName,
  parseCredentials,
  parseDescription,
  type FieldErrors,
  type TypedCredentials,
} from '../../src/domain/credential-input.ts';
import { parseRegion } from '../../src/domain/region-input.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { editedFields, type ConnectionEdit } from '../../src/handlers/edit-connection.ts';
import { context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { bold, code, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { credentialBlocks, type CredentialLook } from './connect-form.ts';
import {
  CHANNEL_FIELD,
  channelField,
  chosenMethod,
  errorsByBlock,
  OWNERS_FIELD,
  ownersField,
  rawFields,
  textField,
} from './fields.ts';

export const EDIT_FORM = 'connection.edit';
export const REPLACE_FORM = 'connection.replace';
export const DISCONNECT_FORM = 'connection.disconnect';

export const DEACTIVATE_FIELD = 'field.deactivate';

/** What a connection is called and who hears of it. */
export function editForm(connection: Connection): ModalView {
  return {
    type: 'modal',
    callback_id: EDIT_FORM,
    private_metadata: `${connection.id} ${editedFields(connection)}`,
    title: plain('Edit connection', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      textField('name', connection.name),
      textField('description', connection.description),
      textField('region', connection.region),
      channelField(connection.alertChannel),
      ownersField(connection.owners),
    ],
  };
}

export function parseEditForm(view: IncomingView): Parsed<ConnectionEdit> {
  const raw = rawFields(view.values);
  const name = parseConnectionName(raw.name ?? null);
  const description = parseDescription(raw.description ?? null);
  const region = parseRegion(raw.region ?? null);
  if (name.ok && description.ok && region.ok) {
    return {
      ok: true,
      input: {
        name: name.value,
        description: description.value,
        region: region.value,
        alertChannel: view.values.get(CHANNEL_FIELD)?.one ?? null,
        owners: view.values.get(OWNERS_FIELD)?.many ?? [],
      },
    };
  }
  const errors: FieldErrors = {
    ...(name.ok ? {} : { name: name.error }),
    ...(description.ok ? {} : { description: description.error }),
    ...(region.ok ? {} : { region: region.error }),
  };
  return { ok: false, errors: errorsByBlock(errors, view.values, 'name') };
}

/** New credentials for the same account; history, policy and profiles stay. */
export function replaceForm(connection: Connection, look: CredentialLook): ModalView {
  return {
    type: 'modal',
    callback_id: REPLACE_FORM,
    private_metadata: connection.id,
    title: plain('Replace credentials', 24),
    submit: plain('Replace', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(
        `New credentials for ${bold(connection.name)}, account ${code(connection.accountId)}. ` +
          'The present ones stay in use until the new ones are verified.',
      ),
      ...credentialBlocks(look),
    ],
  };
}

export function parseReplaceForm(view: IncomingView): Parsed<TypedCredentials> {
  const parsed = parseCredentials(rawFields(view.values), chosenMethod(view.values));
  return parsed.ok
    ? { ok: true, input: parsed.value }
    : { ok: false, errors: errorsByBlock(parsed.errors, view.values, 'accessKeyId') };
}

/** What disconnecting does, before it is done. */
export function disconnectForm(connection: Connection): ModalView {
  const key = connection.accessKeyId;
  return {
    type: 'modal',
    callback_id: DISCONNECT_FORM,
    private_metadata: `${connection.id} ${key ?? connection.roleArn ?? ''}`,
    title: plain('Disconnect', 24),
    submit: plain('Disconnect', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(
        `Disconnect ${bold(connection.name)} (account ${code(connection.accountId)})? Rekey forgets how to reach it` +
          `${key === null ? '' : ' and destroys its sealed secret; backups of the database age out'}. ` +
          'The audit log stays. This cannot be undone, but the account can be connected again.',
      ),
      ...(key === null
        ? [context(`The role ${words(connection.roleArn ?? '')} is not touched in AWS.`)]
        : [
            input(
              DEACTIVATE_FIELD,
              'Access key in AWS',
              {
                type: 'checkboxes',
                action_id: DEACTIVATE_FIELD,
                options: [
                  option(
                    `Also deactivate ${key}`,
                    'deactivate',
                    'Whatever else uses this key stops working.',
                  ),
                ],
              },
              { optional: true },
            ),
          ]),
    ],
  };
}

/** What was asked for, and the access key ID or role ARN that the person was shown. */
export function parseDisconnectForm(
  view: IncomingView,
): Parsed<{ connectionId: string; named: string; deactivateKey: boolean }> {
  const chosen = view.values.get(DEACTIVATE_FIELD)?.many ?? [];
  const [connectionId = '', named = ''] = view.metadata.split(' ');
  return { ok: true, input: { connectionId, named, deactivateKey: chosen.includes('deactivate') } };
}
