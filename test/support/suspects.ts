import type { User } from '../../sandbox/aws/world.ts';
import {
  denyAllArn,
  INLINE_DATE_DENY,
  INLINE_DENY,
  isOver,
  type Containment,
  type ContainmentHolder,
} from '../../src/domain/containment.ts';
import { accountOf } from './acting.ts';
import type { Scene } from './rekey.ts';

/** How a user stands in AWS. */
export interface Standing {
  readonly inactive: readonly string[];
  readonly denied: boolean;
  readonly dated: boolean;
}

/** What AWS has. */
export function standingOf(user: User): Standing {
  const inline = user.policies.inlineNames();
  const keys = user.keys.existing().filter((key) => key.currentStatus === 'Inactive');
  return {
    inactive: keys.map((key) => key.accessKeyId).toSorted(),
    denied: user.policies.attachedArns().includes(denyAllArn('aws')) || inline.includes(INLINE_DENY),
    dated: inline.includes(INLINE_DATE_DENY),
  };
}

/** What it is to have, by what is kept of a user whose keys all were Active. */
export function wantedOf(rows: readonly Containment[]): Standing {
  const holders = rows.filter(({ state }) => !isOver(state)).flatMap((row) => row.holders);
  const kept = holders.filter(({ phase }) => phase !== 'undone');
  return {
    inactive: [...new Set(kept.map(({ accessKeyId }) => accessKeyId))].toSorted(),
    denied: kept.some(({ phase, kind }) => phase === 'held' && kind === 'stolen'),
    dated: kept.some(({ phase }) => phase === 'recovered'),
  };
}

/** A change of Rekey's that shuts something off. */
export interface ShutOff {
  readonly what: string;
  /** The key; null where it is the user that is denied. */
  readonly accessKeyId: string | null;
  /** The second AWS took it in; ms. */
  readonly at: number;
}

/** All that was shut off of a user, as AWS's own history has it. */
export function shutOffs(scene: Scene, user: User): readonly ShutOff[] {
  const events = accountOf(scene).in('us-east-1').history.since(0);
  return events.flatMap(({ name, at, record }): readonly ShutOff[] => {
    const asked = Object(record['requestParameters']) as Record<string, unknown>;
    if (asked['userName'] !== user.name || record['errorCode'] !== undefined) return [];
    const what = `${name} of ${user.name} at ${new Date(at).toISOString()}`;
    if (name === 'UpdateAccessKey' && asked['status'] === 'Inactive') {
      return [{ what, accessKeyId: String(asked['accessKeyId']), at }];
    }
    const denies =
      (name === 'AttachUserPolicy' && asked['policyArn'] === denyAllArn('aws')) ||
      (name === 'PutUserPolicy' && asked['policyName'] === INLINE_DENY);
    return denies ? [{ what, accessKeyId: null, at }] : [];
  });
}

/**
 * Whether some reason wanted that at that time, give or take: what was on its way when the reason was taken back had been
 * asked for a moment before.
 */
export function isWanted(
  { accessKeyId, at }: ShutOff,
  holders: readonly ContainmentHolder[],
  giveMs: number,
): boolean {
  return holders.some((holder) => {
    const isIt = accessKeyId === null ? holder.kind === 'stolen' : holder.accessKeyId === accessKeyId;
    // A key stays Inactive after a recovery.
    const isKept = accessKeyId !== null && holder.phase !== 'undone';
    const until = holder.taken === null || isKept ? Number.POSITIVE_INFINITY : holder.taken.at;
    // AWS tells whole seconds.
    return isIt && at >= holder.at - 1_000 - giveMs && at <= until + giveMs;
  });
}
