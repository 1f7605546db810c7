import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '../../src/ports/world.ts';

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** A log whose lines can be looked at. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const line =
    (level: string) =>
    (message: string, fields?: Record<string, unknown>): void => {
      lines.push(
        `${level} ${message} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? String(value) : value))}`,
      );
    };
  const log = {
    lines,
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    within: <T>(_: Record<string, unknown>, work: () => T): T => work(),
    correlationId: () => null,
  };
  return { ...log, with: () => ({ ...log, with: () => recordingLog() }) };
}
