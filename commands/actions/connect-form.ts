import { parseAccountId } from '../../src/domain/account.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import { promiseExternalId } from '../../src/handlers/promise-external-id.ts';
import { usable } from '../../src/handlers/begin-work.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Action, Context } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { connectForm, fieldsOf, FormFields, SHOW_SETUP } from '../modals/connect-form.ts';
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
      const externalId =
        fields.method === 'role' && host.available
          ? await promiseExternalId(context.services, context.actor, connection.accountId)
          : null;
      await context.desk.update(view.id, replaceForm(connection, { ...fields, host, externalId }));
      return;
    }
    const externalId =
      fields.method === 'role' && host.available
        ? await promiseExternalId(context.services, context.actor, accountOf(fields.accountId))
        : null;
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
    const accountId = view === null ? '' : await accountMeant(context, view);
    const externalId = await promiseExternalId(context.services, context.actor, accountId);
    await context.show(setupView(host, accountId, externalId, CAPABILITIES));
  },
};

/** From a failed outcome back to the form, with what was typed, less the secret. */
export const backToForm: Action = {
  actionId: BACK_TO_FORM,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const fields = FormFields.parse(JSON.parse(view.metadata));
    const host = await context.services.hostIdentity();
    const externalId =
      fields.method === 'role' && host.available
        ? await promiseExternalId(context.services, context.actor, accountOf(fields.accountId))
        : null;
    await context.desk.update(view.id, connectForm(fields, host, externalId));
  },
};

async function accountMeant(context: Context, view: IncomingView): Promise<string> {
  if (view.callbackId === REPLACE_FORM) return (await usable(context.services, view.metadata)).accountId;
  return accountOf(fieldsOf(view.values).accountId);
}

/** The account typed so far; empty while it is missing or not one. */
function accountOf(typed: string): string {
  const parsed = parseAccountId(typed);
  return parsed.ok ? (parsed.value ?? '') : '';
}
