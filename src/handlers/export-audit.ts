import { entryLine } from '../audit/line.ts';
import { personOf, type Actor } from '../domain/actor.ts';
import type { AuditFilter, LinkedEntry } from '../ports/audit.ts';
import type { Message } from '../ports/slack.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import { ownIntent, recordOwnOutcome } from './own-outcome.ts';
import type { Request } from './request.ts';
import { sendPages } from './send-pages.ts';
import type { Services } from './services.ts';

const AT_A_TIME = 500;
/** Entries one file holds at the most: some 30 MB, which are in memory while they are sent. */
export const IN_FILE = 50_000;
/** Entries that messages hold at the most: some ten messages, since Slack takes one a second. */
export const IN_MESSAGES = 200;

/** An export that was asked for and recorded. */
export interface AuditExport {
  readonly actor: Actor;
  readonly filter: AuditFilter;
  readonly correlationId: string;
  /** The newest entry that matches: those before it are sent, too, and none that came later. */
  readonly newest: LinkedEntry;
}

/** What is sent, for the head of a file or of messages. */
export interface AuditExportHead {
  readonly sent: number;
  /** Not all that match are among them. */
  readonly more: boolean;
  readonly now: number;
}

/** Makes the messages; implemented beside the blocks. */
export interface AuditExportWords {
  fileMessage(head: AuditExportHead): Message;
  pages(lines: readonly string[], more: boolean): readonly Message[];
}

/**
 * Records that somebody wants the entries that match; {@link exportAudit} sends them. Admins only. Null when none matches.
 * Reading the log in bulk is an act of its own.
 */
export async function beginAuditExport(
  services: Services,
  request: Request,
  filter: AuditFilter,
): Promise<AuditExport | null> {
  const { actor, correlationId } = request;
  authorise(actor, 'admin', 'export the audit log', services.admins);
  const [newest] = await services.stores.audit.page(filter, null, 1);
  const asked = { actor, filter, correlationId };
  const recorded =
    newest === undefined
      ? [auditOutcome(services, actOf(asked, { entries: 0 }), 'done')]
      : ownIntent(services, actOf(asked, {}));
  await claimAndWrite(services, request, recorded);
  return newest === undefined ? null : { ...asked, newest };
}

/**
 * Sends them to whoever asked, newest first: as a file of JSON lines in the direct message, or, where the app may send
 * no files, as pages of private messages.
 */
export async function exportAudit(
  services: Services,
  exported: AuditExport,
  words: AuditExportWords,
): Promise<void> {
  const { clock, files } = services;
  const { actor, correlationId } = exported;
  const now = clock.now();
  const { lines, more } = await linesOf(services, exported);
  const name = `audit-${new Date(now).toISOString().slice(0, 10)}.jsonl`;
  const file = { name, title: `Audit entries, ${lines.length}`, text: `${lines.join('\n')}\n` };
  const head = { sent: lines.length, more, now };
  const result = await files.sendText(actor.userId, file, words.fileMessage(head));
  const sent = result.ok ? lines.length : Math.min(lines.length, IN_MESSAGES);
  if (!result.ok) {
    const pages = words.pages(lines.slice(0, sent), more || sent < lines.length);
    await sendPages(services, { userId: actor.userId, correlationId }, pages);
  }
  const act = actOf(exported, { entries: sent, how: result.ok ? 'file' : 'messages' });
  await recordOwnOutcome(services, act, 'done');
}

/** The record that it did not get through. */
export async function auditExportFailed(services: Services, exported: AuditExport): Promise<void> {
  await recordOwnOutcome(services, actOf(exported, {}), 'failed');
}

/** Read a page at a time: only the lines are kept. */
async function linesOf(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  { filter, newest }: AuditExport,
): Promise<{ readonly lines: readonly string[]; readonly more: boolean }> {
  const lines = [entryLine(newest)];
  let last: LinkedEntry | undefined = newest;
  while (last !== undefined && lines.length <= IN_FILE) {
    const page: LinkedEntry[] = await stores.audit.page(filter, { before: last }, AT_A_TIME);
    for (const entry of page) lines.push(entryLine(entry));
    // SQLite answers at once: without this, nobody who clicks would be answered before the last page.
    await clock.sleep(1);
    last = page.length < AT_A_TIME ? undefined : page.at(-1);
  }
  return { lines: lines.slice(0, IN_FILE), more: lines.length > IN_FILE };
}

function actOf(
  { actor, filter, correlationId }: Pick<AuditExport, 'actor' | 'filter' | 'correlationId'>,
  detail: Readonly<Record<string, unknown>>,
) {
  return {
    doer: personOf(actor),
    verb: 'audit.export',
    entityKind: 'audit',
    entityId: 'log',
    correlationId,
    detail: { ...filter, ...detail },
  };
}
