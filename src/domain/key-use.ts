import type { Known } from './known.ts';

/** Somebody who uses a key, as CloudTrail shows it. */
export interface KeyUser {
  /** An address, or the name AWS gives in its place. */
  readonly network: string;
  readonly userAgent: string;
  readonly service: string;
  readonly region: string;
  readonly lastAt: number;
  readonly calls: number;
  /** True for Rekey's own calls, which do not count. */
  readonly ours: boolean;
}

/**
 * Who used a key since a time. Data events never appear in `LookupEvents`, nor do, under this key, the calls of the
 * sessions made with it: only the call that made each session.
 */
export interface KeyUse {
  readonly accessKeyId: string;
  readonly since: number;
  /** Every call up to here was seen, in every region asked; null when a region could not be read. */
  readonly completeTo: Known<number>;
  readonly users: readonly KeyUser[];
  /** The last call that was not Rekey's own; null when none was seen. */
  readonly lastAt: number | null;
}

/** One event of CloudTrail: `record` is the full record, parsed from its JSON. Times are ms. */
export interface SeenCall {
  readonly eventId: string;
  readonly eventTime: number;
  readonly eventName: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const USER_AGENT_CHARACTERS = 200;

/**
 * Puts the calls of one key together by who made them; the latest caller first. The same event twice counts once.
 * `ownKey`: the key of one of our connections, with which Rekey makes calls of every kind. With any other key it asks
 * who it is and nothing else: a stranger who takes our name in the user agent can hide no more than that.
 */
export function keyUseOf(
  accessKeyId: string,
  since: number,
  completeTo: Known<number>,
  calls: Iterable<SeenCall>,
  ownKey: boolean,
): KeyUse {
  const seen = new Set<string>();
  const users = new Map<string, KeyUser>();
  for (const call of calls) {
    if (seen.has(call.eventId) || call.eventTime < since) continue;
    seen.add(call.eventId);
    const user = userOf(call, ownKey);
    const key = JSON.stringify([user.network, user.userAgent, user.service, user.region, user.ours]);
    const known = users.get(key);
    users.set(key, {
      ...user,
      calls: (known?.calls ?? 0) + 1,
      lastAt: Math.max(known?.lastAt ?? 0, call.eventTime),
    });
  }
  const all = [...users.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  const lastAt = all.find(({ ours }) => !ours)?.lastAt ?? null;
  return { accessKeyId, since, completeTo, users: all, lastAt };
}

function userOf({ eventName, record }: SeenCall, ownKey: boolean): Omit<KeyUser, 'calls' | 'lastAt'> {
  const userAgent = textIn(record, 'userAgent') ?? '';
  return {
    network: textIn(record, 'sourceIPAddress') ?? 'unknown',
    userAgent: userAgent === '' ? 'unknown' : userAgent.slice(0, USER_AGENT_CHARACTERS),
    service: (textIn(record, 'eventSource') ?? 'unknown').replace(/\.amazonaws\.com$/, ''),
    region: textIn(record, 'awsRegion') ?? 'unknown',
    ours: /(?:^|\s)rekey\/\d/.test(userAgent) && (ownKey || eventName === 'GetCallerIdentity'),
  };
}

function textIn(record: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = record[name];
  return typeof value === 'string' ? value : null;
}
