import type { fetch as undiciFetch } from 'undici';

type Fetch = typeof undiciFetch;

/**
 * Methods that may be called twice: they ask, or put the same thing in the same place. Whatever posts, opens a window or
 * answers to a state (`hash`) is not among them, since the first call may have had its effect.
 */
const REPEATABLE: ReadonlySet<string> = new Set([
  'apps.connections.open',
  'auth.test',
  'bots.info',
  'conversations.info',
  'usergroups.list',
  'usergroups.users.list',
  'users.info',
  'views.publish',
  'views.update',
]);

/** What undici and Node call a connection that broke under a call. */
const BROKEN: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * Repeats a call once, on another connection, where the one it was sent on broke: Slack closes connections that were
 * idle for a while, and a process that was busy at that moment learns of it only by failing.
 */
export function repeatBroken(fetch: Fetch): Fetch {
  return async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (!isBroken(error) || !mayRepeat(url, init?.body)) throw error;
      return fetch(url, init);
    }
  };
}

function isBroken(error: unknown): boolean {
  return (
    error instanceof Error && error.cause instanceof Error && BROKEN.has(Reflect.get(error.cause, 'code'))
  );
}

function mayRepeat(url: Parameters<Fetch>[0], body: unknown): boolean {
  const { pathname } = new URL(typeof url === 'string' || url instanceof URL ? url : url.url);
  const method = pathname.split('/').at(-1) ?? '';
  return typeof body === 'string' && REPEATABLE.has(method) && !new URLSearchParams(body).has('hash');
}
