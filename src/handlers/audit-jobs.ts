import { createChainer } from '../audit/chain-entries.ts';
import { AUDIT_KEPT_MS, pruneEntries } from '../audit/prune.ts';
import { isConflict, RekeyError } from '../errors.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Message } from '../ports/slack.ts';
import { auditOutcome } from './audit.ts';
import { checkAudit } from './check-audit.ts';
import { alertChannel } from './settings.ts';
import type { Services } from './services.ts';

const HOUR_MS = 3_600_000;

/** Registers the work of the audit log: chaining, the daily head, retention. */
export function handleAuditJobs(services: Services): void {
  const { jobs, stores, auditSigner: signer, clock } = services;
  const chain = createChainer({ stores, signer, clock });
  jobs.handle('audit-chain', { deadlineMs: 60_000, retries: 12, backoffMs: 2_000 }, ({ signal }) =>
    telling(services, 'audit-chain', async () => void (await chain(signal))),
  );
  const seldom = { deadlineMs: 600_000, retries: 3, backoffMs: 60_000 };
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
 * the database. It is no act of anybody's, and leaves no audit entry: an idle log would grow by its own heads.
 */
export async function postAuditHead(services: Services, signal?: AbortSignal): Promise<void> {
  const { stores, clock, presenter } = services;
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const id = `audit-head-${day}`;
  if ((await stores.notices.byId(id)) !== null || (await stores.audit.head()) === null) return;
  if ((await alertChannel(services)).channelId === null) return;
  await tellChannel(services, id, presenter.auditHeadMessage(day, await checkAudit(services, signal)));
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
            correlationId: ids.next(),
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

/** Does it; what only a person can mend is told to the alert channel, once a day, and is no failure to try again. */
async function telling(services: Services, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Another instance did it.
    if (isConflict(error)) return;
    if (!(error instanceof RekeyError) || error.code !== 'needs_person') throw error;
    const day = new Date(services.clock.now()).toISOString().slice(0, 10);
    const message = services.presenter.alarmMessage(error.message, error.next ?? '');
    if (await tellChannel(services, `${name}-trouble-${day}`, message)) {
      services.log.error('the audit log needs a person', { error });
    }
  }
}

/** Adds a notice to the alert channel unless one of this id was; false then. Without a channel it is only logged. */
async function tellChannel(services: Services, id: string, message: Message): Promise<boolean> {
  const { stores, jobs, clock, log } = services;
  if ((await stores.notices.byId(id)) !== null) return false;
  const { channelId } = await alertChannel(services);
  if (channelId === null) {
    log.error('there is no alert channel to tell', { text: message.text });
    return false;
  }
  const now = clock.now();
  try {
    await stores.atomically([
      stores.notices.add({
        id,
        target: { kind: 'channel', channelId },
        ...message,
        state: 'waiting',
        attempts: 0,
        nextAt: now,
        lastError: null,
        createdAt: now,
        correlationId: id,
      }),
    ]);
    await jobs.enqueue('outbox', 'all');
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
