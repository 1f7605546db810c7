import { createHash } from 'node:crypto';
import type { Use } from '../domain/last-use.ts';
import { csvRecords } from './csv.ts';

/** What a cell tells of the last use: a use, that there is none on record, or nothing that can be relied on. */
export type ReportedUse =
  | { readonly kind: 'used'; readonly use: Use }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

/** One of the two places a row has for keys. Which key stands in it AWS does not say. */
export interface Slot {
  /**
   * Whether a key stands in it. AWS's page says that a slot without an *active* key shows N/A; real reports show an
   * Inactive key by its time of change, and N/A where there is none (Cloud Custodian, pull request 5551). Null when
   * the cells say neither.
   */
  readonly filled: boolean | null;
  readonly active: boolean | null;
  /** When the key was created *or last changed*: never its age. Null when not told. */
  readonly changedAt: number | null;
  readonly use: ReportedUse;
}

/** A user's row. */
export interface ReportRow {
  readonly userName: string;
  readonly arn: string;
  readonly createdAt: number | null;
  /** Whether it has a console password; null when not told. */
  readonly password: boolean | null;
  readonly slots: readonly [Slot, Slot];
  /** Changes with whatever the row says of the user's identity and keys. */
  readonly digest: string;
}

/** The rows of a credential report, by ARN, and what it says of the root user's keys. */
export interface Report {
  /** AWS's time of the report; ms. */
  readonly generatedAt: number;
  readonly rows: ReadonlyMap<string, ReportRow>;
  /** How many root keys there are; null when the report does not say. */
  readonly rootKeys: number | null;
}

const ROOT = '<root_account>';

/** Cells of one key in the order of the digest (IAM user guide, "Getting credential reports"). */
const KEY_CELLS = [
  'active',
  'last_rotated',
  'last_used_date',
  'last_used_region',
  'last_used_service',
] as const;

/**
 * Reads a credential report by the names of its columns, whatever others there are. A row that does not fit the
 * header, or whose ARN does not end in its user, is left out: that user counts as not told of.
 * Null when it is no credential report at all.
 */
export function parseReport(content: Uint8Array, generatedAt: number): Report | null {
  const records = csvRecords(new TextDecoder().decode(content));
  const header = records.next().value?.map((name) => name.trim().toLowerCase()) ?? [];
  const at = new Map(header.map((name, index) => [name, index]));
  if (!['user', 'arn', 'access_key_1_active', 'access_key_2_active'].every((name) => at.has(name)))
    return null;
  const rows = new Map<string, ReportRow>();
  let rootKeys: number | null = null;
  for (const record of records) {
    if (record.length > header.length) continue;
    const cell = (name: string): string | null => record[at.get(name) ?? -1]?.trim() ?? null;
    const [userName, arn] = [cell('user') ?? '', cell('arn') ?? ''];
    if (userName === ROOT) {
      const filled = [1, 2].map((slot) => slotOf(cell, slot).filled);
      rootKeys = filled.includes(null) ? null : filled.filter(Boolean).length;
    } else if (userName !== '' && arn.startsWith('arn:') && arn.endsWith(`/${userName}`)) {
      rows.set(arn, rowOf(userName, arn, cell));
    }
  }
  return { generatedAt, rows, rootKeys };
}

type Cell = (name: string) => string | null;

function rowOf(userName: string, arn: string, cell: Cell): ReportRow {
  const told = [1, 2].flatMap((slot) => KEY_CELLS.map((name) => cell(`access_key_${slot}_${name}`)));
  const identity = [arn, cell('user_creation_time')];
  return {
    userName,
    arn,
    createdAt: timeIn(cell('user_creation_time')),
    password: flagIn(cell('password_enabled')),
    slots: [slotOf(cell, 1), slotOf(cell, 2)],
    digest: createHash('sha256')
      .update(JSON.stringify([...identity, ...told].map((text) => text?.toLowerCase() ?? null)))
      .digest('base64url'),
  };
}

function slotOf(cell: Cell, slot: number): Slot {
  const of = (name: (typeof KEY_CELLS)[number]): string | null => cell(`access_key_${slot}_${name}`);
  const active = flagIn(of('active'));
  const changedAt = timeIn(of('last_rotated'));
  return { filled: filledOf(active, of('last_rotated'), changedAt), active, changedAt, use: useOf(of) };
}

function filledOf(active: boolean | null, changed: string | null, changedAt: number | null): boolean | null {
  if (active === true || changedAt !== null) return true;
  return active === false && isNotApplicable(changed) ? false : null;
}

function useOf(
  of: (name: 'last_used_date' | 'last_used_region' | 'last_used_service') => string | null,
): ReportedUse {
  const date = of('last_used_date');
  if (isNotApplicable(date)) return { kind: 'none' };
  const at = timeIn(date);
  const [region, service] = [nameIn(of('last_used_region')), nameIn(of('last_used_service'))];
  if (at === null || region === undefined || service === undefined) return { kind: 'unreadable' };
  return { kind: 'used', use: { at, service, region } };
}

function isNotApplicable(text: string | null): boolean {
  return text?.toUpperCase() === 'N/A';
}

/** A name, null where AWS says there is none, undefined where it says nothing. */
function nameIn(text: string | null): string | null | undefined {
  if (text === null || text === '' || ['no_information', 'not_supported'].includes(text.toLowerCase())) {
    return undefined;
  }
  return isNotApplicable(text) ? null : text;
}

/** The user guide writes TRUE and FALSE, reports write true and false. */
function flagIn(text: string | null): boolean | null {
  const word = text?.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

function timeIn(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/.test(text))
    return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
