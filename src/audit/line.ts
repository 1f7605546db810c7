import type { AuditRow, LinkedEntry } from '../ports/audit.ts';

/** One entry as a line of JSON: times in ISO 8601, what was JSON stays JSON. Rows somebody wrote by hand print too. */
export function entryLine(row: AuditRow | LinkedEntry): string {
  const { id, seq, hmac, keyId, at, verb, phase, outcome, entityKind, entityId, why, correlationId } = row;
  const shown = {
    seq,
    at: isoTime(at),
    doer: parsed(row.doer),
    verb,
    phase,
    outcome,
    entityKind,
    entityId,
    why,
    detail: parsed(row.detail),
    correlationId,
    id,
    keyId,
    hmac,
  };
  // Marks that turn the reading order, and the control characters JSON leaves alone, would fool a terminal.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isoTime(at: unknown): unknown {
  return typeof at === 'number' && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : at;
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
