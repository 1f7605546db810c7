import { RekeyError } from '../src/errors.ts';

/** PostgreSQL's classes for "not there now": connection, shutdown, too many connections, time-outs, login, in use. */
const UNREACHABLE_SQLSTATE = /^(08|28|3D|53[^1]|55|57)/;

const UNREACHABLE_NODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'ENOENT',
]);

/** What pg says, without a code, when a connection is gone or late. */
const UNREACHABLE_TEXT =
  /^(Connection terminated|timeout e|Query read timeout|Client has encountered|SASL|Cannot use a pool after)/i;

const NEXT_UNREACHABLE = 'Try again in a moment; if it stays so, run `npm run doctor` on the host.';

interface Fault {
  readonly code: string;
  readonly text: string;
}

/**
 * The RekeyError of whatever a driver threw. Drivers and drizzle put values into messages and properties, so
 * nothing of the original goes along but its code and the name of what it hit.
 */
export function rekeyError(error: unknown, where: string): RekeyError {
  const known = innermost(error);
  if (known instanceof RekeyError) return known;
  const fault = faultOf(known);
  const cause = new Error(`${where}: ${fault.text}`);
  if (isUniqueViolation(fault.code)) {
    return new RekeyError('conflict', 'This exists already; nothing was done.', {
      next: 'Look again: somebody may have done it a moment ago.',
      cause,
    });
  }
  if (fault.code === '53100' || fault.code === 'SQLITE_FULL') {
    return new RekeyError('unreachable', `The disk of the database is full (${where}); nothing was saved.`, {
      next: 'Free some space and try again.',
      cause,
    });
  }
  if (isUnreachable(fault)) {
    return new RekeyError('unreachable', `The database did not answer (${where}).`, {
      next: NEXT_UNREACHABLE,
      cause,
    });
  }
  return new RekeyError('internal', `The database failed (${where}).`, { cause });
}

/** True for what PostgreSQL asks to be run again: serialization failure, deadlock. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(faultOf(innermost(error)).code);
}

function isUniqueViolation(code: string): boolean {
  return ['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(code);
}

function isUnreachable({ code, text }: Fault): boolean {
  return (
    UNREACHABLE_NODE.has(code) ||
    /^SQLITE_(BUSY|LOCKED|CANTOPEN|IOERR|READONLY|PERM)/.test(code) ||
    (/^[0-9A-Z]{5}$/.test(code) && UNREACHABLE_SQLSTATE.test(code)) ||
    UNREACHABLE_TEXT.test(text)
  );
}

function innermost(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (current instanceof RekeyError || !(current instanceof Error)) break;
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current.cause !== undefined && !('severity' in current)) current = current.cause;
    else break;
  }
  return current;
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { code: '', text: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if ('severity' in error) {
    // pg's DatabaseError: its message and detail may quote values.
    const names = ['table', 'column', 'constraint'].map((name) => Reflect.get(error, name)).filter(Boolean);
    return { code, text: [code, ...names].join(' ') };
  }
  if (code.startsWith('SQLITE_') || UNREACHABLE_TEXT.test(error.message)) {
    return { code, text: error.message };
  }
  return { code, text: `${error.name} ${code}`.trim() };
}
