import { Secret } from '../domain/secret.ts';
import { isSecretName, maskText } from './mask.ts';

const MAX_DEPTH = 6;
const MAX_ENTRIES = 50;
/** Values in one log line, at all depths together. */
const MAX_VALUES = 500;
/** Characters of text in one log line, roughly. */
const MAX_CHARS = 64 * 1024;
const MAX_CAUSES = 5;

/** What is being printed: how much may still come, and the objects we are inside of. */
interface Walk {
  left: number;
  chars: number;
  readonly inside: Set<object>;
}

/**
 * A copy of `value` that is safe to print as JSON: no Secret, no field with a secret's name, no text that looks
 * like a secret, of errors only name, message, code, stack and cause; bounded in depth and size. Never throws.
 */
export function redact(value: unknown): unknown {
  return printable(value, { left: MAX_VALUES, chars: MAX_CHARS, inside: new Set() });
}

function printable(value: unknown, walk: Walk): unknown {
  walk.left -= 1;
  if (walk.left < 0) return '[more]';
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (typeof value === 'object') return printableObject(value, walk);
  if (typeof value === 'string') return printableText(value, walk);
  if (typeof value === 'bigint') return printableText(value.toString(), walk);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return `[${typeof value}]`;
}

function printableText(text: string, walk: Walk): string {
  if (walk.chars <= 0) return '[more]';
  const masked = maskText(text);
  walk.chars -= masked.length;
  return masked;
}

function printableObject(value: object, walk: Walk): unknown {
  if (walk.inside.has(value)) return '[circular]';
  if (walk.inside.size >= MAX_DEPTH) return '[deeper]';
  walk.inside.add(value);
  try {
    return contentOf(value, walk);
  } catch {
    // A getter or a proxy that throws.
    return '[unreadable]';
  } finally {
    walk.inside.delete(value);
  }
}

function contentOf(value: object, walk: Walk): unknown {
  if (value instanceof Secret) return value.toString();
  if (value instanceof Error) return printableError(value, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return printableText(value.href, walk);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return printableList(value, walk);
  if (value instanceof Set) return printableList([...value], walk);
  if (value instanceof Map) return printableMap(value, walk);
  const fields = value as Readonly<Record<string, unknown>>;
  return printableEntries(Object.keys(value), (name) => fields[name], walk);
}

function printableList(values: readonly unknown[], walk: Walk): unknown[] {
  const shown: unknown[] = [];
  for (const value of values.slice(0, MAX_ENTRIES)) {
    // A list of pairs, such as headers: the first of a pair names the second.
    const before = shown.at(-1);
    const named = typeof before === 'string' && isHeaderName(before) && isSecretName(before);
    shown.push(named ? cut(value) : printable(value, walk));
  }
  if (values.length > MAX_ENTRIES) shown.push(`[${values.length - MAX_ENTRIES} more]`);
  return shown;
}

function isHeaderName(text: string): boolean {
  return /^[\w-]{1,60}$/.test(text);
}

function printableMap(map: ReadonlyMap<unknown, unknown>, walk: Walk): Record<string, unknown> {
  const named = new Map<string, unknown>();
  for (const [key, value] of map) {
    if (named.size > MAX_ENTRIES) break;
    named.set(typeof key === 'string' ? key : String(printable(key, walk)), value);
  }
  return printableEntries([...named.keys()], (name) => named.get(name), walk);
}

function printableEntries(
  names: readonly string[],
  read: (name: string) => unknown,
  walk: Walk,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of names.slice(0, MAX_ENTRIES)) {
    setField(shown, printableText(name, walk), shownField(name, read, walk));
  }
  if (names.length > MAX_ENTRIES) shown['[more]'] = names.length - MAX_ENTRIES;
  return shown;
}

function shownField(name: string, read: (name: string) => unknown, walk: Walk): unknown {
  try {
    const value = read(name);
    return isSecretName(name) ? cut(value) : printable(value, walk);
  } catch {
    return '[unreadable]';
  }
}

/** Whether there is a secret may be told; what it is may not. */
function cut(value: unknown): unknown {
  return value === null || value === undefined || typeof value === 'boolean' ? value : '[cut]';
}

/** Like an assignment, but a field called `__proto__` is a field. */
function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Other properties of an error are left out: SDK errors carry the response, Slack's the request and its body. */
function printableError(error: Error, walk: Walk): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const shown: Record<string, unknown> = { name: printable(name, walk), message: printable(message, walk) };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) {
    shown['code'] = printable(error.code, walk);
  }
  if (typeof stack === 'string') shown['stack'] = printableText(framesOf(stack), walk);
  const causes = error instanceof AggregateError && Array.isArray(error.errors) ? error.errors : [];
  if (causes.length > 0) {
    shown['errors'] = causes.slice(0, MAX_CAUSES).map((one: unknown) => printableCause(one, walk));
  }
  if (cause !== undefined) shown['cause'] = printableCause(cause, walk);
  return shown;
}

/** A cause that is not an error may be anything thrown, a response too: only text passes. */
function printableCause(cause: unknown, walk: Walk): unknown {
  if (cause instanceof Error) return printable(cause, walk);
  return typeof cause === 'string' ? printable(cause, walk) : `[${typeof cause}]`;
}

/** The frames alone: the lines before them repeat the message. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
