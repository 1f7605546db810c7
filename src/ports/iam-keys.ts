import type { Secret } from '../domain/secret.ts';

/**
 * The calls of IAM that make, remove and describe access keys. Each is tried once; errors are AwsFailures. `act`: see
 * `OwnAct`.
 */
export interface IamKeys {
  /**
   * Not idempotent, and the secret is shown once: an error that does not prove that AWS did nothing leaves the outcome
   * unknown. `nonce` goes into the user agent, where CloudTrail's event shows it.
   */
  createAccessKey(
    input: { readonly userName: string; readonly nonce: string },
    signal?: AbortSignal,
  ): Promise<{ readonly accessKeyId: string; readonly secret: Secret }>;
  deleteAccessKey(
    input: { readonly userName: string; readonly accessKeyId: string; readonly act: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** The console shows the user's tag with a key's id as that key's description. */
  tagUser(userName: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>;
  untagUser(userName: string, keys: readonly string[], signal?: AbortSignal): Promise<void>;
}
