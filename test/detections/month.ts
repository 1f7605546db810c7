import type { LookUp } from '../../src/detections/place.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

const ACCOUNT = '111122223333';
const START = Date.UTC(2026, 4, 4);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const DAYS = 30;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Operators and countries of the networks below; by the first two numbers of the address. */
const PLACES: Readonly<Record<string, readonly [operator: string, country: string]>> = {
  '20.7': ['AS8075 Microsoft Corporation', 'US'],
  '3.80': ['AS14618 Amazon.com, Inc.', 'US'],
  '54.76': ['AS16509 Amazon.com, Inc.', 'IE'],
  '93.184': ['AS64500 Office Fibre', 'DE'],
  '87.140': ['AS3320 Home Telecom', 'DE'],
  '80.187': ['AS3320 Mobile Telecom', 'DE'],
  '146.70': ['AS9009 VPN Exit', 'NL'],
  '62.23': ['AS8220 Hotel Networks', 'FR'],
};

export const monthLookUp: LookUp = ({ text }) => {
  const [operator, country] = PLACES[text.split('.', 2).join('.')] ?? [null, null];
  return { operator, country };
};

const AGENTS = {
  cli: 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/macos lang/python#3.13.2',
  boto: 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux lang/python#3.12.1',
  go: 'aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.1 md/GOOS#linux',
  java: 'aws-sdk-java/2.31.0 Linux/6.8 OpenJDK_64-Bit_Server_VM/21',
  js: 'aws-sdk-js/3.800.0 ua/2.1 os/linux lang/js md/nodejs#22.14.0',
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-aws/5.94.1 aws-sdk-go-v2/1.36.3',
} as const;

interface Call {
  readonly action: string;
  readonly asked?: unknown;
  readonly answered?: unknown;
  readonly error?: string;
}

/** A program or person with one key: who they are, and what they do on one day. */
class Worker {
  readonly records: RawRecord[] = [];
  readonly keyId: string;
  readonly name: string;
  readonly random: () => number;
  #count = 0;

  constructor(name: string, place: number) {
    this.name = name;
    this.keyId = `AKIAMONTH${String(place).padStart(11, '0')}`;
    this.random = seeded(place + 1);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.random() * values.length)];
    if (value === undefined) throw new Error('There is nothing to pick from');
    return value;
  }

  some(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  do(
    at: number,
    from: string,
    agent: keyof typeof AGENTS,
    call: Call,
    more: { region?: string; by?: RawRecord } = {},
  ): void {
    const [service = '', eventName = ''] = call.action.split(':');
    this.#count += 1;
    const id = `${this.keyId.slice(-8)}-0000-4000-8000-${String(this.#count).padStart(12, '0')}`;
    this.records.push({
      eventVersion: '1.11',
      userIdentity: more.by ?? this.identity,
      eventTime: new Date(at).toISOString().replace(/\.\d{3}Z/, 'Z'),
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: more.region ?? 'eu-central-1',
      sourceIPAddress: from,
      userAgent: AGENTS[agent],
      ...(call.error === undefined ? {} : { errorCode: call.error }),
      requestParameters: call.asked ?? null,
      responseElements: call.answered ?? null,
      eventID: id,
      recipientAccountId: ACCOUNT,
    });
  }

  /** The calls one after the other, seconds apart. */
  run(
    at: number,
    from: string,
    agent: keyof typeof AGENTS,
    calls: readonly Call[],
    more?: { region?: string; by?: RawRecord },
  ): void {
    for (const [place, call] of calls.entries())
      this.do(at + place * this.some(1, 5) * SECOND, from, agent, call, more);
  }

  get identity(): RawRecord {
    return {
      type: 'IAMUser',
      principalId: `AIDA${this.name.toUpperCase()}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/${this.name}`,
      accountId: ACCOUNT,
      accessKeyId: this.keyId,
      userName: this.name,
    };
  }
}

const calls = (...actions: readonly string[]): Call[] => actions.map((action) => ({ action }));

/** What each worker does on a day; `isWorkday` is false on Saturday and Sunday. */
const WORK: Readonly<
  Record<string, (worker: Worker, day: number, midnight: number, isWorkday: boolean) => void>
