import type { ConnectDraft } from '../../src/domain/attempt.ts';
import type { TypedCredentials } from '../../src/domain/credential-input.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { RekeyError } from '../../src/errors.ts';
import { authorise } from '../../src/handlers/authorise.ts';
import { beginDisconnect, beginReplace, usable } from '../../src/handlers/begin-work.ts';
import { editConnection, type ConnectionEdit } from '../../src/handlers/edit-connection.ts';
import { carryOut } from '../carry-out.ts';
import { refreshHome } from '../refresh-home.ts';
import { credentialDraft, secretOf, type CredentialDraft } from '../connect.ts';
import { modal, type Action, type Context } from '../entry.ts';
import { greet } from '../greet-channel.ts';
import { CONNECTION_MENU } from '../home.ts';
import {
  DEACTIVATE_FIELD,
  DISCONNECT_FORM,
  disconnectForm,
  EDIT_FORM,
  editForm,
  parseDisconnectForm,
  parseEditForm,
  parseReplaceForm,
  REPLACE_FORM,
  replaceForm,
} from '../modals/connection-forms.ts';
import { blockOf, METHOD_FIELD } from '../modals/fields.ts';
import { messageView } from '../modals/message-view.ts';
import { workingView } from '../modals/outcome-view.ts';
import { openPolicy } from '../key-policy.ts';
import { runTest } from '../test.ts';
import { promisedForReplace, replaceLook } from './connect-form.ts';

/** The menu of a connection's card: each choice opens its own window. */
export const connectionMenu: Action = {
  actionId: CONNECTION_MENU,
  needs: 'viewer',
  opensModal: true,
  async run(context) {
    const { services, actor } = context;
    const [choice = '', connectionId = ''] = context.incoming.text.split(':');
    const connection = await usable(services, connectionId);
    if (choice === 'test') return runTest(context, connection);
    authorise(actor, 'admin', 'change connections', services.admins);
    switch (choice) {
      case 'edit':
        await context.show(editForm(connection));
        return;
      case 'replace': {
        const host = await services.hostIdentity();
        const method = host.available ? connection.method : 'access_key';
        const empty = { method, host, accessKeyId: '', roleArn: connection.roleArn ?? '' };
        await context.show(replaceForm(connection, await replaceLook(context, connection, empty)));
        return;
      }
      case 'policy':
        await openPolicy(context, connection.id);
        return;
      case 'disconnect':
        await context.show(disconnectForm(connection));
        return;
      default:
        throw new RekeyError('expired', 'This menu is from an older version of Rekey.', {
          next: 'Open the Home tab again.',
        });
    }
  },
};

export const editModal = modal<ConnectionEdit>({
  callbackId: EDIT_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: blockOf('name'),
  parse: parseEditForm,
  async submit(context, edit, view) {
    const { services, actor, correlationId } = context;
    const [id = '', seen = ''] = view.metadata.split(' ');
    const before = await usable(services, id);
    const after = await editConnection(services, context.request(), id, seen, edit);
    context.later(() => refreshHome(services, context.desk, actor.userId));
    const trouble =
      after.alertChannel === before.alertChannel
        ? null
        : await greet(services, after, { userId: actor.userId, correlationId });
    return trouble === null ? 'close' : messageView('Saved', trouble);
  },
});

export const replaceModal = modal<TypedCredentials>({
  callbackId: REPLACE_FORM,
  needs: 'admin',
  irreversible: true,
  errorBlock: METHOD_FIELD,
  parse: parseReplaceForm,
  async submit(context, credentials, view) {
    const connection = await usable(context.services, view.metadata);
    const draft: ConnectDraft = {
      name: connection.name,
      description: connection.description,
      region: connection.region,
      alertChannel: connection.alertChannel,
      owners: connection.owners,
      ...(await replacedBy(context, credentials, connection)),
    };
    const attempt = await beginReplace(
      context.services,
      context.request(),
      connection.id,
      draft,
      secretOf(credentials),
    );
    carryOut(context, attempt);
    return workingView(attempt, connection.name);
  },
});

/** The role in use keeps its external ID; only another role gets a promised one. */
async function replacedBy(
  context: Context,
  credentials: TypedCredentials,
  connection: Connection,
): Promise<CredentialDraft> {
  const { accountId, externalId } = connection;
  if (credentials.method === 'role' && externalId !== null && credentials.role.arn === connection.roleArn) {
    return { method: 'role', accessKeyId: null, roleArn: connection.roleArn, externalId, accountId };
  }
  const shown = credentials.method === 'role' ? await promisedForReplace(context, accountId) : '';
  return credentialDraft(context, credentials, accountId, shown);
}

export const disconnectModal = modal<{ connectionId: string; named: string; deactivateKey: boolean }>({
  callbackId: DISCONNECT_FORM,
  needs: 'admin',
  irreversible: true,
  // A second click is refused there: another view would take the place of the outcome.
  errorBlock: DEACTIVATE_FIELD,
  parse: parseDisconnectForm,
  async submit(context, { connectionId, named, deactivateKey }) {
    const connection = await usable(context.services, connectionId);
    const what = { named, deactivateKey };
    const attempt = await beginDisconnect(context.services, context.request(), connection.id, what);
    carryOut(context, attempt);
    return workingView(attempt, connection.name);
  },
});
