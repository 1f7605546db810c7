import type { Signal } from '../domain/signal.ts';

export type { Signal } from '../domain/signal.ts';

/** The signal, put down to the key its session comes from, now that this is known; null when there is nothing to change. */
export function attributed(signal: Signal, rootOf: (sessionKeyId: string) => string | null): Signal | null {
  if (signal.accessKeyId !== null || signal.sessionKeyId === null) return null;
  const accessKeyId = rootOf(signal.sessionKeyId);
  return accessKeyId === null ? null : { ...signal, accessKeyId };
}

const LONGEST = 200;
// Control characters, and marks that are not seen or turn the reading order.
const UNREADABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Facts as short texts; what is null is left out. */
export function shortFacts(facts: Readonly<Record<string, string | number | null>>): Record<string, string> {
  const short: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === null) continue;
    const text = String(value).replace(UNREADABLE, ' ');
    short[name] = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  }
  return short;
}
