import { createChainer } from '../audit/chain-entries.ts';
import { AUDIT_KEPT_MS, pruneEntries } from '../audit/prune.ts';
import type { NewNotice } from '../domain/notice.ts';
import { isConflict, RekeyError } from '../errors.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Message } from '../ports/slack.ts';
import { auditOutcome } from './audit.ts';
import { wakeOutbox } from './alert.ts';
import { checkAudit, lastAuditCheck } from './check-audit.ts';
import { alertChannel } from './settings.ts';
import type { Services } from './services.ts';
import { writeIfUnchanged } from './write-if-unchanged.ts';

const HOUR_MS = 3_600_000;

/** Registers the work of the audit log: chaining, the daily head, retention. */
export function handleAuditJobs(services: Services): void {
  const { jobs, stores, auditSigner: signer, clock } = services;
  const chain = createChainer({ stores, signer, clock });
  jobs.handle('audit-chain', { deadlineMs: 60_000, retries: 12, backoffMs: 2_000 }, ({ signal }) =>
    telling(services, 'audit-chain', async () => void (await chain(signal))),
  );
  const seldom = { deadlineMs: 600_000, atOnce: 1, retries: 3, backoffMs: 60_000 };
  jobs.handle('audit-head', seldom, ({ signal }) => postAuditHead(services, signal));
  jobs.handle('audit-prune', seldom, ({ signal }) =>
    telling(services, 'audit-prune', () => pruneAudit(services, signal)),
  );
}

/** The head is looked after each hour, so that the day's is posted soon after midnight (UTC) or a start. */
export async function beginAuditJobs(jobs: Jobs): Promise<void> {
  await jobs.every('audit-chain', 5_000);
  await jobs.every('audit-head', HOUR_MS);
  await jobs.every('audit-prune', 24 * HOUR_MS);
}

/**
 * Once per UTC day: checks the log, and posts where it ends to the alert channel, beyond the reach of who can write to
 * the database; without a channel, only what is wrong, to the admins. It is no act of anybody's, and leaves no audit
 * entry: an idle log would grow by its own heads.
 */
export async function postAuditHead(services: Services, signal?: AbortSignal): Promise<void> {
  const { stores, clock, presenter } = services;
  const day = dayOf(clock.now());
  const id = `audit-head-${day}`;
  if ((await stores.notices.byId(id)) !== null || (await stores.audit.head()) === null) return;
  const nowhere = (await alertChannel(services)).channelId === null;
  if (nowhere && (await isLookedAfter(services, day, id))) return;
  const verdict = await checkAudit(services, signal);
  // Without a channel the head has no place where it would be found; what is wrong is told all the same.
  if (nowhere && verdict.result === 'verified') return;
  await tellOnce(services, id, presenter.auditHeadMessage(day, verdict));
}

/** Removes what is older than retention keeps. */
export async function pruneAudit(services: Services, signal?: AbortSignal): Promise<void> {
  const { stores, auditSigner: signer, clock, ids, log } = services;
  const doer = { kind: 'rekey' } as const;
  const removed = await pruneEntries(
    {
      stores,
      signer,
      clock,
      doer,
      record: (cut) =>
        auditOutcome(
          services,
          {
            doer,
            verb: 'audit.prune',
            entityKind: 'audit',
            entityId: 'log',
            correlationId: log.correlationId() ?? ids.next(),
            why: 'retention',
            detail: { ...cut, before: new Date(cut.before).toISOString() },
          },
          'done',
        ),
    },
    clock.now() - AUDIT_KEPT_MS,
    signal,
  );
  if (removed > 0) log.info('old audit entries were removed', { removed });
}

/** Does it; what only a person can mend is told, once a day, and is no failure to try again. */
async function telling(services: Services, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Another instance did it.
    if (isConflict(error)) return;
    if (!(error instanceof RekeyError) || error.code !== 'needs_person') throw error;
    const day = dayOf(services.clock.now());
    const message = services.presenter.alarmMessage(error.message, error.next ?? '');
    if (await tellOnce(services, `${name}-trouble-${day}`, message)) {
      services.log.error('the audit log needs a person', { error });
    }
  }
}

/**
 * Tells the alert channel, or each admin where there is none, unless a notice of this id was told there; false when there
 * was nothing left to tell.
 */
async function tellOnce(services: Services, id: string, message: Message): Promise<boolean> {
  const { stores, clock, admins } = services;
  const { channelId } = await alertChannel(services);
  const now = clock.now();
  const all: readonly NewNotice[] = (
    channelId === null
      ? admins.map((userId) => ({ id: `${id}-${userId}`, target: { kind: 'person', userId } as const }))
      : [{ id, target: { kind: 'channel', channelId } as const }]
  ).map((place) => ({ ...place, ...message, createdAt: now, correlationId: id }));
  const told = await Promise.all(all.map((notice) => stores.notices.byId(notice.id)));
  const left = all.filter((_, index) => told[index] === null);
  if (left.length === 0) return false;
  const adds = left.map((notice) => stores.notices.add(notice));
  if (!(await writeIfUnchanged(services, adds))) return false;
  await wakeOutbox(services);
  return true;
}

/** Whether the log was checked on this day already, and what was found was told. */
async function isLookedAfter(services: Services, day: string, id: string): Promise<boolean> {
  const last = await lastAuditCheck(services);
  if (last === null || dayOf(last.at) !== day) return false;
  if (last.result === 'verified') return true;
  const told = services.admins.map((userId) => services.stores.notices.byId(`${id}-${userId}`));
  return (await Promise.all(told)).every((notice) => notice !== null);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
