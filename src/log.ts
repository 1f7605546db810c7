import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import type { LogLevel } from './log/levels.ts';
import { maskText } from './log/mask.ts';
import { redact } from './log/redact.ts';
import type { Log } from './ports/world.ts';

export { boltLogger } from './log/bolt-logger.ts';
export { LOG_LEVELS } from './log/levels.ts';
export type { LogLevel } from './log/levels.ts';
export { maskText } from './log/mask.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of ours that a caller's field must not stand in for. */
const OURS = new Set(['time', 'level', 'message']);

/** The fields of the work that is under way; it follows promises and timers, so that no call need carry them. */
const around = new AsyncLocalStorage<Fields>();

/**
 * A log of JSON lines: `time` (ISO 8601), `level`, `message`, then the fields. Messages and fields pass through the
 * redactor, whatever they hold. Writes to standard output unless given a destination.
 */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Log {
  const { level, destination = pino.destination({ fd: 1, sync: true }) } = options;
  const lines = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  function logWith(bound: Fields): Log {
    function write(at: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Fields = {}): void {
      if (lines.isLevelEnabled(at))
        lines[at]({ ...around.getStore(), ...bound, ...safeFields(fields) }, maskText(message));
    }
    return {
      debug: (message, fields) => write('debug', message, fields),
      info: (message, fields) => write('info', message, fields),
      warn: (message, fields) => write('warn', message, fields),
      error: (message, fields) => write('error', message, fields),
      with: (fields) => logWith({ ...bound, ...safeFields(fields) }),
      within: (fields, work) => around.run({ ...around.getStore(), ...safeFields(fields) }, work),
      correlationId() {
        const id = around.getStore()?.['correlationId'];
        return typeof id === 'string' ? id : null;
      },
    };
  }

  return logWith({});
}

function safeFields(fields: Fields): Fields {
  const redacted = redact(fields);
  if (typeof redacted !== 'object' || redacted === null) return { fields: redacted };
  return Object.fromEntries(
    Object.entries(redacted).map(([name, value]) => [OURS.has(name) ? `${name}_` : name, value]),
  );
}
