/** Reads values out of JSON that somebody else wrote. Own properties only: a field named `__proto__` is just a name. */

/** The value under a name, or undefined. */
export function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The value at the end of a path of names, or undefined. */
export function within(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = at(found, name);
  return found;
}

/** A text at the end of a path; numbers count, since some services write them so. Null when there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  return asText(within(value, ...path));
}

/** A text that is not empty; null for anything else. */
export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** True and false, also as texts; null when it says neither. */
export function flagAt(value: unknown, ...path: readonly string[]): boolean | null {
  const found = within(value, ...path);
  if (typeof found === 'boolean') return found;
  if (typeof found !== 'string') return null;
  const word = found.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

/** A number, also as a text; null when it is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = within(value, ...path);
  if (typeof found === 'number') return Number.isFinite(found) ? found : null;
  return typeof found === 'string' && /^-?\d{1,15}$/.test(found) ? Number(found) : null;
}

/**
 * A list at the end of a path. CloudTrail writes lists as arrays, as `{items: [...]}`, or, where XML had one element,
 * as that element alone.
 */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = within(value, ...path);
  if (Array.isArray(found)) return found;
  const items = at(found, 'items') ?? at(found, 'member');
  if (Array.isArray(items)) return items;
  if (found === undefined || found === null || found === '') return [];
  return [found];
}

/** The texts of a list at the end of a path. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).flatMap((each) => asText(each) ?? []);
}

/** A value as JSON, to look for words anywhere in it: so many characters at the most, however long it is. */
export function writtenOut(value: unknown, most = 20_000): string {
  return JSON.stringify(value ?? '').slice(0, most);
}
