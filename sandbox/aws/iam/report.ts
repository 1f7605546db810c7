import { AwsError } from '../aws-error.ts';
import type { Account } from '../accounts/account.ts';
import type { AccessKey } from '../accounts/access-key.ts';
import type { QueryOperation } from '../query-service.ts';
import { accountOf, accountWide } from './subjects.ts';

const cacheMs = 4 * 60 * 60_000;

// Column names and placeholders by the IAM User Guide, "Getting credential reports".
const columns = [
  'user arn user_creation_time password_enabled password_last_used password_last_changed'.split(' '),
  'password_next_rotation mfa_active'.split(' '),
  keyColumns(1),
  keyColumns(2),
  'cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated additional_credentials_info'.split(
    ' ',
  ),
].flat();

function keyColumns(slot: number): string[] {
  const names = ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'];
  return names.map((name) => `access_key_${slot}_${name}`);
}

const certificates = ['false', 'N/A', 'false', 'N/A', ''];

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+00:00`;
}

function keyCells(key: AccessKey | undefined): string[] {
  if (key === undefined) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const used = key.lastUsed;
  return [
    String(key.currentStatus === 'Active'),
    time(key.lastChangedAt),
    ...(used === null ? ['N/A', 'N/A', 'N/A'] : [time(used.at), used.region, used.service]),
  ];
}

/** A cell as RFC 4180 writes it: a user's name may hold a comma. */
function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function reportOf(account: Account): string {
  const [first, second] = account.rootKeys.existing();
  const root = [
    ['<root_account>', account.arn('root'), time(account.createdAt)],
    ['not_supported', 'no_information', 'not_supported', 'not_supported', 'false'],
    keyCells(first),
    keyCells(second),
    certificates,
  ];
  const users = [...account.users.values()].map((user) => {
    const [first, second] = user.keys.existing();
    const password =
      user.loginProfileAt === null
        ? ['false', 'N/A', 'N/A', 'N/A']
        : ['true', 'no_information', time(user.loginProfileAt), 'N/A'];
    return [
      [user.name, user.arn, time(user.createdAt), ...password, String(user.mfa !== null)],
      keyCells(first),
      keyCells(second),
      certificates,
    ];
  });
  return [[columns], root, ...users].map((row) => row.flat().map(quoted).join(',')).join('\n');
}

const generateCredentialReport: QueryOperation = {
  name: 'GenerateCredentialReport',
  access: accountWide,
  run: (call) => {
    const account = accountOf(call);
    const { now } = call.circumstances;
    const { report } = account;
    if (report !== null && now - report.readyAt < cacheMs) {
      return { State: now < report.readyAt ? 'INPROGRESS' : 'COMPLETE' };
    }
    account.report = { readyAt: now + call.world.credentialReportMs, csv: reportOf(account) };
    return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
  },
};

const getCredentialReport: QueryOperation = {
  name: 'GetCredentialReport',
  access: accountWide,
  run: (call) => {
    const { report } = accountOf(call);
    const { now } = call.circumstances;
    if (report === null)
      throw new AwsError('ReportNotPresent', 410, 'No report is present. Generate a new report.');
    if (now < report.readyAt)
      throw new AwsError('ReportInProgress', 404, 'The report is still being generated.');
    if (now - report.readyAt >= cacheMs)
      throw new AwsError('ReportExpired', 410, 'The most recent report has expired.');
    return {
      Content: Buffer.from(report.csv).toString('base64'),
      ReportFormat: 'text/csv',
      GeneratedTime: new Date(report.readyAt),
    };
  },
};

export const reportOperations = [generateCredentialReport, getCredentialReport];
