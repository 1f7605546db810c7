import { findingName, kindName } from './key-words.ts';
import type { InventoryKey } from './inventory.ts';
import type { KeyStanding } from './key-standing.ts';
import { wholeDays } from './time-words.ts';

/** What a spreadsheet takes for the beginning of a formula, full-width forms among it. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u;

const COLUMNS = [
  'account_id',
  'account_name',
  'user_name',
  'user_id',
  'access_key_id',
  'status',
  'status_since_or_before',
  'created_at',
  'age_days',
  'last_use',
  'last_used_at',
  'last_used_service',
  'last_used_region',
  'last_use_as_of',
  'last_use_why_unknown',
  'kind',
  'kind_from',
  'owners',
  'owners_from_or_why_unknown',
  'findings',
  'due_at',
  'snoozed_until',
  'description',
  'account_read_at',
] as const;

export const CSV_HEADER = COLUMNS.join(',');

export interface CsvRow {
  readonly key: InventoryKey;
  readonly standing: KeyStanding | null;
  readonly accountName: string;
  /** When the account was last read completely; null before. */
  readonly readAt: number | null;
}

/** One key as a line of CSV, without its line break. Times are ISO 8601 in UTC; what is not known stays empty. */
export function csvLine({ key, standing, accountName, readAt }: CsvRow, now: number): string {
  const { lastUse } = key;
  const use = lastUse.kind === 'used' ? lastUse : lastUse.kind === 'unknown' ? lastUse.last : null;
  const ownership = standing?.ownership ?? null;
  const values: Record<(typeof COLUMNS)[number], string | number | null> = {
    account_id: key.accountId,
    account_name: accountName,
    user_name: key.userName,
    user_id: key.userId,
    access_key_id: key.accessKeyId,
    status: key.status,
    status_since_or_before: time(key.statusSince),
    created_at: time(key.createdAt),
    age_days: key.createdAt === null ? null : wholeDays(now - key.createdAt),
    last_use: lastUse.kind,
    last_used_at: time(use?.at ?? null),
    last_used_service: use?.service ?? null,
    last_used_region: use?.region ?? null,
    last_use_as_of: lastUse.kind === 'unknown' ? null : time(lastUse.asOf),
    last_use_why_unknown: lastUse.kind === 'unknown' ? lastUse.why : null,
    kind: standing === null ? null : kindName(standing.kind.kind),
    kind_from: standing?.kind.from ?? null,
    owners: ownership?.known === true ? ownership.owners.map(ownerId).join(' ') : null,
    owners_from_or_why_unknown: ownership === null ? null : ownership.known ? ownership.from : ownership.why,
    findings: standing === null ? null : standing.findings.map(({ code }) => findingName(code)).join('; '),
    due_at: time(standing?.dueAt ?? null),
    snoozed_until: time(standing?.snoozedUntil ?? null),
    description: key.description,
    account_read_at: time(readAt),
  };
  return COLUMNS.map((column) => csvCell(values[column])).join(',');
}

/** A cell that no spreadsheet takes for a formula, on one line, quoted where it must be. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // Line breaks and control characters would end the row in some readers.
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  const harmless = FORMULA.test(line) ? `'${line}` : line;
  return /[",;']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function ownerId(owner: { kind: 'user'; userId: string } | { kind: 'group'; groupId: string }): string {
  return owner.kind === 'user' ? owner.userId : owner.groupId;
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
