import type { OpenStores } from '../../db/open.ts';
import { PAGER_OUTLET } from '../domain/notice.ts';
import { counted, momentWords } from '../domain/time-words.ts';
import { lastAuditCheck } from '../handlers/check-audit.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** Longer than a notice waits where Rekey runs and Slack answers. */
const LATE_MS = 15 * 60_000;
/** The log is checked each day. */
const UNCHECKED_MS = 2 * 86_400_000;

/** Whether what is to be told gets out; `alertChannel` is looked at elsewhere. */
export async function checkOutbox(
  { notices, outlets }: Pick<OpenStores, 'notices' | 'outlets'>,
  alertChannel: string | null,
  now: number,
): Promise<Finding[]> {
  const what = 'Outbox';
  const [{ count, oldestAt }, troubled] = await Promise.all([notices.waiting(), outlets.troubled()]);
  const findings = troubled
    .filter(({ id }) => id !== alertChannel)
    .map(({ id, trouble, troubleSince }) => {
      const since = troubleSince === null ? '' : ` since ${momentWords(troubleSince)}`;
      return id === PAGER_OUTLET
        ? failed(
            'Paging',
            `Pages do not get through${since}: ${trouble ?? ''}.`,
            'Mend it under /aws-settings, and send a test page there.',
          )
        : warning(
            what,
            `Messages to ${id} do not get through${since} (${trouble ?? ''}).`,
            'Invite Rekey there again, or choose another channel or owner. What was not delivered went to the alert channel.',
          );
    });
  if (oldestAt !== null && now - oldestAt > LATE_MS) {
    const found = `${counted(count, 'notice')} not posted yet, the oldest of ${momentWords(oldestAt)}.`;
    findings.push(warning(what, found, 'Start Rekey; where it runs, read the errors in its log.'));
  }
  return findings.length > 0 ? findings : [ok(what, `${counted(count, 'notice')} not posted yet.`)];
}

/** Whether the audit log is chained, and what its last check found. */
export async function checkAuditLog(
  stores: Pick<OpenStores, 'audit' | 'settings'>,
  now: number,
): Promise<Finding[]> {
  const what = 'Audit log';
  const [last, { count, oldestAt }] = await Promise.all([
    lastAuditCheck({ stores }),
    stores.audit.countUnchained(),
  ]);
  const verify = 'Run rekey audit verify, which names each place.';
  const findings: Finding[] = [];
  if (last !== null && last.result !== 'verified') {
    const found = `Its last check, ${momentWords(last.at)}, says: ${last.result} (${last.problems} findings).`;
    findings.push(failed(what, found, verify));
  }
  if (oldestAt !== null && now - oldestAt > LATE_MS) {
    const found = `Entries not chained: ${count}, the oldest of ${momentWords(oldestAt)}.`;
    findings.push(warning(what, found, `Start Rekey; where it runs, read the errors in its log. ${verify}`));
  }
  if (last !== null && now - last.at > UNCHECKED_MS) {
    findings.push(warning(what, `It was checked last ${momentWords(last.at)}.`, verify));
  }
  if (findings.length > 0) return findings;
  return [ok(what, last === null ? 'It was not checked yet.' : `Verified ${momentWords(last.at)}.`)];
}
