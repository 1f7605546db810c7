import type { AwsError } from '../aws-error.ts';
import type { Reply } from './reply.ts';

// The JSON services have their own names for the refusals that all services share, and answer them with 400.
const names: ReadonlyMap<string, string> = new Map([
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['AccessDenied', 'AccessDeniedException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['Throttling', 'ThrottlingException'],
  ['ServiceFailure', 'InternalFailure'],
  ['InvalidAction', 'UnknownOperationException'],
]);

/** An error as a JSON 1.0 or 1.1 service words it. */
export function refuseInJson(error: AwsError): Reply {
  const name = names.get(error.code);
  return {
    status: name === undefined || error.status >= 500 ? error.status : 400,
    contentType: 'application/x-amz-json-1.1',
    errorCode: name ?? error.code,
    body: JSON.stringify({ __type: name ?? error.code, message: error.message }),
  };
}
