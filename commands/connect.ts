import type { ConnectDraft } from '../src/domain/attempt.ts';
import { parseConnectionName, type TypedCredentials } from '../src/domain/credential-input.ts';
import { beginConnect } from '../src/handlers/begin-connect.ts';
import { promiseExternalId, redeemExternalId } from '../src/handlers/promise-external-id.ts';
import { carryOut } from './carry-out.ts';
import { modal, type Command, type Context } from './entry.ts';
import {
  CONNECT_FORM,
  connectForm,
  parseConnectForm,
  type ConnectInput,
  type FormFields,
} from './modals/connect-form.ts';
import { blockOf } from './modals/fields.ts';
import { workingView } from './modals/outcome-view.ts';

export const connect: Command = {
  command: '/aws-connect',
  usage: '[connection name | help]',
  summary: 'Connect an AWS account privately',
  needs: 'admin',
  opensModal: true,
  async run(context, text) {
    // A key typed behind the command by mistake must not be drawn anywhere.
    const parsed = parseConnectionName(text);
    const harmless = parsed.ok && !/(AKIA|ASIA)[A-Z0-9]{12,}/i.test(text);
    await openConnectForm(context, { name: harmless ? parsed.value : '' });
    return null;
  },
};

/** Opens the empty form, with the role first where the host identity exists. */
export async function openConnectForm(context: Context, given: { name: string }): Promise<void> {
  const host = await context.services.hostIdentity();
  const fields: FormFields = {
    name: given.name,
    description: '',
    accountId: '',
    region: '',
    accessKeyId: '',
    roleArn: '',
    method: host.available ? 'role' : 'access_key',
    alertChannel: null,
    owners: [context.actor.userId],
  };
  const externalId = host.available
    ? await promiseExternalId(context.services, context.actor, { accountId: '', shown: '' })
    : null;
  await context.show(connectForm(fields, host, externalId));
}

export const connectModal = modal<ConnectInput>({
  callbackId: CONNECT_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: blockOf('name'),
  parse: parseConnectForm,
  async submit(context, input, view) {
    const { fields, alertChannel, owners } = input;
    const draft: ConnectDraft = {
      name: fields.name,
      description: fields.description,
      region: fields.region,
      alertChannel,
      owners,
      ...(await credentialDraft(context, fields.credentials, fields.accountId, view.metadata)),
    };
    const attempt = await beginConnect(
      context.services,
      context.request(),
      draft,
      secretOf(fields.credentials),
    );
    carryOut(context, attempt);
    return workingView(attempt, draft.name);
  },
});

export type CredentialDraft = Pick<
  ConnectDraft,
  'method' | 'accessKeyId' | 'roleArn' | 'externalId' | 'accountId'
>;

/** The part of a draft that says how to sign; a role gets the external ID its form showed (`shown`). */
export async function credentialDraft(
  context: Context,
  credentials: TypedCredentials,
  accountId: string | null,
  shown: string,
): Promise<CredentialDraft> {
  if (credentials.method === 'access_key') {
    const { accessKeyId } = credentials;
    return { method: 'access_key', accessKeyId, roleArn: null, externalId: null, accountId };
  }
  const { arn, accountId: roleAccount } = credentials.role;
  const externalId = await redeemExternalId(context.services, context.actor, {
    accountId: roleAccount,
    shown,
  });
  return { method: 'role', accessKeyId: null, roleArn: arn, externalId, accountId: roleAccount };
}

export function secretOf(
  credentials: TypedCredentials,
): Extract<TypedCredentials, { method: 'access_key' }>['secret'] | null {
  return credentials.method === 'access_key' ? credentials.secret : null;
}
