import type { Sessions } from '../../../ports/aws.ts';
import type { Clock } from '../../../ports/world.ts';
import type { PlannedCalls } from './calls.ts';

/** As long as a session of a role is used: an hour, less what a call may take (RoleSessions). */
const USED_MS = 55 * 60_000;

/** Sessions of roles: the real ones sign the reads, and a new one is written down when it would be needed. */
export function drySessions(sessions: Sessions, calls: PlannedCalls, clock: Clock): Sessions {
  const since = new Map<string, number>();
  return {
    of: (role) => {
      const { roleArn } = role;
      const at = since.get(roleArn);
      if (at === undefined || clock.now() >= at + USED_MS) {
        calls.reads('sts:AssumeRole', roleArn);
        since.set(roleArn, clock.now());
      }
      return sessions.of(role);
    },
    forget: (roleArn) => sessions.forget(roleArn),
  };
}
