import { digest } from './digest.ts';
import type { RawRecord } from './rule.ts';

/** The account of all examples, and one that is not ours. */
export const OWN = '111122223333';
export const FOREIGN = '999988887777';
/** The key of Alice, an IAM user, who makes the calls of the examples unless they name somebody else. */
export const ALICE_KEY = 'AKIAIOSFODNN7EXAMPLE';
export const ALICE_SESSION = 'ASIAIOSFODNN7EXAMPLE';

const START = Date.UTC(2026, 2, 2, 9);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface ExampleCall {
  readonly asked?: unknown;
  readonly answered?: unknown;
  readonly additional?: unknown;
  readonly error?: string;
  /** Minutes after the examples begin. */
  readonly minute?: number;
  readonly from?: string;
  readonly agent?: string;
  readonly region?: string;
  readonly by?: RawRecord;
  readonly more?: RawRecord;
}

export const ALICE: RawRecord = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLEALICE',
  arn: `arn:aws:iam::${OWN}:user/alice`,
  accountId: OWN,
  accessKeyId: ALICE_KEY,
  userName: 'alice',
};

/** A program, as `ordinary` has it. */
export const BOTO = { agent: 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux' };

/** A session of Alice that no key is known to have made: she signed in to the console. */
export const ALICE_IN_CONSOLE: RawRecord = {
  ...ALICE,
  accessKeyId: 'ASIACONSOLEEXAMPLE01',
  sessionContext: { attributes: { creationDate: '2026-03-02T08:00:00Z', mfaAuthenticated: 'true' } },
};

export const ROOT: RawRecord = {
  type: 'Root',
  principalId: OWN,
  arn: `arn:aws:iam::${OWN}:root`,
  accountId: OWN,
};

/** A session of a role. */
export function roleSession(role: string, session = 'session', key = ALICE_SESSION): RawRecord {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${OWN}:assumed-role/${role}/${session}`,
    accountId: OWN,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE',
        arn: `arn:aws:iam::${OWN}:role/${role}`,
        accountId: OWN,
        userName: role,
      },
      attributes: { creationDate: '2026-03-02T08:59:00Z', mfaAuthenticated: 'false' },
    },
  };
}

/** A raw record of one call. */
export function call(action: string, example: ExampleCall = {}): RawRecord {
  const [service = '', eventName = ''] = action.split(':');
  const { minute = 0, error } = example;
  const record = {
    eventVersion: '1.11',
    eventTime: new Date(START + minute * MINUTE).toISOString().replace('.000Z', 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: example.region ?? 'us-east-1',
    sourceIPAddress: example.from ?? '198.51.100.7',
    userAgent: example.agent ?? 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux lang/python#3.13.2',
    userIdentity: example.by ?? ALICE,
    ...(error === undefined ? {} : { errorCode: error, errorMessage: `Refused: ${error}` }),
    requestParameters: example.asked ?? null,
    responseElements: example.answered ?? null,
    ...(example.additional === undefined ? {} : { additionalEventData: example.additional }),
    recipientAccountId: OWN,
    eventType: 'AwsApiCall',
    ...example.more,
  };
  return { ...record, eventID: idOf(record) };
}

function idOf(record: unknown): string {
  const letters = digest(record).replace(/[^0-9a-z]/g, '');
  const hex = Array.from(letters, (letter) => (letter.charCodeAt(0) % 16).toString(16)).join('');
  return `00000000-0000-4000-8000-${hex.slice(-12).padStart(12, '0')}`;
}

/** The same calls on each of the days before the examples begin. */
export function history(days: number, actions: readonly string[], example: ExampleCall = {}): RawRecord[] {
  const records: RawRecord[] = [];
  for (let day = -days; day < 0; day += 1) {
    for (const [place, action] of actions.entries()) {
      records.push(
        call(action, { ...example, minute: (day * DAY) / MINUTE + (example.minute ?? 0) + place }),
      );
    }
  }
  return records;
}

/** What an ordinary program does: it reads and writes files, forty times a day, on these days. */
export function ordinary(days: number, example: ExampleCall = {}): RawRecord[] {
  const calls = Array.from({ length: 40 }, (_, place) => (place % 2 === 0 ? 's3:GetObject' : 's3:PutObject'));
  return history(days, calls, { ...BOTO, ...example });
}

/** A bucket's policy put, with one statement. */
export function bucketPolicy(statement: Readonly<Record<string, unknown>>): RawRecord {
  return call('s3:PutBucketPolicy', {
    asked: { bucketName: 'b', bucketPolicy: { Statement: [statement] } },
  });
}

/** A policy document with one statement. */
export function policy(statement: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

/** The answer of a call that makes a session. */
export function madeSession(key = ALICE_SESSION): unknown {
  return {
    credentials: { accessKeyId: key, sessionToken: 'HIDDEN', expiration: 'Mar 2, 2026, 10:00:00 AM' },
  };
}
