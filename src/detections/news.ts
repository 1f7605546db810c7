import { isAtLeast, SEVERITIES, type Severity } from '../domain/notice.ts';
import { digest } from './digest.ts';
import type { CloudTrailEvent } from './event.ts';
import { DAY, HOUR } from './profile.ts';
import type { About, Finding, Rule } from './rule.ts';
import { words } from './words.ts';

const DEFAULT_QUIET = HOUR;
/** What was told of a key that is not settled, it does again from there until it is: for so long that is no news. */
const UNSETTLED_QUIET = 7 * DAY;
/** But who has which rights, and who watches, is news each time. */
const NEVER_ROUTINE = new Set(
  words('iam sts organizations sso identitystore kms cloudtrail guardduty config securityhub'),
);

/** How grave it was, and whether a change was only tried. */
interface Grade {
  readonly severity: Severity;
  readonly isInVain: boolean;
}

const GRADES: readonly Grade[] = SEVERITIES.flatMap((severity) => [
  { severity, isInVain: false },
  { severity, isInVain: true },
]);

/**
 * True when a finding was not told of lately, or is more than what was told: graver, done and not only tried, or of others.
 * Else a harmless one would hide the real one for as long as the harmless one is no news. Notes that it is told of.
 */
export function isNews(
  rule: Rule,
  { of, strangers = [] }: Finding,
  severity: Severity,
  event: CloudTrailEvent,
  { profile, now }: About,
): boolean {
  const { recent } = profile;
  const what = `${rule.id} ${of ?? `${event.call.name} ${event.failed ? 'failed' : ''}`}`.slice(0, 300);
  const grade: Grade = { severity, isInVain: event.failed && !event.call.isRead };
  const named = strangers.length === 0 ? null : `${what} ${digest([...new Set(strangers)].sort())}`;
  const wasTold = (kind: string, key: string, time: number): boolean => {
    const last = recent.last(kind, key);
    return last !== null && Math.abs(now - last) < time;
  };
  const isMore = (time: number): boolean => {
    const told = GRADES.filter((each) => wasTold(kindOf(each), what, time));
    // Profiles kept by an earlier version have none.
    const isGraver = told.length > 0 && !told.some((each) => covers(each, grade));
    return isGraver || (named !== null && !wasTold('reported of', named, time));
  };
  const quietFor = rule.quietFor ?? DEFAULT_QUIET;
  if (wasTold('reported', what, quietFor) && !isMore(quietFor)) return false;
  // However grave: whoever was let in was told of, and anybody else is news.
  const isTold = named !== null || !isAtLeast(severity, 'high');
  const isRoutine = rule.always !== true && isTold && !profile.isSettled;
  if (isRoutine && !NEVER_ROUTINE.has(event.call.service) && event.address !== null) {
    const there = `${what} ${event.address.prefix} ${event.agent.family}`;
    if (wasTold('reported there', there, UNSETTLED_QUIET) && !isMore(UNSETTLED_QUIET)) return false;
    recent.note('reported there', there, now, now);
  }
  recent.note('reported', what, now, now);
  recent.note(kindOf(grade), what, now, now);
  if (named !== null) recent.note('reported of', named, now, now);
  return true;
}

function kindOf({ severity, isInVain }: Grade): string {
  return `reported ${severity}${isInVain ? ' in vain' : ''}`;
}

function covers(told: Grade, { severity, isInVain }: Grade): boolean {
  return isAtLeast(told.severity, severity) && (isInVain || !told.isInVain);
}
