import type { KnownBlock, ModalView } from '@slack/types';
import * as z from 'zod';
import { parseConnectFields, type ConnectFields } from '../../src/domain/credential-input.ts';
import type { Method } from '../../src/domain/connection.ts';
import { holdsSecret } from '../../src/domain/pasted-text.ts';
import type { HostIdentity } from '../../src/ports/aws.ts';
import { actions, button, context } from '../../src/slack/blocks/elements.ts';
import { code, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView, Values } from '../incoming.ts';
import {
  blockOf,
  channelField,
  CHANNEL_FIELD,
  chosenMethod,
  errorsByBlock,
  methodField,
  OWNERS_FIELD,
  ownersField,
  rawFields,
  secretField,
  textField,
} from './fields.ts';

export const CONNECT_FORM = 'connect.form';
export const SHOW_SETUP = 'connect.setup';

/** What a form is drawn from, and what *Back to the form* brings back. Holds no secret, by its type. */
export const FormFields = z.object({
  name: z.string(),
  description: z.string(),
  accountId: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  roleArn: z.string(),
  method: z.enum(['role', 'access_key']),
  alertChannel: z.string().nullable(),
  owners: z.array(z.string()),
});
export type FormFields = z.infer<typeof FormFields>;

/** What a failed outcome keeps for the way back: the fields, and the external ID that the form showed. */
export const FormAgain = FormFields.extend({ externalId: z.string().nullable().default(null) });

export interface CredentialLook {
  readonly method: Method;
  readonly host: HostIdentity;
  /** The one promised; null where none was. */
  readonly externalId: string | null;
  /** The external ID of the role in use, which it keeps; for Replace credentials. */
  readonly ownExternalId?: string | null;
  readonly accessKeyId: string;
  readonly roleArn: string;
}

/** The form of `/aws-connect`. It remembers the external ID it shows, so that this very one is used. */
export function connectForm(fields: FormFields, host: HostIdentity, externalId: string | null): ModalView {
  return {
    type: 'modal',
    callback_id: CONNECT_FORM,
    private_metadata: externalId ?? '',
    title: plain('Connect AWS', 24),
    submit: plain('Connect', 24),
    close: plain('Cancel', 24),
    blocks: [
      textField('name', fields.name),
      textField('description', fields.description),
      textField('accountId', fields.accountId),
      textField('region', fields.region),
      ...credentialBlocks({ ...fields, host, externalId }),
      channelField(fields.alertChannel),
      ownersField(fields.owners),
    ],
  };
}

/** Method and credentials: the part that Replace credentials shows alone. */
export function credentialBlocks(look: CredentialLook): KnownBlock[] {
  const roleOffered = look.host.available;
  const method = roleOffered ? look.method : 'access_key';
  const own = look.ownExternalId ?? null;
  const role: KnownBlock[] = [
    context(
      own === null
        ? `The role must trust Rekey with the external ID ${code(look.externalId ?? '')}. It is kept for you for seven days.`
        : `Another role must trust Rekey with the external ID ${code(look.externalId ?? '')}, kept for you for seven days. ` +
            `The present role keeps its own, ${code(own)}.`,
    ),
    actions('connect.setup', [button('Show setup', SHOW_SETUP)]),
    textField('roleArn', look.roleArn),
  ];
  const key: KnownBlock[] = [
    context(
      'Slack has no masked input and asks apps not to request passwords: Slack carries what you type here. ' +
        (roleOffered
          ? 'The method IAM role needs no secret.'
          : 'Rekey keeps it sealed and shows it to nobody.'),
    ),
    textField('accessKeyId', look.accessKeyId),
    secretField(),
  ];
  return [
    methodField(method, roleOffered),
    ...(look.host.available
      ? []
      : [context(`IAM role is not offered: ${words(look.host.why)} ${words(look.host.mend)}`)]),
    ...(method === 'role' ? role : key),
  ];
}

/** What the form holds now, less the secret; for drawing it again when the method changes. */
export function fieldsOf(values: Values): FormFields {
  const text = (field: Parameters<typeof blockOf>[0]): string => {
    const typed = values.get(blockOf(field))?.one ?? '';
    // A secret pasted into the wrong field is not drawn again either.
    return holdsSecret(typed) ? '' : typed;
  };
  return {
    name: text('name'),
    description: text('description'),
    accountId: text('accountId'),
    region: text('region'),
    accessKeyId: safeKeyId(text('accessKeyId')),
    roleArn: text('roleArn'),
    method: chosenMethod(values),
    alertChannel: values.get(CHANNEL_FIELD)?.one ?? null,
    owners: [...(values.get(OWNERS_FIELD)?.many ?? [])],
  };
}

/** A whole .csv line may have been pasted into this field: only a bare id is ever drawn again. */
function safeKeyId(typed: string): string {
  return /^\s*[A-Z0-9]{16,24}\s*$/.test(typed) ? typed.trim() : '';
}

export interface ConnectInput {
  readonly fields: ConnectFields;
  readonly alertChannel: string | null;
  readonly owners: readonly string[];
}

export function parseConnectForm(view: IncomingView): Parsed<ConnectInput> {
  const parsed = parseConnectFields(rawFields(view.values), chosenMethod(view.values));
  if (!parsed.ok) return { ok: false, errors: errorsByBlock(parsed.errors, view.values, 'name') };
  return {
    ok: true,
    input: {
      fields: parsed.value,
      alertChannel: view.values.get(CHANNEL_FIELD)?.one ?? null,
      owners: view.values.get(OWNERS_FIELD)?.many ?? [],
    },
  };
}
