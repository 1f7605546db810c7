import type { RawRecord } from '../../src/detections/rule.ts';

/** Values that break programs. */
export const HOSTILE: readonly unknown[] = [
  null, undefined, 0, -1, Number.MAX_SAFE_INTEGER, '', '...', 'x'.repeat(100_000), '__proto__', 'constructor', '\u0000', '\u202eevil',
  '<!channel>', [], {}, [[[[]]]], { items: null }, { items: [null] }, true, 'true', '%7B', '{"Statement":', 'HIDDEN_DUE_TO_SECURITY_REASONS',
  JSON.parse('{"__proto__":{"polluted":true}}'), { toString: null }, 'AKIA', 'arn:', 'AWS Internal', '999.1.1.1', ':::', '2026-99-99T99:99:99Z',
]; // prettier-ignore

/** The record with one value, at any depth, replaced. */
export function mutated(record: RawRecord, random: () => number): unknown {
  const copy = structuredClone(record) as Record<string, unknown>;
  let target = copy;
  for (;;) {
    const names = Object.keys(target);
    const name = names[Math.floor(random() * names.length)];
    if (name === undefined) return copy;
    const value = target[name];
    const goesDeeper = typeof value === 'object' && value !== null && random() < 0.7;
    if (!goesDeeper) {
      if (random() < 0.2) delete target[name];
      else target[name] = HOSTILE[Math.floor(random() * HOSTILE.length)];
      return copy;
    }
    target = value as Record<string, unknown>;
  }
}
