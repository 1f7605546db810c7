/** What can be written as XML the way the Query protocol does: lists become `member`, maps `entry`, times ISO 8601. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | null
  | undefined
  | readonly XmlValue[]
  | ReadonlyMap<string, XmlValue>
  | XmlObject;

export interface XmlObject {
  readonly [element: string]: XmlValue;
}

/** The elements of an object; null and undefined leave an element out. */
export function toXml(value: XmlObject): string {
  return Object.entries(value)
    .map(([name, content]) => element(name, content))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === null || value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: Exclude<XmlValue, null | undefined>): string {
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (value instanceof Map) {
    return [...(value as ReadonlyMap<string, XmlValue>)]
      .map(([key, entry]) => element('entry', { key, value: entry }))
      .join('');
  }
  if (isList(value)) return value.map((entry) => element('member', entry)).join('');
  return toXml(value as XmlObject);
}

function isList(
  value: readonly XmlValue[] | ReadonlyMap<string, XmlValue> | XmlObject,
): value is readonly XmlValue[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"]|[^\t\n -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, (character) => {
    return entities[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16)};`;
  });
}
