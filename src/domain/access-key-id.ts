/**
 * What an id of IAM's shape names, told by its first four characters (IAM user guide, "unique identifiers").
 */
export type IdKind =
  | 'access_key'
  | 'temporary_key'
  | 'bearer_token'
  | 'context_credential'
  | 'user'
  | 'role'
  | 'group'
  | 'instance_profile'
  | 'managed_policy'
  | 'policy_version'
  | 'public_key'
  | 'certificate'
  | 'other';

const KIND_OF_PREFIX: ReadonlyMap<string, IdKind> = new Map([
  ['AKIA', 'access_key'],
  ['ASIA', 'temporary_key'],
  ['ABIA', 'bearer_token'],
  ['ACCA', 'context_credential'],
  ['AIDA', 'user'],
  ['AROA', 'role'],
  ['AGPA', 'group'],
  ['AIPA', 'instance_profile'],
  ['ANPA', 'managed_policy'],
  ['ANVA', 'policy_version'],
  ['APKA', 'public_key'],
  ['ASCA', 'certificate'],
]);

const WORDS: Record<IdKind, string> = {
  access_key: 'an access key ID',
  temporary_key: 'the ID of a temporary key',
  bearer_token: 'an STS bearer token',
  context_credential: 'a context-specific credential',
  user: 'the unique ID of a user',
  role: 'the unique ID of a role',
  group: 'the unique ID of a group',
  instance_profile: 'the unique ID of an instance profile',
  managed_policy: 'the unique ID of a managed policy',
  policy_version: 'the unique ID of a policy version',
  public_key: 'the ID of a public key',
  certificate: 'the ID of a certificate',
  other: 'not an ID that AWS uses',
};

/** Every access key id made so far has this many characters. */
export const ACCESS_KEY_ID_LENGTH = 20;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The kind of an id, by its prefix alone; `other` when the prefix is none of AWS's or the text is not id-shaped. */
export function kindOfId(id: string): IdKind {
  if (!/^[A-Z0-9]{16,128}$/.test(id)) return 'other';
  return KIND_OF_PREFIX.get(id.slice(0, 4)) ?? 'other';
}

/** The kind in words with its article, as in "the unique ID of a user". */
export function wordsForKind(kind: IdKind): string {
  return WORDS[kind];
}

/** True for the id of a long-term access key in today's form. */
export function isAccessKeyId(id: string): boolean {
  return id.length === ACCESS_KEY_ID_LENGTH && kindOfId(id) === 'access_key';
}

/**
 * The account number inside an access key id (AKIA or ASIA), or null where there is none: ids made before about
 * 2019 (fifth character A to P) do not hold it, and ids outside the base32 alphabet cannot be read.
 *
 * Found by others, not promised by AWS: Tal Be'ery ("A short note on AWS KEY ID"), Aidan Steele (2020-09-26),
 * WithSecure Labs. The 16 characters after the prefix are base32; of their first 48 bits, bits 1 to 40 are the
 * account.
 */
export function accountOfKeyId(id: string): string | null {
  if (!/^(AKIA|ASIA)[A-Z2-7]{16}$/.test(id)) return null;
  if (BASE32.indexOf(id.charAt(4)) < 16) return null;
  let bits = 0n;
  for (const letter of id.slice(4, 14)) bits = (bits << 5n) | BigInt(BASE32.indexOf(letter));
  const first48 = bits >> 2n;
  return ((first48 & 0x7fffffffff80n) >> 7n).toString().padStart(12, '0');
}

/** An access key id short enough for a line of text: `AKIA…7EXA`. */
export function shortKeyId(id: string): string {
  return id.length <= 9 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;
}
