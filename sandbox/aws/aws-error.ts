/** A refusal in AWS's words. `code` is the wire code of the Query services; JSON services rename it on the way out. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

/** The answer to a key that is inactive, deleted, unknown, of another partition, or a session without its token. */
export function invalidClientTokenId(): AwsError {
  return new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
}

/** What does not exist: users, keys, policies, roles. */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', 404, message);
}

/** A name that is taken already. */
export function entityAlreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', 409, message);
}

/** A quota is reached. SDK v3 takes this code for throttling and retries it. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', 409, message);
}

/** A parameter that breaks the model of the API. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', 400, message);
}

/** The same, in the sentence AWS builds for one parameter; `name` is in lower camel case. */
export function invalidParameter(name: string, value: string | null, constraint: string): AwsError {
  const shown = value === null ? 'Value null' : `Value '${value}'`;
  return validationError(
    `1 validation error detected: ${shown} at '${name}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

/** A policy that cannot be accepted. */
export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message);
}

/** The signature is not the one we compute, or its scope or time is wrong: one code, told apart by the text. */
export function signatureDoesNotMatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', 403, message);
}

/** An authenticated caller who may not do this. */
export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', 403, message);
}
