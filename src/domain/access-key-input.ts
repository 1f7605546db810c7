import { ACCESS_KEY_ID_LENGTH, isAccessKeyId, kindOfId, wordsForKind } from './access-key-id.ts';
import { countCharacters, isSecretShaped, unquoted, wordsOf } from './pasted-text.ts';
import { Secret } from './secret.ts';

export type AccessKeyField = 'accessKeyId' | 'secretAccessKey';

export type AccessKeyInput =
  | { readonly ok: true; readonly accessKeyId: string; readonly secret: Secret }
  | { readonly ok: false; readonly errors: Partial<Record<AccessKeyField, string>> };

export const SECRET_LENGTH = 40;

/** What one field holds: the whole text, and the words in it that have the form of a key id or a secret. */
interface Pasted {
  readonly text: string;
  readonly keyIds: readonly string[];
  readonly secrets: readonly string[];
}

function read(raw: string | null): Pasted {
  const text = unquoted(raw ?? '');
  // An id typed by hand in small letters is still that id; secrets are never changed.
  const whole = isAccessKeyId(text.toUpperCase()) ? text.toUpperCase() : text;
  const words = [...new Set(wordsOf(whole))];
  return {
    text: whole,
    keyIds: words.filter((word) => isAccessKeyId(word)),
    secrets: words.filter((word) => isSecretShaped(word)),
  };
}

const BEGIN = `An access key ID has ${ACCESS_KEY_ID_LENGTH} characters and begins with AKIA.`;

/** Why a text gives no access key id. Never repeats the text: it may be the secret. */
function whyNoKeyId({ text, secrets }: Pasted): string {
  if (text === '') return `Paste the access key ID. ${BEGIN}`;
  const words = wordsOf(text);
  for (const word of words) {
    const kind = kindOfId(word);
    if (kind === 'temporary_key') {
      return 'A key that begins with ASIA is temporary: it needs a session token and ends within hours. Use a long-term key (AKIA…) or the method IAM role.';
    }
    if (kind !== 'access_key' && kind !== 'other') {
      return `${word.slice(0, 4)}… is ${wordsForKind(kind)}, not an access key. ${BEGIN}`;
    }
  }
  if (secrets.length > 0)
    return `This looks like the secret access key. Here belongs the access key ID. ${BEGIN}`;
  const [only] = words;
  if (words.length > 1 || only === undefined) return `There is no access key ID in this text. ${BEGIN}`;
  if (/^arn$/i.test(only)) return `This is an ARN. Here belongs the access key ID. ${BEGIN}`;
  if (only.toUpperCase().startsWith('AKIA')) {
    if (!/^[A-Za-z0-9]+$/.test(only)) return 'An access key ID consists of letters and digits only.';
    return `An access key ID has ${ACCESS_KEY_ID_LENGTH} characters; this has ${Array.from(only).length}.`;
  }
  return only.length === ACCESS_KEY_ID_LENGTH
    ? 'The ID of a long-term access key begins with AKIA; this does not.'
    : `This is not an access key ID (${countCharacters(Array.from(only).length)}). ${BEGIN}`;
}

/** Why a text gives no secret. Says how many characters were found, never which. */
function whyNoSecret({ text, keyIds }: Pasted): string {
  if (text === '') return `Paste the secret access key. It has ${SECRET_LENGTH} characters.`;
  if (keyIds.length > 0) {
    return 'This is the access key ID, not the secret. AWS shows the secret once, when the key is made.';
  }
  const joined = text.replace(/\s/gu, '');
  if (joined.length !== text.length && isSecretShaped(joined)) {
    return `There is white space inside the secret. Copy it again in one piece of ${SECRET_LENGTH} characters.`;
  }
  if (/^\*+$/.test(joined)) return 'These are stars, not the secret. Use Show in the console, then copy it.';
  if (joined.length > 100 && /^[A-Za-z0-9/+=]+$/.test(joined)) {
    return `A secret access key has ${SECRET_LENGTH} characters; this has ${joined.length}, as a session token has.`;
  }
  const length = Array.from(joined).length;
  if (length !== SECRET_LENGTH) {
    const space = joined.length === text.length ? '' : ' and white space among them';
    return `A secret access key has ${SECRET_LENGTH} characters; this has ${length}${space}.`;
  }
  return 'This has characters that no secret access key has: only letters, digits, / and + occur.';
}

const TWO_KEYS = 'There is more than one access key in this text. Paste one.';
const TWO_SECRETS = 'More than one word in this text could be the secret. Paste the secret alone.';

function chooseKeyId(idField: Pasted, secretField: Pasted): { value: string } | { error: string } {
  const found = idField.keyIds.length > 0 ? idField.keyIds : secretField.keyIds;
  const [value] = found;
  if (found.length > 1) return { error: TWO_KEYS };
  if (value === undefined) return { error: whyNoKeyId(idField) };
  if (idField.keyIds.length === 0) {
    // The id came from the other field: what stands here must be empty or the secret (fields swapped).
    if (idField.text !== '' && idField.secrets.length === 0) return { error: whyNoKeyId(idField) };
  } else if (secretField.keyIds.some((other) => other !== value)) {
    return { error: 'The two fields name different access keys. Paste one key.' };
  }
  return { value };
}

function chooseSecret(idField: Pasted, secretField: Pasted): { value: string } | { error: string } {
  const found = secretField.secrets.length > 0 ? secretField.secrets : idField.secrets;
  const [value] = found;
  if (found.length > 1) return { error: TWO_SECRETS };
  if (value === undefined) return { error: whyNoSecret(secretField) };
  if (secretField.secrets.length === 0) {
    if (secretField.text !== '' && secretField.keyIds.length === 0)
      return { error: whyNoSecret(secretField) };
  } else if (idField.secrets.some((other) => other !== value)) {
    return { error: 'The two fields hold different secrets. Paste one key.' };
  }
  return { value };
}

/**
 * Reads an access key from the two fields as people fill them: plain values, a line or the whole of the console's
 * .csv, `export` or `.ini` lines, the JSON of `create-access-key`, everything in one field, or the fields swapped.
 * Errors name what to mend and never repeat what was typed.
 */
export function parseAccessKey(rawKeyId: string | null, rawSecret: string | null): AccessKeyInput {
  const idField = read(rawKeyId);
  const secretField = read(rawSecret);
  const keyId = chooseKeyId(idField, secretField);
  const secret = chooseSecret(idField, secretField);
  if ('value' in keyId && 'value' in secret) {
    return { ok: true, accessKeyId: keyId.value, secret: new Secret(secret.value) };
  }
  return {
    ok: false,
    errors: {
      ...('error' in keyId ? { accessKeyId: keyId.error } : {}),
      ...('error' in secret ? { secretAccessKey: secret.error } : {}),
    },
  };
}
