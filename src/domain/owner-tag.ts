/** The tags that name owners, unless the settings name others; asked in this order. */
export const DEFAULT_OWNER_TAGS: readonly string[] = ['owner', 'email'];

/** Whom a tag names. What has the shape of an id may still be a name. */
export type Named =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'email'; readonly email: string }
  /** The name of a person or the handle of a user group. */
  | { readonly kind: 'name'; readonly name: string };

const MOST = 10;

/**
 * Reads a tag's value: a Slack id, `@name`, an e-mail address or the handle of a user group; several of them with `/`,
 * `:`, `;` or `,` between, or a space where none of them could be the beginning of a longer name.
 */
export function readOwnerTag(value: string): Named[] {
  const pieces = value.split(/[/:;,]/).flatMap((piece) => {
    const words = piece.trim().split(/\s+/);
    return words.every((word) => /^@|@.+\.|^[UWS][A-Z0-9]{6,}$/.test(word)) ? words : [piece.trim()];
  });
  return pieces
    .filter((piece) => piece !== '')
    .slice(0, MOST)
    .map(readOne);
}

function readOne(text: string): Named {
  if (/^[UWS][A-Z0-9]{6,}$/.test(text)) return { kind: 'id', id: text };
  if (isEmail(text)) return { kind: 'email', email: text };
  return { kind: 'name', name: text.replace(/^@/, '') };
}

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}
