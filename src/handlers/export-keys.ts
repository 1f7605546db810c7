import { personOf, type Actor } from '../domain/actor.ts';
import { CSV_HEADER, csvLine } from '../domain/key-csv.ts';
import type { KeyQuery } from '../domain/key-query.ts';
import type { KeyFilter, KeyPlace } from '../ports/inventory.ts';
import type { Message } from '../ports/slack.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import { ownIntent, recordOwnOutcome } from './own-outcome.ts';
import { filterOf, lookAccounts, type AccountLook, namesOf } from './look-keys.ts';
import type { Request } from './request.ts';
import { sendPages } from './send-pages.ts';
import type { Services } from './services.ts';

const AT_A_TIME = 500;
/** Keys one file holds at the most: some 15 MB. */
export const IN_FILE = 50_000;
/** Keys that pages of messages hold at the most: some thirty messages, of which Slack takes one a second. */
export const IN_MESSAGES = 1_000;

/** What is exported, for the head of a file or of messages. */
export interface ExportHead {
  readonly query: KeyQuery;
  readonly accounts: readonly AccountLook[];
  readonly names: ReadonlyMap<string, string>;
  /** How many keys the query takes, and how many of them are sent. */
  readonly total: number;
  readonly sent: number;
  readonly now: number;
}

/** Makes the messages; implemented beside the blocks. */
export interface ExportWords {
  fileMessage(head: ExportHead): Message;
  pages(head: ExportHead, lines: readonly string[]): readonly Message[];
}

/** An export that was asked for and recorded. */
export interface KeysExport {
  readonly actor: Actor;
  readonly query: KeyQuery;
  readonly correlationId: string;
}

/** Records that somebody wants all keys of a query as CSV; {@link exportKeys} sends it. Viewers may. */
export async function beginExport(
  services: Services,
  request: Request,
  query: KeyQuery,
): Promise<KeysExport> {
  const { actor, correlationId } = request;
  authorise(actor, 'viewer', 'export access keys', services.admins);
  const exported: KeysExport = { actor, query, correlationId };
  await claimAndWrite(services, request, ownIntent(services, actOf(exported, {})));
  return exported;
}

/**
 * Sends the keys to whoever asked: as a file in the direct message, or, where the app may send no files, as pages of
 * private messages. Answers how, and how many of how many.
 */
export async function exportKeys(
  services: Services,
  exported: KeysExport,
  words: ExportWords,
): Promise<{ readonly how: 'file' | 'messages'; readonly sent: number; readonly total: number }> {
  const { stores, clock, files } = services;
  const now = clock.now();
  const accounts = await lookAccounts(services);
  const filter = filterOf(exported.query, now);
  const total = await stores.inventory.standings.count(filter);
  const lines = await csvLines(services, filter, accounts, now);
  const head: ExportHead = {
    query: exported.query,
    accounts: accounts.filter(({ accountId }) => filter.accountId === null || accountId === filter.accountId),
    names: namesOf(accounts),
    total: Math.max(total, lines.length),
    sent: lines.length,
    now,
  };
  const text = `${[CSV_HEADER, ...lines].join('\r\n')}\r\n`;
  const name = `access-keys-${new Date(now).toISOString().slice(0, 10)}.csv`;
  const file = { name, title: `Access keys, ${lines.length}`, text };
  const result = await files.sendText(exported.actor.userId, file, words.fileMessage(head));
  if (result.ok) return ended(services, exported, { how: 'file', sent: head.sent, total: head.total });
  const some = { ...head, sent: Math.min(lines.length, IN_MESSAGES) };
  const to = { userId: exported.actor.userId, correlationId: exported.correlationId };
  await sendPages(services, to, words.pages(some, [CSV_HEADER, ...lines.slice(0, IN_MESSAGES)]));
  return ended(services, exported, { how: 'messages', sent: some.sent, total: head.total });
}

/** Every line, read a page at a time, so that a change meanwhile neither repeats nor skips others. */
async function csvLines(
  { stores, clock }: Services,
  filter: KeyFilter,
  accounts: readonly AccountLook[],
  now: number,
): Promise<string[]> {
  const known = new Map(accounts.map((account) => [account.accountId, account]));
  const lines: string[] = [];
  let after: KeyPlace | null = null;
  while (lines.length < IN_FILE) {
    const from: { after: KeyPlace } | null = after === null ? null : { after };
    const rows = await stores.inventory.standings.page(filter, from, AT_A_TIME);
    for (const { key, standing } of rows) {
      const account = known.get(key.accountId);
      const readAt = account?.inventory?.sweptAt ?? null;
      lines.push(csvLine({ key, standing, accountName: account?.name ?? '', readAt }, now));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_A_TIME) break;
    // SQLite answers at once: without this, nobody who clicks would be answered before the last page.
    await clock.sleep(1);
    after = { urgency: last.standing?.urgency ?? -1, accessKeyId: last.key.accessKeyId };
  }
  return lines.slice(0, IN_FILE);
}

async function ended<Result extends { how: string; sent: number }>(
  services: Services,
  exported: KeysExport,
  result: Result,
): Promise<Result> {
  const act = actOf(exported, { keys: result.sent, how: result.how });
  await recordOwnOutcome(services, act, 'done');
  return result;
}

/** The record that it did not get through; the file or its pages were not sent. */
export async function exportFailed(services: Services, exported: KeysExport): Promise<void> {
  await recordOwnOutcome(services, actOf(exported, {}), 'failed');
}

function actOf({ actor, query, correlationId }: KeysExport, more: Readonly<Record<string, unknown>>) {
  return {
    doer: personOf(actor),
    verb: 'key.export',
    entityKind: 'keys',
    entityId: query.accountId ?? 'all',
    correlationId,
    detail: { ...query, ...more },
  };
}
