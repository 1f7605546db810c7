import type { InventoryKey, KeyEvent } from '../../domain/inventory.ts';
import { SEVERITIES, type Severity } from '../../domain/notice.ts';
import { alertWrites } from '../../handlers/alert.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import type { Told } from '../../ports/inventory.ts';
import type { Write } from '../../ports/stores.ts';
import { digestMessages, type DigestRow } from '../../slack/blocks/digest.ts';
import { writesOf, type Pending } from './collect.ts';
import { digestSetting } from './places.ts';

/**
 * Writes one listener's digest: its messages, the marks of all that it tells and the time of it, in one batch. When any of
 * the marks is no longer what was read, another instance told it, or an account was forgotten: nothing is written, and
 * false answered; what is still due then is told by the next round.
 */
export async function tell(
  services: Services,
  pending: Pending,
  names: ReadonlyMap<string, string>,
): Promise<boolean> {
  const { stores, clock, ids, log } = services;
  const now = clock.now();
  const { listener, notes, onCall, marks, whole } = pending;
  const rows = pending.rows.toSorted((a, b) => urgencyOf(b) - urgencyOf(a));
  const personal = listener.place.kind === 'person' && listener.audience === 'owner';
  const { message, thread } = digestMessages({ personal, notes, rows, onCall: [...onCall], names }, now);
  const correlationId = log.correlationId() ?? ids.next();
  const head = await alertWrites(services, {
    target: listener.place,
    message,
    correlationId,
    ...pagedFor(pending),
  });
  const rest: Write[] = [];
  for (const answer of thread) {
    const { writes } = await alertWrites(services, {
      target: listener.place,
      message: answer,
      correlationId,
      threadOf: head.noticeId,
    });
    rest.push(...writes);
  }
  // In one order: two that lock the same rows in different orders would wait for each other.
  const accounts = [...new Set(marks.map(({ to }) => to.accountId))].toSorted();
  const told = await writeIfUnchanged(services, [
    ...accounts.map((accountId) => stores.inventory.accounts.stillKept(accountId)),
    ...writesOf(services, marks),
    ...head.writes,
    ...rest,
    ...(whole ? [stores.settings.set(digestSetting(listener.id), String(now), now)] : []),
    ...remembered(services, pending, now),
  ]);
  if (!told) {
    log.info('a digest was written by another instance, or is about a forgotten account', {
      to: listener.id,
    });
    return false;
  }
  log.info('digest written', { to: listener.id, keys: rows.length, accounts: notes.length, correlationId });
  return true;
}

function urgencyOf({ row }: DigestRow): number {
  return row.standing?.urgency ?? -1;
}

/** What cannot wait goes to the paging service too, when it is bad enough for it; one key is one incident there. */
function pagedFor({ urgent, listener }: Pending): {
  severity?: Severity;
  incidentKey?: string;
  details?: Readonly<Record<string, string>>;
} {
  const [first] = urgent;
  if (first === undefined || listener.place.kind !== 'channel') return {};
  const severities = urgent.flatMap(
    ({ standing }) => standing?.findings.map(({ severity }) => severity) ?? [],
  );
  const severity = SEVERITIES.findLast((each) => severities.includes(each)) ?? 'high';
  return {
    severity,
    incidentKey: `key:${first.key.accessKeyId}`,
    details: {
      account: first.key.accountId,
      'access keys': urgent
        .map(({ key }) => key.accessKeyId)
        .join(', ')
        .slice(0, 500),
    },
  };
}

/** A line in the history of each key that was told of. */
function remembered({ stores, ids }: Services, { rows, marks, listener }: Pending, now: number): Write[] {
  const byAccount = Map.groupBy(
    rows.map(({ row }) => row.key),
    ({ accountId }) => accountId,
  );
  const byKey = Map.groupBy(marks, ({ to }) => to.subject);
  const eventOf = ({ accessKeyId }: InventoryKey): KeyEvent => {
    const stages = (byKey.get(accessKeyId) ?? []).map(({ to }) => stageWords(to));
    const detail = { audience: listener.id, stage: stages.join(', ') };
    return { id: ids.next(), accessKeyId, at: now, what: 'reminded', userId: null, detail };
  };
  return [...byAccount].map(([accountId, some]) =>
    stores.inventory.keyHistory.add(accountId, some.map(eventOf)),
  );
}

/** `over_age after:3`; moments are left out. */
function stageWords({ finding, stage }: Told): string {
  return `${finding} ${stage.replace(/:\d{6,}$/, '')}`;
}
