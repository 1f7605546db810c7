// Ordinary work of other kinds than the month's, and a thief in the middle of each: quiet once known, and still not blind.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { FOREIGN, OWN, call, madeSession, policy, type ExampleCall } from '../../src/detections/example.ts';
import type { LookUp } from '../../src/detections/place.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';
import { seeded } from './month.ts';

const DAY = 24 * 60;
const DAYS = 30;
const LEARNING = 7;

const PLACES: Readonly<Record<string, readonly [operator: string, country: string]>> = {
  '20.7': ['AS8075 Microsoft Corporation', 'US'],
  '34.80': ['AS396982 Google LLC', 'US'],
  '3.80': ['AS14618 Amazon.com, Inc.', 'US'],
  '93.184': ['AS64500 Office Fibre', 'DE'],
  '87.140': ['AS3320 Home Telecom', 'DE'],
  '62.23': ['AS8220 Hotel Networks', 'FR'],
  '81.2': ['AS2856 Another Hotel', 'GB'],
  '185.220': ['AS60729 Somebody', 'NL'],
};
const lookUp: LookUp = ({ text }) => {
  const [operator, country] = PLACES[text.split('.', 2).join('.')] ?? [null, null];
  return { operator, country };
};

const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-aws/5.94.1';
const CDK = 'aws-sdk-js/3.800.0 os/linux lang/js aws-cdk/2.190.0';
const GO = 'aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.1';
const PYTHON = 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux';

/** A call, and what is asked with it; the rest is that of its run. */
type Step = string | readonly [action: string, more: ExampleCall];

function run(minute: number, common: ExampleCall, steps: readonly Step[]): RawRecord[] {
  return steps.map((step, place) => {
    const [action, more] = typeof step === 'string' ? [step, {}] : step;
    return call(action, { ...common, ...more, minute: minute + place / 20 });
  });
}

const times = <Value>(count: number, make: (each: number) => Value): Value[] =>
  Array.from({ length: count }, (_, each) => make(each));
const isWorkday = (day: number): boolean => day % 7 < 5;
const random = seeded(11);
const some = (most: number): number => Math.floor(random() * most);
/** A runner of one of three clouds. */
const cloud = (): string => `${['20.7', '34.80', '3.80'][some(3)] ?? '20.7'}.${some(256)}.${1 + some(250)}`;
const denied = { error: 'AccessDenied' };

