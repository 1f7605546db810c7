import { accountOfKeyId } from './access-key-id.ts';
import { parseAccessKey } from './access-key-input.ts';
import { groupedAccount, parseAccountId } from './account.ts';
import { canaryOwner } from './canary.ts';
import type { Method } from './connection.ts';
import { accepted, countCharacters, givesAway, holdsSecret, refused, visible } from './pasted-text.ts';
import type { Field } from './pasted-text.ts';
import { partitionOfRegion } from './partition.ts';
import { parseRegion } from './region-input.ts';
import { parseRoleArn } from './role-arn.ts';
import type { RoleArn } from './role-arn.ts';
import type { Secret } from './secret.ts';

/** The typed fields of *Connect*, *Edit* and *Replace credentials*. */
export type FieldName =
  | 'name'
  | 'description'
  | 'accountId'
  | 'region'
  | 'accessKeyId'
  | 'secretAccessKey'
  | 'roleArn';

/** What the form delivered; null where the form has no such field or it is empty. */
export type RawFields = Readonly<Partial<Record<FieldName, string | null>>>;

export type FieldErrors = Partial<Record<FieldName, string>>;

/** What signs for a connection, as typed. */
export type TypedCredentials =
  | { readonly method: 'access_key'; readonly accessKeyId: string; readonly secret: Secret }
  | { readonly method: 'role'; readonly role: RoleArn };

export interface ConnectFields {
  readonly name: string;
  readonly description: string;
  /** The account the person expects, or null when not given. */
  readonly accountId: string | null;
  readonly region: string | null;
  readonly credentials: TypedCredentials;
}

export type ParsedFields<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: FieldErrors };

export const NAME_LENGTH = 60;
export const DESCRIPTION_LENGTH = 500;

const SECRET_IN_TEXT =
  'This text seems to hold a secret access key, and it would be shown to others. Put it in its own field only.';

/** Reads a connection's name: 1 to 60 characters on one line, with a letter or a digit in it. */
export function parseConnectionName(raw: string | null): Field<string> {
  const name = visible(raw ?? '').replace(/[\t\n\r ]+/g, ' ');
  if (name === '') return refused('Give the connection a name, such as "billing production".');
  if (holdsSecret(name)) return refused(SECRET_IN_TEXT);
  if (/[\p{Cc}\u2028\u2029]/u.test(name) || !name.isWellFormed()) {
    return refused('A name cannot hold control characters.');
  }
  const length = Array.from(name).length;
  if (length > NAME_LENGTH) {
    return refused(`A name has at most ${countCharacters(NAME_LENGTH)}; this has ${length}.`);
  }
  if (!/[\p{L}\p{N}]/u.test(name)) return refused('A name needs at least one letter or digit.');
  return accepted(name);
}

/** Reads a description: free text of at most 500 characters. */
export function parseDescription(raw: string | null): Field<string> {
  const text = visible(raw ?? '');
  if (holdsSecret(text)) return refused(SECRET_IN_TEXT);
  if (/(?![\n\t])\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return refused('A description cannot hold control characters. Type it again without them.');
  }
  const length = Array.from(text).length;
  if (length > DESCRIPTION_LENGTH) {
    return refused(`A description has at most ${countCharacters(DESCRIPTION_LENGTH)}; this has ${length}.`);
  }
  return accepted(text);
}

/**
 * Reads the credentials alone, as *Replace credentials* does. A key of an account known to be a canary is refused
 * here, from its id, before any call is made: the first call would raise somebody's alarm.
 */
export function parseCredentials(raw: RawFields, method: Method): ParsedFields<TypedCredentials> {
  if (method === 'role') {
    const role = parseRoleArn(raw.roleArn ?? null);
    if (!role.ok) return { ok: false, errors: { roleArn: role.error } };
    const owner = canaryOwner(role.value.accountId);
    if (owner !== null) return { ok: false, errors: { roleArn: canaryWords('role', owner) } };
    return { ok: true, value: { method: 'role', role: role.value } };
  }
  const key = parseAccessKey(raw.accessKeyId ?? null, raw.secretAccessKey ?? null);
  if (!key.ok) return { ok: false, errors: key.errors };
  const account = accountOfKeyId(key.accessKeyId);
  const owner = account === null ? null : canaryOwner(account);
  if (owner !== null) return { ok: false, errors: { accessKeyId: canaryWords('key', owner) } };
  return { ok: true, value: { method: 'access_key', accessKeyId: key.accessKeyId, secret: key.secret } };
}

function canaryWords(what: 'key' | 'role', owner: string): string {
  return `This ${what} belongs to an account of ${owner}: it is a trap that raises an alarm when used. Rekey did not use it. If somebody gave it to you as a real ${what}, tell your security team.`;
}

/**
 * Reads the whole form. Every field is judged, so that a person sees all that is wrong at once; fields that
 * contradict each other (an account that is not the key's, a region of another partition) are found here, without
 * a call to AWS.
 */
export function parseConnectFields(raw: RawFields, method: Method): ParsedFields<ConnectFields> {
  const name = parseConnectionName(raw.name ?? null);
  const description = parseDescription(raw.description ?? null);
  const account = parseAccountId(raw.accountId ?? null);
  const region = parseRegion(raw.region ?? null);
  const credentials = parseCredentials(raw, method);

  const errors: FieldErrors = {
    ...(name.ok ? {} : { name: name.error }),
    ...(description.ok ? {} : { description: description.error }),
    ...(account.ok ? {} : { accountId: account.error }),
    ...(region.ok ? {} : { region: region.error }),
    ...(credentials.ok ? {} : credentials.errors),
  };
  if (credentials.ok && credentials.value.method === 'access_key') {
    const secret = credentials.value.secret.reveal();
    if (name.ok && givesAway(name.value, secret)) errors.name = SECRET_IN_TEXT;
    if (description.ok && givesAway(description.value, secret)) errors.description = SECRET_IN_TEXT;
  }
  if (credentials.ok && account.ok) Object.assign(errors, accountErrors(account.value, credentials.value));
  if (credentials.ok && region.ok) Object.assign(errors, regionErrors(region.value, credentials.value));
  if (!name.ok || !description.ok || !account.ok || !region.ok || !credentials.ok)
    return { ok: false, errors };
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return {
    ok: true,
    value: {
      name: name.value,
      description: description.value,
      accountId: account.value,
      region: region.value,
      credentials: credentials.value,
    },
  };
}

function accountErrors(typed: string | null, credentials: TypedCredentials): FieldErrors {
  if (typed === null) return {};
  const isRole = credentials.method === 'role';
  const actual = isRole ? credentials.role.accountId : accountOfKeyId(credentials.accessKeyId);
  if (actual === null || actual === typed) return {};
  const whose = isRole ? 'The role ARN names' : 'The access key ID names';
  return {
    accountId: `${whose} account ${groupedAccount(actual)}, not ${groupedAccount(typed)}. Mend one of the two.`,
  };
}

function regionErrors(region: string | null, credentials: TypedCredentials): FieldErrors {
  if (region === null || credentials.method !== 'role') return {};
  if (partitionOfRegion(region) === credentials.role.partition) return {};
  return {
    region: `This region is not in the role's partition, ${credentials.role.partition}. Mend one of the two.`,
  };
}
