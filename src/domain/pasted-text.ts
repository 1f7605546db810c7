/** Characters that take no room on the screen, so that nobody sees that they were copied too. */
const INVISIBLE =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const OUTER_QUOTES = /^["'`´“”„‘’‚«»‹›]+|["'`´“”„‘’‚«»‹›]+$/g;

/**
 * Text as the person saw it: compatibility forms made plain (full-width letters, no-break spaces), invisible
 * characters gone, outer white space gone. Inner line breaks stay.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, '').normalize('NFKC').replace(INVISIBLE, '').trim();
}

/** The text of a command as it was typed: Slack escapes these three characters. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** {@link visible}, less quotation marks (also curly ones and back-ticks) around the whole. */
export function unquoted(text: string): string {
  let before = visible(text);
  for (;;) {
    const after = before.replace(OUTER_QUOTES, '').trim();
    if (after === before) return after;
    before = after;
  }
}

/**
 * The words of a pasted line or file: split at white space and at what separates values in .csv, JSON, `.ini` and
 * shell lines. None of these marks occurs in an access key id or in a secret access key.
 */
export function wordsOf(text: string): string[] {
  // Some JSON writers escape every slash.
  return visible(text)
    .replaceAll('\\/', '/')
    .split(/[\s,;:=|"'`´“”„‘’‚«»‹›<>()[\]{}\\]+/u)
    .filter((word) => word !== '');
}

/** True for a word that has the form of a secret access key: 40 characters of letters, digits, `/` and `+`. */
export function isSecretShaped(word: string): boolean {
  return /^[A-Za-z0-9/+]{40}$/.test(word);
}

/** Said at a field of a form that others will see, or that is kept as it is. */
export const SECRET_TYPED = 'That looks like a secret access key. Rekey did not keep it: write it without.';

const SECRET_LENGTH = 40;
/** Forty random characters of 64 change between capitals, small letters, digits and signs 25 times (deviation 3). */
const CHANGES = 16;
/** With many slashes it may be a path of CamelCase names. */
const CHANGES_IN_PATHS = 18;

/**
 * True when free text seems to hold a secret access key: 40 of its characters in a row, alone or within a longer run
 * (glued to a key id, pasted twice, broken by a line break), in upper and lower case. (A commit hash has one case
 * only; a secret with one case only is rarer than one in a billion.)
 */
export function holdsSecret(text: string): boolean {
  const shown = visible(text);
  const joined = shown.replace(/(?<=[A-Za-z0-9/+]{8})\s+(?=[A-Za-z0-9/+]{8})/g, '');
  const runs = (form: string): string[] => form.match(/[A-Za-z0-9/+]{40,}/g) ?? [];
  return (
    runs(shown).some((run) => (run.length === SECRET_LENGTH ? isMixed(run) : holdsRandom(run))) ||
    runs(joined).some(holdsRandom)
  );
}

function isMixed(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run);
}

function changesOf(text: string): number {
  const kinds = text
    .replace(/[A-Z]/g, 'A')
    .replace(/[a-z]/g, 'a')
    .replace(/[0-9]/g, '0')
    .replace(/[/+]/g, '+');
  return kinds.replace(/(.)\1*/g, '$1').length;
}

/** True when 40 characters in a row look drawn at random: paths and joined words change their kind far less often. */
function holdsRandom(run: string): boolean {
  for (let at = 0; at + SECRET_LENGTH <= run.length; at += 1) {
    const part = run.slice(at, at + SECRET_LENGTH);
    const slashes = part.split('/').length - 1;
    const least = slashes > 2 ? CHANGES_IN_PATHS : CHANGES;
    if (isMixed(part) && changesOf(part) > least) return true;
  }
  return false;
}

/** True when the text shares so long a run with the secret that it gives a part of it away. */
export function givesAway(text: string, secret: string): boolean {
  const shown = visible(text).replace(/\s+/g, '');
  for (let at = 0; at + GIVEN_AWAY <= secret.length; at += 1) {
    if (shown.includes(secret.slice(at, at + GIVEN_AWAY))) return true;
  }
  return false;
}

/** So many characters of a secret in a row are no chance. */
const GIVEN_AWAY = 12;

/** A number of characters in words: `1 character`, `38 characters`. */
export function countCharacters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}

/** What parsing one field gives: its value, or one sentence for the person at that field. */
export type Field<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

export function accepted<T>(value: T): Field<T> {
  return { ok: true, value };
}

export function refused(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
