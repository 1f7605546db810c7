import { AwsError, accessDenied } from '../aws-error.ts';
import { verdictFor } from '../auth/authorise.ts';
import type { Access } from '../auth/authorise.ts';
import type { Regional } from '../accounts/regional.ts';
import type { StoredSecret } from '../accounts/secret.ts';
import type { Call } from '../operation.ts';
import { constraint } from '../wire/json-input.ts';
import type { JsonInput } from '../wire/json-input.ts';

export type SecretCall = Call<JsonInput>;

export function placeOf({ caller }: SecretCall): Regional {
  return caller.principal.account.in(caller.region);
}

/** The access of a call on `SecretId`; a name that does not exist is judged as it stands. */
export function secretAccess(call: SecretCall): Access {
  const id = call.input.required('SecretId');
  const secret = placeOf(call).secret(id);
  const written = id.startsWith('arn:') ? id : placeOf(call).arn('secretsmanager', `secret:${id}`);
  const tags = [...(secret?.tags ?? [])];
  return {
    resource: secret?.arn ?? written,
    context: {
      'secretsmanager:SecretId': secret?.arn ?? written,
      ...Object.fromEntries(
        tags.flatMap(([key, value]) => [
          [`aws:ResourceTag/${key}`, value],
          [`secretsmanager:ResourceTag/${key}`, value],
        ]),
      ),
    },
  };
}

export function notFound(what = 'secret'): AwsError {
  return new AwsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified ${what}.`);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}

/** The secret a call names, deleted ones included. */
export function anySecret(call: SecretCall): StoredSecret {
  const secret = placeOf(call).secret(call.input.required('SecretId'));
  if (secret === null) throw notFound();
  return secret;
}

/** The secret a call names; InvalidRequestException when its deletion was asked for. */
export function liveSecret(call: SecretCall): StoredSecret {
  const secret = anySecret(call);
  if (secret.deletedAt !== null) {
    throw new AwsError(
      'InvalidRequestException',
      400,
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

/** The id of a new version: 32 to 64 characters. */
export function tokenOf(call: SecretCall): string {
  const token = call.input.text('ClientRequestToken') ?? call.world.ids.requestId();
  if (token.length < 32) {
    throw constraint('clientRequestToken', token, 'have length greater than or equal to 32');
  }
  if (token.length > 64)
    throw constraint('clientRequestToken', token, 'have length less than or equal to 64');
  return token;
}

/** The value of a call: a text of at most 65,536 bytes. */
export function valueOf({ input }: SecretCall): string | null {
  const value = input.text('SecretString');
  if (value !== null && Buffer.byteLength(value) > 65_536) {
    throw invalidParameter('The secret value is longer than 65536 bytes.');
  }
  return value;
}

/** A secret under a key of the customer's own: the caller needs that key's rights too. */
export function requireKey(call: SecretCall, kmsKeyId: string | null, actions: readonly string[]): void {
  if (kmsKeyId === null || kmsKeyId.startsWith('alias/aws/')) return;
  const resource = kmsKeyId.startsWith('arn:') ? kmsKeyId : placeOf(call).arn('kms', `key/${kmsKeyId}`);
  const context = { 'kms:ViaService': `secretsmanager.${call.caller.region}.amazonaws.com` };
  for (const action of actions) {
    const verdict = verdictFor(call.caller, call.circumstances, action, { resource, context });
    if (verdict.decision !== 'allowed') throw accessDenied('Access to KMS is not allowed');
  }
}
