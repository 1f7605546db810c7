import { accessDenied } from '../aws-error.ts';
import { reason, refusal, verdictFor } from '../auth/authorise.ts';
import { principalArn, principalUserId } from '../auth/principal.ts';
import type { Principal } from '../auth/principal.ts';
import type { Call } from '../operation.ts';
import type { QueryOperation } from '../query-service.ts';
import type { QueryInput } from '../wire/query-input.ts';
import { credentialsXml, duration, sessionPolicies } from './session-input.ts';

const thirtySixHours = 129_600;
const hour = 3600;

/** A session of the caller's own user, or of root for at most an hour. */
export const getSessionToken: QueryOperation = {
  name: 'GetSessionToken',
  access: null,
  run: (call) => {
    const { caller } = call;
    // No policy has to allow it. AWS says none can forbid it either, and yet its own quarantine policy denies it.
    const access = { resource: '*' };
    const verdict = verdictFor(caller, call.circumstances, 'sts:GetSessionToken', access);
    if (verdict.decision === 'explicitDeny') {
      const why = reason(verdict, 'sts:GetSessionToken');
      throw accessDenied(refusal(caller, 'sts:GetSessionToken', access, why));
    }
    const asked = duration(call.input, { most: thirtySixHours, usual: 12 * hour });
    const seconds = caller.principal.kind === 'root' ? Math.min(asked, hour) : asked;
    const session = call.world.openSession({
      origin: 'GetSessionToken',
      principal: caller.principal,
      policies: null,
      mfa: provesMfa(call),
      expiresAt: call.circumstances.now + seconds * 1000,
      parentAccessKeyId: caller.accessKeyId,
    });
    return { Credentials: credentialsXml(session) };
  },
};

function provesMfa(call: Call<QueryInput>): boolean {
  const serialNumber = call.input.text('SerialNumber');
  if (serialNumber === null) return false;
  const { principal } = call.caller;
  const device = principal.kind === 'user' ? principal.user.mfa : null;
  if (device?.serialNumber !== serialNumber || device.code !== call.input.text('TokenCode')) {
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  }
  return true;
}

/** A session for somebody who is no user here: the rights of the caller, cut down by the policies of the call. */
export const getFederationToken: QueryOperation = {
  name: 'GetFederationToken',
  access: ({ caller, input }) => {
    const { account } = caller.principal;
    return {
      resource: `arn:${account.partition}:sts::${account.id}:federated-user/${input.required('Name')}`,
    };
  },
  run: (call) => {
    const { caller, input } = call;
    const { account } = caller.principal;
    const name =
      input.matching('Name', {
        pattern: /^[\w+=,.@-]*$/,
        shown: String.raw`[\w+=,.@-]*`,
        least: 2,
        most: 32,
      }) ?? '';
    const asked = duration(input, { most: thirtySixHours, usual: 12 * hour });
    const seconds = caller.principal.kind === 'root' ? Math.min(asked, hour) : asked;
    const user = caller.principal.kind === 'user' ? caller.principal.user : null;
    const principal: Principal = { kind: 'federated', account, user, name };
    const session = call.world.openSession({
      origin: 'GetFederationToken',
      principal,
      policies: sessionPolicies(input, account),
      mfa: false,
      expiresAt: call.circumstances.now + seconds * 1000,
      parentAccessKeyId: caller.accessKeyId,
    });
    return {
      Credentials: credentialsXml(session),
      FederatedUser: { FederatedUserId: principalUserId(principal), Arn: principalArn(principal) },
    };
  },
};
