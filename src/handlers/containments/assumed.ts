import { SESSION_MAKERS } from '../../detections/lineage.ts';
import { asText, at, textAt, within } from '../../detections/json.ts';
import type { AssumedRole } from '../../domain/surroundings.ts';
import { partsOfArn } from '../../domain/account.ts';
import type { TrailEvent } from '../../ports/trail.ts';

const MAKERS = new Set(SESSION_MAKERS);

/** The key or session that made a call; null where CloudTrail does not say. */
export function callerKeyOf({ accessKeyId, record }: TrailEvent): string | null {
  return textAt(record['userIdentity'], 'accessKeyId') ?? asText(accessKeyId);
}

export function isAcceptedCall({ record }: TrailEvent): boolean {
  return asText(record['errorCode']) === null && asText(record['errorMessage']) === null;
}

/** `sts:AssumeRole` and the like. */
export function actionOf({ eventName, record }: TrailEvent): string {
  const source = asText(record['eventSource']) ?? '';
  return `${source.replace(/\.amazonaws\.com(?:\.cn)?$/, '')}:${eventName}`;
}

/** Whether a call makes a session: all that following keys takes. */
export function makesSession(event: TrailEvent): boolean {
  return MAKERS.has(actionOf(event)) && isAcceptedCall(event);
}

/** Adds the sessions that come from these keys and sessions, over any number of roles. True when there were more. */
export function followSessions(events: readonly TrailEvent[], ids: Set<string>): boolean {
  const before = ids.size;
  for (let size = -1; size !== ids.size;) {
    size = ids.size;
    for (const event of events) {
      const caller = callerKeyOf(event);
      if (caller === null || !ids.has(caller)) continue;
      if (!makesSession(event)) continue;
      const made = textAt(event.record['responseElements'], 'credentials', 'accessKeyId');
      if (made !== null && made.startsWith('ASIA') && made.length <= 128) ids.add(made);
    }
  }
  return ids.size > before;
}

/** The roles that one of these keys or sessions assumed, one by one. */
export function rolesAssumed(events: readonly TrailEvent[], ids: ReadonlySet<string>): AssumedRole[] {
  const roles = new Map<string, AssumedRole>();
  for (const event of events) {
    const by = callerKeyOf(event);
    if (by === null || !ids.has(by) || actionOf(event) !== 'sts:AssumeRole' || !isAcceptedCall(event))
      continue;
    const arn = textAt(event.record['requestParameters'], 'roleArn');
    const parts = arn === null ? null : partsOfArn(arn);
    const name = /^role\/(?:.*\/)?([\w+=,.@-]{1,64})$/.exec(parts?.resource ?? '')?.[1];
    if (arn === null || parts === null || name === undefined || parts.service !== 'iam') continue;
    const known = roles.get(arn);
    const isLater = known === undefined || event.eventTime >= known.lastAt;
    roles.set(arn, {
      arn,
      name,
      accountId: parts.accountId,
      sessions: (known?.sessions ?? 0) + 1,
      lastAt: isLater ? event.eventTime : known.lastAt,
      by: isLater ? by : known.by,
    });
  }
  return [...roles.values()];
}

/** Whom a call was made by, as CloudTrail names it; at most 200 characters. */
export function callerNameOf({ record }: TrailEvent): string {
  const who = record['userIdentity'];
  const name =
    textAt(who, 'userName') ?? textAt(who, 'arn') ?? textAt(who, 'invokedBy') ?? textAt(who, 'type');
  return (name ?? 'somebody').slice(0, 200);
}

/** The unique ids of whom a call was made by: of the user or role, and of who issued its session. */
export function principalsOf({ record }: TrailEvent): readonly string[] {
  const who = record['userIdentity'];
  return [at(who, 'principalId'), within(who, 'sessionContext', 'sessionIssuer', 'principalId')].flatMap(
    (id) => (typeof id === 'string' ? (id.split(':')[0] ?? []) : []),
  );
}
