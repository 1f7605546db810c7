/** A text, number or flag inside a value, and the name it stands under (that of its list, for a member). */
export type Leaf = readonly [name: string, text: string];

const DEEPEST = 8;
/** No service names anything at such length; patterns are tried on what is kept. */
const LONGEST_NAME = 128;
const DOCUMENT = /^\s*(?:\{|%7B)/;
/** Of what one object or list holds. */
const MOST_PARTS = 50;

/**
 * The texts inside JSON that somebody else wrote, each with its name; so many at the most, however large it is. For
 * principles that hold whatever a service calls its parameters.
 */
export function leavesOf(value: unknown, most = 300): readonly Leaf[] {
  const found: Leaf[] = [];
  collect(value, '', 0, found, most);
  return found;
}

/**
 * The documents inside, that say who may do what: as the texts services are sent, also percent-encoded, and as the JSON
 * that CloudTrail makes of some of them.
 */
export function documentsIn(value: unknown, depth = 0): readonly unknown[] {
  if (typeof value === 'string') return DOCUMENT.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  if (Object.hasOwn(value, 'Statement')) return [value];
  return Object.values(value)
    .slice(0, MOST_PARTS)
    .flatMap((each) => documentsIn(each, depth + 1));
}

function collect(value: unknown, name: string, depth: number, found: Leaf[], most: number): void {
  if (found.length >= most || depth > DEEPEST) return;
  if (typeof value === 'string') found.push([name, value]);
  else if (typeof value === 'number' || typeof value === 'boolean') found.push([name, String(value)]);
  else if (Array.isArray(value)) {
    for (const each of value.slice(0, most)) collect(each, name, depth + 1, found, most);
  } else if (typeof value === 'object' && value !== null) {
    for (const [inner, each] of Object.entries(value))
      collect(each, inner.slice(0, LONGEST_NAME), depth + 1, found, most);
  }
}
