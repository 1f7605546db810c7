// What few programs ever do, in services that few use, or what gives itself away by what it asks for: medium at least on
// a key that nobody saw before. And what keeps that from becoming noise in the first week of an ordinary key.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import {
  ALICE_KEY,
  FOREIGN,
  OWN,
  call,
  history,
  ordinary,
  policy,
  type ExampleCall,
} from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';

type Step = readonly [action: string, asked?: unknown];

const LIBRARY = { agent: 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux' };
const TOOL = { agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io)' };
const steps = (all: readonly Step[], common: ExampleCall = LIBRARY): RawRecord[] =>
  all.map(([action, asked], each) =>
    call(action, { ...common, asked, minute: (common.minute ?? 0) + each / 4 }),
  );
const many = (count: number, make: (each: number) => Step): Step[] =>
  Array.from({ length: count }, (_, each) => make(each));
const denyAll = { networkAclId: 'a', ruleAction: 'deny', cidrBlock: '0.0.0.0/0', egress: false };

/** Changes, in services that few programs work with; also medium for a key of another job. */
const CHANGES: Readonly<Record<string, readonly Step[]>> = {
  'a render farm': [['deadline:CreateFarm', { displayName: 'f' }]],
  'servers for games': [['gamelift:CreateFleet', { eC2InstanceType: 'c5.4xlarge' }]],
  'a contact at a satellite': [['groundstation:ReserveContact', { groundStation: 'g' }]],
  'a flow of calls rewritten': [['connect:UpdateContactFlowContent', { contactFlowId: 'f' }]],
  'a plan for incidents deleted': [['ssm-incidents:DeleteResponsePlan', { arn: 'p' }]],
  'notices nobody gets': [['notifications:DeleteNotificationConfiguration', { arn: 'n' }]],
  'a second factor of a directory': [['ds:DisableRadius', { directoryId: 'd' }]],
  'tags taken off what they protect': [['tagging:UntagResources', { resourceARNList: ['a'] }]],
  'a network of networks': [['networkmanager:CreateCoreNetwork', { globalNetworkId: 'g' }]],
  'signatures revoked': [['signer:RevokeSigningProfile', { profileName: 'p' }]],
  'who is let in by a rule of an application': [['verifiedpermissions:DeletePolicy', { policyId: 'p' }]],
  'a graph for the internet': [['neptune-graph:UpdateGraph', { publicConnectivity: true }]],
  'reports for the internet': [['quicksight:UpdatePublicSharingSettings', { publicSharingEnabled: true }]],
  'an application for everybody': [
    ['serverlessrepo:PutApplicationPolicy', { statements: [{ principals: ['*'], actions: ['Deploy'] }] }],
  ],
  'data of a search collection for itself': [
    ['aoss:CreateAccessPolicy', { policy: [{ Principal: [`arn:aws:iam::${OWN}:user/alice`] }] }],
  ],
  'security logs for a subscriber': [
    ['securitylake:CreateSubscriber', { subscriberIdentity: { principal: FOREIGN } }],
  ],
  'metrics for another account': [
    ['oam:CreateLink', { sinkIdentifier: `arn:aws:oam:us-east-1:${FOREIGN}:sink/1` }],
  ],
  'a data grant': [['dataexchange:CreateDataGrant', { receiverPrincipal: FOREIGN }]],
  'code of another account in a conversation': [
    ['lex:UpdateBotAlias', { settings: { lambdaARN: `arn:aws:lambda:us-east-1:${FOREIGN}:function:x` } }],
  ],
  'a table whose rows end now': [
    ['dynamodb:UpdateTimeToLive', { tableName: 't', timeToLiveSpecification: { enabled: true } }],
  ],
  'a way to call out': [['apigateway:UpdateAuthorizer', { authorizerId: 'a' }]],
  'a tool’s hands changed': [['bedrock:UpdateAgentActionGroup', { agentId: 'a' }]],
  'a connection to where code lies': [['codestar-connections:CreateConnection', { providerType: 'GitHub' }]],
  'all that comes turned away': [['ec2:ReplaceNetworkAclEntry', denyAll]],
  'the way out cut': [['ec2:DeleteRoute', { routeTableId: 'r', destinationCidrBlock: '0.0.0.0/0' }]],
  'addresses given back': [['ec2:ReleaseAddress', { allocationId: 'e' }]],
};

/** What gives itself away by what it asks for, or by what it comes after. */
const SHAPES: Readonly<Record<string, readonly Step[]>> = {
  'a stack that makes roles': [['cloudformation:CreateStack', { capabilities: ['CAPABILITY_NAMED_IAM'] }]],
  'a boundary that allows everything': [
    [
      'iam:PutRolePermissionsBoundary',
      { roleName: 'r', permissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ],
  ],
  'trust in the programs of a stranger': [
    [
      'iam:UpdateAssumeRolePolicy',
      {
        roleName: 'ci',
        policyDocument: policy({
          Principal: { Federated: `arn:aws:iam::${OWN}:oidc-provider/token.actions.githubusercontent.com` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:stranger/*' } },
        }),
      },
    ],
  ],
  'an administrator of an application': [
    ['cognito-idp:AdminAddUserToGroup', { username: 'h', groupName: 'admins' }],
  ],
  'packets that match no rule': [
    ['network-firewall:UpdateFirewallPolicy', { firewallPolicy: { statelessDefaultActions: ['aws:pass'] } }],
  ],
  'a part of the calls led to another version': [
    ['lambda:UpdateAlias20150331', { routingConfig: { additionalVersionWeights: { 9: 0.05 } } }],
  ],
  'a site fetched from elsewhere': [
    [
      'cloudfront:UpdateDistribution2020_05_31',
      { distributionConfig: { enabled: true, origins: { items: [{ domainName: 'a.example.net' }] } } },
    ],
  ],
  'thousands of jobs': [['batch:SubmitJob', { jobName: 'j', arrayProperties: { size: 5_000 } }]],
  'capacity nobody pays for by chance': [
    ['lambda:PutProvisionedConcurrencyConfig20190930', { provisionedConcurrentExecutions: 900 }],
  ],
  'the screen of a machine': [['ec2:GetConsoleScreenshot', { instanceId: 'i-1' }]],
  'templates listed, then read': [
    ['ec2:DescribeLaunchTemplates'],
    ...many(2, (each): Step => [
      'ec2:DescribeLaunchTemplateVersions',
      { DescribeLaunchTemplateVersionsRequest: { LaunchTemplateId: `lt-${each}` } },
    ]),
  ],
  'services listed, then looked into for variables': [
    ['apprunner:ListServices'],
    ...many(2, (each): Step => ['apprunner:DescribeService', { serviceArn: `s${each}` }]),
  ],
  'runs of workflows read, after a list': [
    ['states:ListExecutions', { stateMachineArn: 'm' }],
    ...many(3, (each): Step => ['states:GetExecutionHistory', { executionArn: `e${each}` }]),
  ],
  'a secret of another account': [
    ['secretsmanager:GetSecretValue', { secretId: `arn:aws:secretsmanager:us-east-1:${FOREIGN}:secret:db` }],
  ],
  'whose key this is': [['sts:GetAccessKeyInfo', { accessKeyId: 'AKIAIOSFODNN7OTHER00' }]],
  'rights tried on paper': many(3, (each) => [
    'iam:SimulatePrincipalPolicy',
    { policySourceArn: `r${each}` },
  ]),
  'traces looked for': [['cloudtrail:LookupEvents'], ['cloudtrail:DescribeTrails']],
  'one service gone through': ['NotebookInstances', 'Domains', 'Endpoints', 'Models'].map((each) => [
    `sagemaker:List${each}`,
  ]),
  'snapshots it never made': many(3, (each) => ['ec2:DeleteSnapshot', { snapshotId: `s${each}` }]),
};

const reader = new RecordReader(isWanted);
const read = (raw: RawRecord) => reader.read(raw) ?? [];

function judge(records: readonly RawRecord[], learned: readonly RawRecord[] = []): readonly Signal[] {
  const detector = new Detector();
  for (const event of learned.flatMap(read)) detector.learn(event);
  return records
    .flatMap(read)
    .flatMap((event) => detector.judge(event))
    .filter(({ accessKeyId }) => accessKeyId === ALICE_KEY);
}

const isLoud = ({ severity }: Signal): boolean => isAtLeast(severity, 'medium');
const loud = (records: readonly RawRecord[], learned?: readonly RawRecord[]): readonly Signal[] =>
  judge(records, learned).filter(isLoud);

describe('on a key nobody saw before', () => {
  it.each(Object.entries({ ...CHANGES, ...SHAPES }))('%s', (_, all) => {
    expect(loud(steps(all)).length).toBeGreaterThan(0);
  });
});

describe('on a key that works with files, by its own program', () => {
  it.each(Object.entries(CHANGES))('%s', (_, all) => {
    expect(loud(steps(all), ordinary(12)).length).toBeGreaterThan(0);
  });

  it.each<readonly [string, Step]>([
    ['a bucket that tells a function', ['s3:PutBucketNotification', {}]],
    ['an object that may be deleted sooner', ['s3:PutObjectRetention', {}]],
  ])('%s', (_, step) => {
    expect(loud(steps([step]), ordinary(12)).length).toBeGreaterThan(0);
  });

  it.each<readonly [string, Step]>([
    ['a stream to write to', ['kinesis:PutRecords', { streamName: 's' }]],
    ['tags of a bucket', ['s3:PutBucketTagging', { bucketName: 'b' }]],
    ['a job', ['mediaconvert:CancelJob', { id: 'j' }]],
  ])('%s, without a word above low', (_, step) => {
    expect(loud(steps([step]), ordinary(12))).toEqual([]);
  });
});

describe('what programs do on their first day', () => {
  it.each<readonly [string, readonly Step[]]>([
    ['jobs for a render farm', [['deadline:CreateJob', { farmId: 'f' }]]],
    ['documents for a search', [['kendra:BatchPutDocument', { indexId: 'i' }]]],
    ['people that play', [['gamelift:CreateGameSession', {}]]],
    [
      'a service found and lost',
      [['servicediscovery:RegisterInstance'], ['servicediscovery:DeregisterInstance']],
    ],
    [
      'a queue of its own account told',
      [['s3:PutBucketNotification', { Queue: `arn:aws:sqs:us-east-1:${OWN}:q` }]],
    ],
    ['an alias moved', [['lambda:UpdateAlias20150331', { name: 'live', functionVersion: '7' }]]],
    ['groups of an application', [['cognito-idp:AdminAddUserToGroup', { groupName: 'customers' }]]],
    [
      'snapshots, the old ones gone',
      [
        ['ec2:CreateSnapshot', { volumeId: 'v' }],
        ...many(4, (each): Step => ['ec2:DeleteSnapshot', { snapshotId: `s${each}` }]),
      ],
    ],
    ['one address turned away', [['ec2:CreateNetworkAclEntry', { ...denyAll, cidrBlock: '203.0.113.9/32' }]]],
    ['a few jobs', [['batch:SubmitJob', { jobName: 'j', arrayProperties: { size: 20 } }]]],
    [
      'files written, and old ones taken away at once',
      [
        ['s3:PutObject', { bucketName: 'builds', key: 'new.zip' }],
        ['s3:DeleteObjects', { bucketName: 'builds' }],
      ],
    ],
    ['pages of other sites may ask', [['s3:PutBucketCors', { AllowedOrigin: '*', bucketName: 'b' }]]],
    ['a stack without rights', [['cloudformation:CreateStack', { stackName: 's' }]]],
  ])('%s, without a word above low', (_, all) => {
    expect(loud(steps(all))).toEqual([]);
  });

  it.each(Object.entries(CHANGES))('%s by a tool for infrastructure: no unlikely change', (_, all) => {
    expect(judge(steps(all, TOOL)).map(({ rule }) => rule)).not.toContain('unlikely-change');
  });
});

describe('in the first week of a key', () => {
  const daily = (from: string): RawRecord[] =>
    [0, 1, 2].flatMap((day) =>
      steps([['ssm:StartSession', { target: 'i-1' }]], { ...LIBRARY, from, minute: day * 1_440 }),
    );

  it('the same thing from the same place is told of once', () => {
    expect(loud(daily('198.51.100.7'))).toHaveLength(1);
  });

  it('but not who gets a key back', () => {
    const again = [0, 1, 2].flatMap((day) =>
      steps(
        [['iam:UpdateAccessKey', { userName: 'bob', accessKeyId: 'AKIAIOSFODNN7OTHER00', status: 'Active' }]],
        {
          ...LIBRARY,
          minute: day * 90,
        },
      ),
    );
    expect(loud(again)).toHaveLength(3);
  });

  it('but again when it comes from elsewhere', () => {
    const elsewhere = steps([['ssm:StartSession', { target: 'i-1' }]], {
      ...LIBRARY,
      from: '203.0.113.7',
      minute: 3 * 1_440,
    });
    expect(loud([...daily('198.51.100.7'), ...elsewhere]).map(({ address }) => address)).toContain(
      '203.0.113.7',
    );
  });

  it('one look around is told of once, and the rest of it is low', () => {
    const looks = steps([
      ['sts:GetCallerIdentity'],
      ['organizations:ListAccounts'],
      ['organizations:DescribeOrganization'],
      ['iam:ListUsers'],
      ['ec2:DescribeInstances'],
      ['s3:ListBuckets'],
    ]);
    const found = judge(looks);
    expect(found.filter(isLoud)).toHaveLength(1);
    expect(found.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['identities-explored', 'who-am-i-then-look-around', 'account-explored']),
    );
  });

  it('a change is not told of twice, once as itself and once as unlikely', () => {
    const rules = judge(steps([['securityhub:DisableSecurityHub', {}]])).map(({ rule }) => rule);
    expect(rules).toEqual(['security-service-disabled']);
  });

  it('who deploys to one function deploys to others, which is a trifle', () => {
    const deployed = (name: string, minute: number, from = '198.51.100.7'): RawRecord[] =>
      steps([['lambda:UpdateFunctionCode20150331v2', { functionName: name, s3Bucket: 'builds' }]], {
        ...LIBRARY,
        from,
        minute,
      });
    const work = [...deployed('a', 0), ...deployed('b', 90), ...deployed('c', 200)];
    expect(loud(work).map(({ eventTime }) => eventTime)).toEqual(['2026-03-02T09:00:00Z']);
    expect(judge(work)).toHaveLength(3);
    // Nor does the work of one day excuse whoever comes from elsewhere, or goes through all of them.
    expect(loud([...work, ...deployed('d', 300, '203.0.113.7')])).toHaveLength(2);
    expect(loud(['a', 'b', 'c'].flatMap((name, minute) => deployed(name, minute)))).toHaveLength(3);
  });

  it('a trifle that another rule finds in a change does not hide how unlikely it is', () => {
    const role = `arn:aws:iam::${OWN}:role/worker`;
    const found = judge(steps([['deadline:UpdateService', { serviceId: 's', roleArn: role }]]));
    expect(found.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'role-handed-to-service low',
      'unlikely-change medium',
    ]);
  });

  it('a service is told of once a week', () => {
    const changes = steps([['deadline:CreateFarm'], ['deadline:CreateQueue'], ['deadline:UpdateFleet']]);
    expect(loud(changes)).toHaveLength(1);
  });

  it('and a key that is known is no longer asked', () => {
    const known = history(
      12,
      Array.from({ length: 6 }, () => 'deadline:UpdateQueue'),
      LIBRARY,
    );
    const rules = judge(steps([['deadline:CreateFleet']]), known).map(({ rule }) => rule);
    expect(rules).not.toContain('unlikely-change');
  });
});
