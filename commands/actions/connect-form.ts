import { parseAccountId } from '../../src/domain/account.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import { promiseExternalId } from '../../src/handlers/promise-external-id.ts';
import { usable } from '../../src/handlers/begin-work.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Action, Context } from '../entry.ts';
import {
  connectForm,
  fieldsOf,
  FormAgain,
  SHOW_SETUP,
  type CredentialLook,
  type FormFields,
} from '../modals/connect-form.ts';
import { REPLACE_FORM, replaceForm } from '../modals/connection-forms.ts';
import { METHOD_FIELD } from '../modals/fields.ts';
import { BACK_TO_FORM } from '../modals/outcome-view.ts';
import { setupView } from '../modals/setup.ts';

/** The other method was chosen: the same window with the other fields. */
export const changeMethod: Action = {
  actionId: METHOD_FIELD,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const host = await context.services.hostIdentity();
    const fields = fieldsOf(view.values);
    if (view.callbackId === REPLACE_FORM) {
      const connection = await usable(context.services, view.metadata);
      const look = await replaceLook(context, connection, { ...fields, host });
      await context.desk.update(view.id, replaceForm(connection, look));
      return;
    }
    const externalId = host.available ? await promisedFor(context, fields, view.metadata) : null;
    await context.desk.update(view.id, connectForm(fields, host, externalId));
  },
};

/** What the person needs to make the role, on top of the form. */
export const showSetup: Action = {
  actionId: SHOW_SETUP,
  needs: 'admin',
  opensModal: true,
  async run(context, view) {
    const host = await context.services.hostIdentity();
    if (!host.available) throw new RekeyError('unreachable', host.why, { next: host.mend });
    if (view?.callbackId === REPLACE_FORM) {
      const connection = await usable(context.services, view.metadata);
      const externalId = await promisedForReplace(context, connection.accountId);
      await context.show(setupView(host, connection.accountId, externalId, CAPABILITIES));
      return;
    }
    const fields = fieldsOf(view?.values ?? new Map());
    const shown = view?.metadata ?? '';
    const externalId = await promisedFor(context, fields, shown);
    await context.show(setupView(host, accountOf(fields.accountId), externalId, CAPABILITIES));
    // The form below must not go on showing another one than these texts.
    if (view !== null && externalId !== shown) {
      await context.desk.update(view.id, connectForm(fields, host, externalId));
    }
  },
};

/** From a failed outcome back to the form, with what was typed, less the secret. */
export const backToForm: Action = {
  actionId: BACK_TO_FORM,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const { externalId: shown, ...fields } = FormAgain.parse(JSON.parse(view.metadata));
    const host = await context.services.hostIdentity();
    const externalId = host.available ? await promisedFor(context, fields, shown ?? '') : null;
    await context.desk.update(view.id, connectForm(fields, host, externalId));
  },
};

/** What Replace credentials shows for a role: the external ID another role needs, and the one in use. */
export async function replaceLook(
  context: Context,
  connection: Connection,
  look: Omit<CredentialLook, 'externalId' | 'ownExternalId'>,
): Promise<CredentialLook> {
  if (look.method !== 'role' || !look.host.available) return { ...look, externalId: null };
  const externalId = await promisedForReplace(context, connection.accountId);
  return { ...look, externalId, ownExternalId: connection.externalId };
}

/** The external ID for another role of a connection: its account is known, so no other promise will do. */
export function promisedForReplace(context: Context, accountId: string): Promise<string> {
  const wanted = { accountId, shown: '', forAccountOnly: true };
  return promiseExternalId(context.services, context.actor, wanted);
}

function promisedFor(context: Context, fields: FormFields, shown: string): Promise<string> {
  const wanted = { accountId: accountOf(fields.accountId), shown };
  return promiseExternalId(context.services, context.actor, wanted);
}

/** The account typed so far; empty while it is missing or not one. */
function accountOf(typed: string): string {
  const parsed = parseAccountId(typed);
  return parsed.ok ? (parsed.value ?? '') : '';
}
