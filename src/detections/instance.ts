import type { Caller } from './event.ts';

/** The name that AWS gives a session of an instance: the instance's own. */
const INSTANCE = /^i-[0-9a-f]{8,17}$/;

/** True for credentials that AWS handed to an instance. */
export function isOfInstance({ sessionName }: Pick<Caller, 'sessionName'>): boolean {
  return sessionName !== null && INSTANCE.test(sessionName);
}
