/** How much of a record without an id of its own is looked at. */
const MOST = 16_384;

/**
 * An id for a record that has none: the same record always gets the same one. Two 32-bit FNV-1a hashes with different
 * starts; nothing depends on nobody being able to make two records with the same one.
 */
export function digest(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? '';
  } catch {
    text = '';
  }
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length && at < MOST; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  return `digest-${text.length.toString(36)}-${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}
