import type { LogLevel as BoltLevel, Logger } from '@slack/bolt';
import type { Log } from '../ports/world.ts';

/** The values of Bolt's LogLevel; the enum itself is a Bolt value, which only main may import. */
const PINNED = 'info' as BoltLevel;
const STRICTER = new Set<string>(['warn', 'error']);

/**
 * The logger handed to Bolt, its receivers and the Web API client. At DEBUG all three print whole payloads, typed
 * secrets included, so debug messages are dropped and the level never goes below INFO, whatever is asked for. Of
 * the rest only texts and errors pass, redacted; any other object may be a payload and is left out.
 */
export function boltLogger(log: Log): Logger {
  let level = PINNED;
  let named = log;

  function write(at: 'info' | 'warn' | 'error', parts: readonly unknown[]): void {
    if (ORDER[at] < orderOf(level)) return;
    const texts = parts.filter((part) => typeof part === 'string' || typeof part === 'number').map(String);
    const [error] = parts.filter((part) => part instanceof Error);
    const left = parts.length - texts.length - (error === undefined ? 0 : 1);
    named[at](texts.join(' ') || (error?.message ?? 'Slack client'), {
      ...(error === undefined ? {} : { error }),
      ...(left === 0 ? {} : { leftOut: left }),
    });
  }

  return {
    debug() {
      // Dropped on purpose: see above.
    },
    info: (...parts: unknown[]) => write('info', parts),
    warn: (...parts: unknown[]) => write('warn', parts),
    error: (...parts: unknown[]) => write('error', parts),
    setLevel(wanted) {
      level = STRICTER.has(wanted) ? wanted : PINNED;
    },
    getLevel: () => level,
    setName(name) {
      named = log.with({ from: name });
    },
  };
}

const ORDER = { info: 0, warn: 1, error: 2 } as const;

function orderOf(level: BoltLevel): number {
  const name: string = level;
  return name === 'warn' ? ORDER.warn : name === 'error' ? ORDER.error : ORDER.info;
}