const PLAN = [
  'sts:GetCallerIdentity', 'ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'iam:GetRole', 'iam:ListRolePolicies',
  'iam:ListAttachedRolePolicies', 's3:GetBucketPolicy', 's3:GetBucketAcl', 'rds:DescribeDBInstances', 'lambda:GetFunction', 'kms:DescribeKey',
]; // prettier-ignore
/** A whole environment, with all that is grave on its own. */
const APPLY: readonly Step[] = [
  'ec2:CreateVpc',
  [
    'ec2:AuthorizeSecurityGroupIngress',
    {
      asked: {
        ipPermissions: {
          items: [{ fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }],
        },
      },
    },
  ],
  ['iam:AttachRolePolicy', { asked: { roleName: 'r', policyArn: 'arn:aws:iam::aws:policy/IAMFullAccess' } }],
  ['iam:AddRoleToInstanceProfile', { asked: { roleName: 'r', instanceProfileName: 'p' } }],
  ['lambda:CreateFunction20150331', { asked: { functionName: 'f', role: 'r' } }],
  [
    's3:PutBucketPolicy',
    {
      asked: {
        bucketName: 'b',
        bucketPolicy: policy({ Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` }, Action: 's3:GetObject' }),
      },
    },
  ],
  ['iam:CreateUser', { asked: { userName: 'program' } }],
  ['iam:CreateAccessKey', { asked: { userName: 'program' } }],
  [
    'ec2:RunInstances',
    { asked: { instanceType: 'm5.24xlarge', instancesSet: { items: [{ maxCount: 12 }] } } },
  ],
  ['ec2:DeleteFlowLogs', {}],
];

/** What one key does on a day. */
type Work = (day: number, at: number) => readonly RawRecord[];

const applies =
  (from: () => string): Work =>
  (day, at) =>
    isWorkday(day)
      ? times(3, (each) => {
          const common = { from: from(), agent: TERRAFORM };
          const steps = (day === 15 || day === 22) && each === 2 ? [...PLAN, ...APPLY] : PLAN;
          return run(at + (9 + 2 * each) * 60, common, steps);
        }).flat()
      : [];

const SERVICES =
  'ec2 rds lambda iam s3 sns sqs ecs eks kms logs route53 redshift glue athena kinesis guardduty config cloudtrail ssm backup'.split(
    ' ',
  );

const STREAMS: Readonly<Record<string, Work>> = {
  'an infrastructure tool that sets up environments': applies(() => '93.184.10.21'),
  'the same from runners of three clouds': applies(cloud),
  'deployments through roles, from runners': (day, at) =>
    isWorkday(day)
      ? times(2, (each) => {
          const common = { from: cloud(), agent: CDK };
          const key = `ASIACDK${String(day * 10 + each).padStart(13, '0')}`;
          const by = {
            type: 'AssumedRole',
            arn: `arn:aws:sts::${OWN}:assumed-role/cdk-deploy/cdk`,
            accountId: OWN,
            accessKeyId: key,
          };
          return [
            ...run(at + (9 + 4 * each) * 60, common, [
              'sts:GetCallerIdentity',
              [
                'sts:AssumeRole',
                {
                  asked: { roleArn: `arn:aws:iam::${OWN}:role/cdk-deploy` },
                  answered: madeSession(key),
                },
              ],
            ]),
            ...run(at + (9 + 4 * each) * 60 + 1, { ...common, by }, [
              'cloudformation:DescribeStacks',
              's3:PutObject',
              'cloudformation:GetTemplate',
              ['cloudformation:CreateStack', { asked: { stackName: `s${each}`, roleARN: 'cfn' } }],
            ]),
          ];
        }).flat()
      : [],
  'machines that come and go': (_, at) =>
    times(12, (each) =>
      run(at + each * 120, { from: '3.80.1.2', agent: 'karpenter.sh-1.3.0 aws-sdk-go-v2/1.36' }, [
        'ec2:DescribeInstances',
        ['ec2:RunInstances', { error: 'Client.DryRunOperation' }],
        ['ec2:CreateFleet', { asked: { count: 12 } }],
        ['ec2:TerminateInstances', { asked: { instancesSet: { items: [{ instanceId: `i-${each}` }] } } }],
        'sqs:ReceiveMessage',
      ]),
    ).flat(),
  'a scanner that reads everything, and may not read all': (day, at) =>
    times(4, (each) =>
      run(
        at + each * 6 * 60,
        { from: '3.80.2.4', agent: GO },
        SERVICES.flatMap((service, place) =>
          // A new version looks at more.
          times(day < 20 ? 5 : 7, (number): Step => {
            const action = `${service}:${number % 2 === 0 ? 'Describe' : 'List'}Things${number}`;
            return (place * 7 + number) % 5 === 0 ? [action, denied] : action;
          }),
        ),
      ),
    ).flat(),
  'backup software': (day, at) =>
    run(at + 60, { from: '3.80.1.9', agent: 'Backup/12 aws-sdk-dotnet-coreclr/3.7' }, [
      'ec2:DescribeVolumes',
      ...times(10, (each): Step => ['ec2:CreateSnapshot', { asked: { volumeId: `v${each}` } }]),
      ...times(20, (each): Step => ['ebs:GetSnapshotBlock', { asked: { snapshotId: `s${day}-${each}` } }]),
      ...times(10, (each): Step => ['ec2:DeleteSnapshot', { asked: { snapshotId: `s${day - 1}-${each}` } }]),
      ['s3:DeleteObjects', { asked: { bucketName: 'backups' } }],
    ]),
  'a team of analysts': (day, at) =>
    isWorkday(day)
      ? times(6, (each) =>
          run(
            at + 8 * 60 + each * 90,
            { from: each % 4 === 3 ? '87.140.40.3' : '93.184.10.33', agent: PYTHON },
            [
              'athena:StartQueryExecution',
              'athena:GetQueryResults',
              'glue:GetTables',
              's3:ListBuckets',
              ...times(30, (number): Step => [
                's3:GetObject',
                { asked: { bucketName: 'lake', key: `t${each}/p${number}` } },
              ]),
              ['s3:PutObject', { asked: { bucketName: 'lake', key: `out/${day}-${each}` } }],
              ['glue:UpdateJob', { asked: { jobName: 'j', role: 'glue' } }],
            ],
          ),
        ).flat()
      : [],
  'a runner that deploys from three clouds': (day, at) =>
    times(5, (each) =>
      run(at + each * 4 * 60, { from: cloud() }, [
        'sts:GetCallerIdentity',
        'ecr:GetAuthorizationToken',
        ['lambda:UpdateFunctionCode20150331v2', { asked: { functionName: `f${some(9)}` } }],
        ['lambda:CreateFunction20150331', { asked: { functionName: `p${day}`, role: 'r' } }],
        ['ssm:SendCommand', { asked: { instanceIds: [`i-${some(9)}`] } }],
        ['iam:UpdateRole', denied],
      ]),
    ).flat(),
  'a program that begins to use new services': (day, at) =>
    times(24, (each) =>
      run(at + each * 60, { from: '3.80.7.7', agent: 'aws-sdk-java/2.31.0 Linux/6.8' }, [
        's3:GetObject',
        'dynamodb:GetItem',
        'sqs:SendMessage',
        ...(day < 15 ? [] : ['bedrock:InvokeModel', 'secretsmanager:GetSecretValue']),
        ...(day < 22 ? [] : ['kinesis:PutRecords']),
      ]),
    ).flat(),
  'environments for reviews, made and destroyed by runners': (day, at) =>
    isWorkday(day)
      ? times(2, (each) => {
          const common = { from: cloud(), agent: TERRAFORM };
          const name = `review-${day}-${each}`;
          const [roleName, bucketName, functionName] = [`${name}-r`, `${name}-b`, `${name}-f`];
          return [
            ...run(at + (8 + each) * 60, common, [
              ...PLAN,
              ...APPLY,
              ['iam:CreateRole', { asked: { roleName, assumeRolePolicyDocument: '{"Statement":[]}' } }],
              ['iam:PutRolePolicy', { asked: { roleName, policyName: 'p', policyDocument: '{}' } }],
              ['s3:CreateBucket', { asked: { bucketName } }],
              ['sns:Subscribe', { asked: { topicArn: name, protocol: 'email' } }],
              ['rds:CreateDBInstance', { asked: { dBInstanceIdentifier: name, publiclyAccessible: true } }],
            ]),
            ...run(at + (17 + each) * 60, { ...common, from: cloud() }, [
              ...PLAN,
              ['rds:DeleteDBInstance', { asked: { dBInstanceIdentifier: name, skipFinalSnapshot: true } }],
              ['lambda:DeleteFunction20150331', { asked: { functionName } }],
              ['iam:DeleteRolePolicy', { asked: { roleName, policyName: 'p' } }],
              ['iam:DeleteRole', { asked: { roleName } }],
              ['iam:DeleteAccessKey', { asked: { userName: 'program' } }],
              ['iam:DeleteUser', { asked: { userName: 'program' } }],
              ['s3:DeleteObjects', { asked: { bucketName } }],
              ['s3:DeleteBucket', { asked: { bucketName } }],
              ['logs:DeleteLogGroup', { asked: { logGroupName: name } }],
              ['kms:ScheduleKeyDeletion', { asked: { keyId: name } }],
              ...times(6, (number): Step => [
                'ec2:DeleteVolume',
                { asked: { volumeId: `${name}-${number}` } },
              ]),
              [
                'ec2:TerminateInstances',
                { asked: { instancesSet: { items: [{ instanceId: `${name}-i` }] } } },
              ],
            ]),
          ];
        }).flat()
      : [],
  'serverless programs deployed by runners': (day, at) =>
    isWorkday(day)
      ? times(3, (each) => {
          const stackName = `app-${each}`;
          const common = { from: cloud(), agent: 'aws-sdk-nodejs/2.1692.0 linux/v20.19.0 promise' };
          return run(at + (9 + 3 * each) * 60, common, [
            'sts:GetCallerIdentity',
            'cloudformation:DescribeStacks',
            'cloudformation:DescribeStackResource',
            's3:ListObjectsV2',
            ['s3:PutObject', { asked: { bucketName: `${stackName}-deployments`, key: `${day}/f.zip` } }],
            'cloudformation:ValidateTemplate',
            [
              'cloudformation:CreateChangeSet',
              {
                asked: {
                  stackName,
                  roleARN: `arn:aws:iam::${OWN}:role/cfn`,
                  capabilities: ['CAPABILITY_IAM'],
                },
              },
            ],
            'cloudformation:ExecuteChangeSet',
            'cloudformation:DescribeStackEvents',
            ['s3:DeleteObjects', { asked: { bucketName: `${stackName}-deployments` } }],
            ['lambda:GetFunction20150331v2', { asked: { functionName: `${stackName}-f` } }],
            'cloudformation:ListStackResources',
          ]);
        }).flat()
      : [],
  'clusters kept by kOps and its like': (day, at) =>
    isWorkday(day)
      ? [
          ...run(at + 9 * 60, { from: '93.184.10.50', agent: 'kops/1.31.0 aws-sdk-go-v2/1.36.3 os/linux' }, [
            'ec2:DescribeInstances',
            'ec2:DescribeLaunchTemplateVersions',
            'autoscaling:DescribeAutoScalingGroups',
            'elasticloadbalancing:DescribeLoadBalancers',
            'route53:ListHostedZones',
            'iam:GetInstanceProfile',
            'iam:ListRolePolicies',
            's3:GetBucketLocation',
            [
              'ec2:CreateLaunchTemplateVersion',
              { asked: { CreateLaunchTemplateVersionRequest: { LaunchTemplateData: { UserData: 'x' } } } },
            ],
            ['autoscaling:UpdateAutoScalingGroup', { asked: { autoScalingGroupName: 'nodes', maxSize: 12 } }],
            'route53:ChangeResourceRecordSets',
          ]),
          ...run(at + 10 * 60, { from: '93.184.10.50', agent: 'kops/1.31.0 aws-sdk-go-v2/1.36.3 os/linux' }, [
            ...times(4, (each): Step => [
              'autoscaling:TerminateInstanceInAutoScalingGroup',
              { asked: { instanceId: `i-${day}-${each}` } },
            ]),
            [
              'ec2:TerminateInstances',
              {
                asked: { instancesSet: { items: times(9, (each) => ({ instanceId: `i-${day}-${each}` })) } },
              },
            ],
          ]),
        ]
      : [],
  'people that come and go, each week': (day, at) =>
    day % 7 === 1
      ? run(at + 600, { from: '93.184.10.70', agent: 'aws-sdk-java/2.31.0 Linux/6.8' }, [
          'iam:ListUsers',
          ['iam:CreateUser', { asked: { userName: `p${day}` } }],
          ['iam:AddUserToGroup', { asked: { userName: `p${day}`, groupName: 'staff' } }],
          ['iam:CreateLoginProfile', { asked: { userName: `p${day}` } }],
          ['iam:DeleteLoginProfile', { asked: { userName: `old${day}` } }],
          ['iam:DeleteUser', { asked: { userName: `old${day}` } }],
        ])
      : [],
  'an audit that names its tool, every day': (_, at) =>
    run(at + 60, { from: '34.80.9.9', agent: `${PYTHON} prowler/5.5` }, [
      'sts:GetCallerIdentity',
      'iam:GetAccountAuthorizationDetails',
      'cloudtrail:DescribeTrails',
      'guardduty:ListDetectors',
      ...SERVICES.map((service): Step => `${service}:ListThings`),
    ]),
  'runners that start machines and look into them': (_, at) =>
    times(12, (each) =>
      run(at + each * 100 + some(60), { from: '93.184.10.62', agent: 'aws-sdk-go/1.44 docker-machine' }, [
        ['ec2:ImportKeyPair', { asked: { keyName: `k${some(1e6)}` } }],
        [
          'ec2:RunInstances',
          { asked: { instanceType: 'c5.2xlarge', instancesSet: { items: [{ maxCount: 1 }] } } },
        ],
        ['ssm:StartSession', { asked: { target: `i-${some(1e6)}` } }],
        [
          'ec2:StopInstances',
          { asked: { instancesSet: { items: times(6, (each) => ({ instanceId: `i-${each}` })) } } },
        ],
      ]),
    ).flat(),
  'jobs with roles of services nobody listed': (day, at) =>
    run(at + 120, { from: '3.80.8.8', agent: PYTHON }, [
      ['emr-serverless:StartJobRun', { asked: { executionRoleArn: `arn:aws:iam::${OWN}:role/job` } }],
      ['mediaconvert:CreateJob', { asked: { role: `arn:aws:iam::${OWN}:role/media` } }],
      [
        'scheduler:CreateSchedule',
        { asked: { target: { roleArn: `arn:aws:iam::${OWN}:role/s` }, name: `s${day}` } },
      ],
      ['airflow:CreateCliToken', { asked: { name: 'w' } }],
      ['s3:GetObject', { asked: { bucketName: 'settings', key: 'app/.env' } }],
    ]),
  'a watcher of posture that reads in all regions': (day, at) =>
    times(2, (each) =>
      ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-1', 'sa-east-1'].flatMap(
        (region, place) =>
          run(at + each * 720 + place * 10, { from: '34.80.9.9', agent: PYTHON, region }, [
            'sts:GetCallerIdentity',
            'iam:GetAccountAuthorizationDetails',
            'iam:GetCredentialReport',
            'iam:ListUsers',
            ...times(14, (number): Step => ['s3:GetBucketAcl', { asked: { bucketName: `b${number}` } }]),
            ...times(9, (number): Step => [
              'lambda:GetFunction20150331v2',
              { asked: { functionName: `f${number}` } },
            ]),
            ...times(6, (number): Step => [
              'ec2:DescribeInstanceAttribute',
              { asked: { attribute: 'userData', instanceId: `i-${day}-${number}` } },
            ]),
            'guardduty:ListDetectors',
            'cloudtrail:DescribeTrails',
            'ses:GetSendQuota',
            'bedrock:GetModelInvocationLoggingConfiguration',
            ['organizations:ListAccounts', denied],
          ]),
      ),
    ).flat(),
  'an operator with shells and new keys': (day, at) =>
    isWorkday(day)
      ? run(at + 9 * 60 + some(300), { from: '93.184.10.40' }, [
          'sts:GetCallerIdentity',
          ['ssm:StartSession', { asked: { target: `i-${some(30)}` } }],
          ['ecs:ExecuteCommand', { asked: { cluster: 'c' } }],
          ['iam:CreateAccessKey', { asked: { userName: `program-${day}` } }],
        ])
      : [],
};

function judge(records: readonly RawRecord[]): readonly Signal[] {
  const reader = new RecordReader(isWanted);
  const detector = new Detector({ lookUp });
  return records.flatMap((raw) => {
    const event = reader.read(raw);
    return event === null ? [] : detector.judge(event);
  });
}

const isLoud = ({ severity }: Signal): boolean => isAtLeast(severity, 'medium');
const startOf = (records: readonly RawRecord[]): number => Date.parse(String(records[0]?.['eventTime']));

describe.each(Object.entries(STREAMS))('%s', (_, work) => {
  const records = times(DAYS, (day) => work(day, day * DAY)).flat();
  const thief = run(DAYS * DAY, { from: '185.220.101.55', agent: 'aws-cli/2.15.0 Python/3.11.6' }, [
    'sts:GetCallerIdentity',
    'iam:ListUsers',
    'iam:GetLoginProfile',
    's3:ListBuckets',
    ['iam:CreateAccessKey', { asked: { userName: 'owner' } }],
  ]);
  const signals = judge([...records, ...thief]);
  const stolenAt = startOf(thief);

  it('is quiet once it is known', () => {
    const known = startOf(records) + LEARNING * DAY * 60_000;
    const after = signals.filter(({ at }) => (at ?? 0) >= known && (at ?? 0) < stolenAt);
    const weeks = (DAYS - LEARNING) / 7;
    expect(after.filter(isLoud).map(({ rule, eventTime }) => `${eventTime} ${rule}`)).toEqual([]);
    expect(after.length).toBeLessThanOrEqual(2 * weeks);
  });

  it('does not hide a thief', () => {
    const caught = signals.filter((signal) => (signal.at ?? 0) >= stolenAt && isLoud(signal));
    expect(caught.length).toBeGreaterThan(0);
  });
});

describe('a thief who calls himself the tool of the key', () => {
  it('is seen, however many calls he makes first', () => {
    const work = STREAMS['an infrastructure tool that sets up environments'];
    const known = times(DAYS, (day) => work?.(day, day * DAY) ?? []).flat();
    const thief = run(DAYS * DAY, { from: '185.220.101.55', agent: TERRAFORM }, [
      ...times(40, (): Step => 'ec2:DescribeVpcs'),
      [
        'iam:AttachRolePolicy',
        { asked: { roleName: 'mine', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
      ],
    ]);
    const taken = thief.at(-1)?.['eventID'];
    const found = judge([...known, ...thief]).filter(({ eventID }) => eventID === taken);
    expect(found.map(({ rule }) => rule)).toContain('administrator-rights-given');
  });
});

describe('a thief among the runners of a cloud', () => {
  const runs = (day: number): readonly RawRecord[] =>
    times(4, (each) =>
      run(day * DAY + each * 200, { from: `20.7.${(day * 17 + each * 41) % 256}.9` }, [
        'sts:GetCallerIdentity',
        'ecr:GetAuthorizationToken',
        'ecs:DescribeServices',
        'ecs:UpdateService',
        's3:PutObject',
      ]),
    ).flat();

  it('is seen by what the key never did, though he comes from where it does, with its program', () => {
    const known = times(14, runs).flat();
    const thief = run(14 * DAY, { from: '20.7.250.77' }, [
      'kendra:Query',
      'sqs:ListQueues',
      'sns:ListTopics',
      'rds:DescribeDBInstances',
    ]);
    const found = judge([...known, ...thief]).filter(({ at }) => (at ?? 0) >= startOf(thief));
    expect(found.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(
      expect.arrayContaining(['service-new low', 'account-explored medium']),
    );
  });
});

describe('a job of each quarter', () => {
  it('wakes without noise', () => {
    const quarters = times(4, (quarter) =>
      times(3, (day) =>
        run((quarter * 92 + day) * DAY, { from: '3.80.5.5', agent: PYTHON }, [
          's3:ListBuckets',
          ...times(15, (each): Step => [
            's3:GetObject',
            { asked: { bucketName: 'books', key: `q${quarter}-${each}` } },
          ]),
          'ce:GetCostAndUsage',
          's3:PutObject',
        ]),
      ).flat(),
    ).flat();
    expect(judge(quarters).filter(isLoud)).toEqual([]);
  });
});

describe('a developer who travels', () => {
  it('is not taken for a thief in every hotel', () => {
    const places = ['87.140.12.1', '93.184.10.20', '87.140.90.2'];
    const days = times(DAYS, (day) => {
      const from = day < 20 ? (places[day % 3] ?? '') : day < 25 ? '62.23.4.5' : '81.2.3.4';
      return run(day * DAY + 9 * 60, { from }, [
        'sts:GetCallerIdentity',
        's3:ListBuckets',
        's3:GetObject',
        'logs:FilterLogEvents',
        'ecs:UpdateService',
        ['iam:ListUsers', denied],
      ]);
    }).flat();
    const settled = judge(days).filter(({ at }) => (at ?? 0) > startOf(days) + LEARNING * DAY * 60_000);
    // The first country is news; the next are not.
    expect(settled.filter(isLoud).map(({ rule }) => rule)).toEqual(['country-new']);
    expect(settled.length).toBeLessThanOrEqual(4);
  });
});
