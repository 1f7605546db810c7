import type { IamUser } from '../domain/inventory.ts';
import { known, unknown } from '../domain/known.ts';
import type { Known } from '../domain/known.ts';
import { quarantinePolicies } from '../domain/quarantine.ts';
import type { ListedUser, UserDetail } from '../ports/aws.ts';
import type { Report, ReportRow } from './report.ts';

/** Why tags and policies of a user without keys are not known where the optional call is not allowed. */
const NOT_ASKED =
  'Rekey asks only for those of users with keys, since iam:GetAccountAuthorizationDetails is not allowed.';

/** The row of exactly this user: one of a namesake that was there before is not its row. */
export function rowOf(report: Report | null, user: Pick<IamUser, 'arn' | 'createdAt'>): ReportRow | null {
  const row = report?.rows.get(user.arn) ?? null;
  if (row === null || row.createdAt === null || user.createdAt === null) return row;
  return Math.floor(row.createdAt / 1_000) === Math.floor(user.createdAt / 1_000) ? row : null;
}

/** What a listing showed of a user, put on what was known of it. `report`: null when it could not be read. */
export function userFrom(
  accountId: string,
  before: IamUser | null,
  listed: ListedUser | UserDetail,
  report: Report | null,
  at: number,
): IamUser {
  const detail = 'policies' in listed ? listed : null;
  // Who was taken for gone is read like somebody new.
  const back = before === null || before.goneAt !== null;
  return {
    accountId,
    userId: listed.userId,
    userName: listed.userName,
    arn: listed.arn,
    createdAt: listed.createdAt,
    tags: detail === null ? (before?.tags ?? unknown(NOT_ASKED, at)) : known(detail.tags, at),
    quarantine:
      detail === null
        ? (before?.quarantine ?? unknown(NOT_ASKED, at))
        : known(quarantinePolicies(detail.policies), at),
    console: passwordFrom(before?.console ?? null, rowOf(report, listed), report, at),
    reportRow: back ? null : before.reportRow,
    firstSeenAt: before?.firstSeenAt ?? at,
    keysReadAt: back ? null : before.keysReadAt,
    goneAt: null,
  };
}

function passwordFrom(
  before: Known<boolean> | null,
  row: ReportRow | null,
  report: Report | null,
  at: number,
): Known<boolean> {
  if (row !== null && row.password !== null && report !== null)
    return known(row.password, report.generatedAt);
  // A user made after the report keeps what was asked about it alone.
  if (report !== null && row === null && before?.known === true) return before;
  const why =
    report === null
      ? 'The credential report could not be read.'
      : 'The credential report does not tell of this user yet.';
  return unknown(why, at, before ?? undefined);
}

/** Whether two answers about tags say the same; descriptions of keys are among them. */
export function sameTags(one: IamUser['tags'], other: IamUser['tags']): boolean {
  if (!one.known || !other.known) return false;
  const [a, b] = [Object.entries(one.value), other.value];
  return a.length === Object.keys(b).length && a.every(([key, value]) => b[key] === value);
}

/**
 * Whether a sweep must read this user's keys. A full one reads everybody's. One for changes reads who is new, whose
 * row says something else than when the keys were read last, and whose keys could not all be read then.
 */
export function mustRead(kind: 'full' | 'changes', user: IamUser, report: Report | null): boolean {
  if (kind === 'full' || user.keysReadAt === null) return true;
  if (report === null) return false;
  return user.reportRow === null || rowDiffers(user, report);
}

function rowDiffers(user: IamUser, report: Report): boolean {
  const row = rowOf(report, user);
  return row !== null && row.digest !== user.reportRow;
}