> = {
  deploy(worker, _day, midnight, isWorkday) {
    if (!isWorkday) return;
    for (let run = worker.some(1, 4); run > 0; run -= 1) {
      const functionName = `service-${worker.some(1, 8)}`;
      worker.run(midnight + worker.some(8 * 60, 17 * 60) * MINUTE, '93.184.10.20', 'cli', [
        { action: 'sts:GetCallerIdentity' },
        { action: 's3:PutObject', asked: { bucketName: 'artifacts', key: functionName } },
        { action: 'lambda:GetFunction20150331v2', asked: { functionName } },
        { action: 'lambda:UpdateFunctionCode20150331v2', asked: { functionName } },
        { action: 'lambda:PublishVersion20150331', asked: { functionName } },
        { action: 'cloudfront:CreateInvalidation2020_05_31' },
      ]);
    }
  },
  backup(worker, day, midnight) {
    const volumes = Array.from({ length: 12 }, (_, each) => `vol-${each}`);
    worker.run(midnight + 2 * HOUR, '3.80.1.9', 'boto', [
      ...calls('ec2:DescribeVolumes', 'ec2:DescribeSnapshots'),
      ...volumes.map((volumeId) => ({ action: 'ec2:CreateSnapshot', asked: { volumeId } })),
      ...volumes.map((each) => ({
        action: 'ec2:DeleteSnapshot',
        asked: { snapshotId: `snap-${day}-${each}` },
      })),
      {
        action: 'ec2:ModifySnapshotAttribute',
        asked: {
          snapshotId: `snap-${day}`,
          createVolumePermission: { add: { items: [{ userId: '444455556666' }] } },
        },
      },
    ]);
  },
  scraper(worker, _day, midnight) {
    const looks = calls(
      'ec2:DescribeInstances', 'rds:DescribeDBInstances', 'elasticloadbalancing:DescribeLoadBalancers',
      'monitoring:GetMetricData', 'lambda:ListFunctions', 'sqs:ListQueues', 's3:ListBuckets', 'dynamodb:ListTables',
      'ecs:ListClusters', 'kinesis:ListStreams', 'elasticache:DescribeCacheClusters', 'ce:GetCostAndUsage',
    ); // prettier-ignore
    for (let at = 0; at < 24; at += 1) {
      for (const region of ['eu-central-1', 'eu-west-1', 'us-east-1']) {
        worker.run(midnight + at * HOUR + worker.some(0, 9) * MINUTE, '54.76.3.4', 'go', looks, { region });
      }
    }
  },
  developer(worker, day, midnight, isWorkday) {
    if (!isWorkday && worker.random() < 0.7) return;
    const home = `87.140.${day < 17 ? 12 : 91}.${worker.some(1, 3)}`;
    const travel = day >= 20 && day <= 21;
    const from = travel
      ? '62.23.4.5'
      : worker.pick([
          home,
          home,
          '93.184.10.20',
          '93.184.10.20',
          '146.70.8.7',
          `80.187.${worker.some(80, 120)}.9`,
        ]);
    const tasks: readonly (readonly [keyof typeof AGENTS, readonly Call[]])[] = [
      ['cli', calls('sts:GetCallerIdentity', 's3:ListBuckets', 's3:ListObjectsV2', 's3:GetObject')],
      ['cli', calls('logs:DescribeLogGroups', 'logs:FilterLogEvents', 'logs:GetLogEvents')],
      ['cli', calls('ec2:DescribeInstances', 'ssm:DescribeInstanceInformation', 'ec2:DescribeVpcs')],
      ['cli', calls('ecs:ListClusters', 'ecs:DescribeServices', 'ecs:UpdateService')],
      ['boto', calls('dynamodb:DescribeTable', 'dynamodb:Query', 'dynamodb:PutItem')],
      [
        'boto',
        [
          {
            action: 'secretsmanager:GetSecretValue',
            asked: { secretId: worker.pick(['dev/db', 'dev/api']) },
          },
        ],
      ],
      [
        'terraform',
        calls(
          'sts:GetCallerIdentity',
          'ec2:DescribeVpcs',
          'ec2:DescribeSubnets',
          'iam:GetRole',
          's3:GetBucketPolicy',
          's3:PutObject',
        ),
      ],
      [
        'cli',
        [{ action: 'iam:ListUsers', error: 'AccessDenied' }, { action: 'cloudformation:DescribeStacks' }],
      ],
      [
        'cli',
        calls('lambda:ListFunctions', 'lambda:GetFunction', 'lambda:UpdateFunctionCode', 'lambda:Invoke'),
      ],
    ];
    for (let task = worker.some(4, 9); task > 0; task -= 1) {
      const [agent, work] = worker.pick(tasks);
      worker.run(midnight + worker.some(7 * 60, 18 * 60) * MINUTE, from, agent, work);
    }
  },
  runner(worker, day, midnight) {
    for (let job = worker.some(6, 20); job > 0; job -= 1) {
      const at = midnight + worker.some(0, 23 * 60) * MINUTE;
      const from = `20.7.${worker.some(0, 255)}.${worker.some(1, 254)}`;
      const session = `ASIARUN${String(day).padStart(4, '0')}${String(job).padStart(9, '0')}`;
      const roleArn = `arn:aws:iam::${ACCOUNT}:role/deploy`;
      worker.do(at, from, 'js', {
        action: 'sts:AssumeRole',
        asked: { roleArn, roleSessionName: `job-${job}` },
        answered: { credentials: { accessKeyId: session } },
      });
      const by = {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/job-${job}`,
        accountId: ACCOUNT,
        accessKeyId: session,
        sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn, userName: 'deploy' } },
      };
      const work = calls(
        'ecr:GetAuthorizationToken',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecs:DescribeServices',
        'ecs:RegisterTaskDefinition',
        'ecs:UpdateService',
      );
      worker.run(at + 20 * SECOND, from, 'cli', work, { by });
    }
  },
  shop(worker, day, midnight) {
    const names = ['db', 'mail', 'pay', 'search', 'cdn', 'oauth'];
    if (day % 7 === 2) {
      worker.run(
        midnight + 10 * HOUR,
        '3.80.7.7',
        'java',
        names.map((name) => ({
          action: 'secretsmanager:GetSecretValue',
          asked: { secretId: `shop/${name}` },
        })),
      );
    }
    for (let at = 0; at < 48; at += 1) {
      worker.run(
        midnight + at * 30 * MINUTE,
        '3.80.7.7',
        'java',
        calls('s3:GetObject', 'dynamodb:GetItem', 'dynamodb:PutItem', 'sqs:SendMessage', 'kms:Decrypt'),
      );
    }
  },
  mailer(worker, _day, midnight) {
    for (let at = 0; at < 24; at += 1) {
      worker.run(
        midnight + at * HOUR,
        '54.76.9.9',
        'js',
        calls('ses:SendEmail', 'ses:SendEmail', 'ses:GetSendQuota', 'ses:GetSendStatistics'),
      );
    }
  },
  infrastructure(worker, day, midnight, isWorkday) {
    if (!isWorkday) return;
    const plan = calls(
      'sts:GetCallerIdentity', 'ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'ec2:DescribeInstances',
      'iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 's3:GetBucketPolicy',
      's3:GetBucketAcl', 's3:GetBucketVersioning', 's3:GetBucketLogging', 'rds:DescribeDBInstances', 'lambda:GetFunction', 'kms:DescribeKey',
      'kms:GetKeyPolicy', 'logs:DescribeLogGroups', 'ec2:DescribeInstanceAttribute', 'route53:GetHostedZone',
    ); // prettier-ignore
    for (let run = 0; run < 4; run += 1)
      worker.run(midnight + (9 + 2 * run) * HOUR, '93.184.10.21', 'terraform', plan);
    if (day % 7 !== 3) return;
    const change = (action: string, asked: unknown): Call => ({ action, asked });
    worker.run(midnight + 14 * HOUR, '93.184.10.21', 'terraform', [
      change('iam:CreateRole', { roleName: `app-${day}`, assumeRolePolicyDocument: '{"Statement":[]}' }),
      change('iam:PutRolePolicy', {
        roleName: `app-${day}`,
        policyName: 'p',
        policyDocument: '{"Statement":[]}',
      }),
      change('ec2:AuthorizeSecurityGroupIngress', {
        groupId: `sg-${day}`,
        ipPermissions: {
          items: [{ fromPort: 8080, toPort: 8080, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
        },
      }),
      change('s3:PutBucketPolicy', {
        bucketName: `site-${day}`,
        bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }] },
      }),
      change('s3:DeleteBucketPublicAccessBlock', { bucketName: `site-${day}` }),
      change('logs:DeleteLogGroup', { logGroupName: `old-${day}` }),
      change('rds:DeleteDBInstance', { dBInstanceIdentifier: `old-${day}`, skipFinalSnapshot: true }),
    ]);
  },
  shipper(worker, _day, midnight) {
    for (let at = 0; at < 96; at += 1) {
      worker.run(
        midnight + at * 15 * MINUTE,
        '3.80.2.2',
        'go',
        calls('logs:PutLogEvents', 'kinesis:PutRecords', 'logs:DescribeLogStreams'),
      );
    }
  },
  analyst(worker, day, midnight, isWorkday) {
    if (!isWorkday) return;
    const from = worker.random() < 0.8 ? '93.184.10.33' : `87.140.40.${worker.some(1, 9)}`;
    for (let query = worker.some(5, 15); query > 0; query -= 1) {
      worker.run(
        midnight + worker.some(7 * 60, 16 * 60) * MINUTE,
        from,
        'boto',
        calls(
          'athena:StartQueryExecution',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'glue:GetTable',
          's3:GetObject',
        ),
      );
    }
    if (day === 16)
      worker.run(
        midnight + 11 * HOUR,
        from,
        'boto',
        calls('quicksight:ListDashboards', 'quicksight:DescribeDashboard'),
      );
    if (day === 23)
      worker.run(midnight + 11 * HOUR, from, 'cli', calls('s3:ListBuckets', 'athena:ListWorkGroups'));
  },
};

/** A month of ten ordinary keys, in the order of time. */
export function month(): { readonly keys: readonly string[]; readonly records: readonly RawRecord[] } {
  const workers = Object.keys(WORK).map((name, place) => new Worker(name, place));
  for (const worker of workers) {
    for (let day = 0; day < DAYS; day += 1) {
      const midnight = START + day * DAY;
      const weekday = new Date(midnight).getUTCDay();
      WORK[worker.name]?.(worker, day, midnight, weekday !== 0 && weekday !== 6);
    }
  }
  const records = workers.flatMap((worker) => worker.records);
  const timeOf = (record: RawRecord): string => String(record['eventTime']);
  records.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
  return { keys: workers.map(({ keyId }) => keyId), records };
}

/** The time (ms) a day of the month begins. */
export function dayOfMonth(day: number): number {
  return START + day * DAY;
}
