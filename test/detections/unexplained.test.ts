// What is a trifle when a key is known for it, and has no explanation when nobody knows the key, or knows it for one
// job: medium there, and no more than low where the key works widely, or where a tool for infrastructure does it.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { ALICE_KEY, FOREIGN, OWN, call, history, ordinary, policy } from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';

type Step = readonly [action: string, asked?: unknown];

const PROGRAM = { agent: 'vbq-11/3.2' };
const TOOL = { agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io)' };
const LIBRARY = { agent: 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux' };
const steps = (all: readonly Step[], common = PROGRAM): RawRecord[] =>
  all.map(([action, asked], each) => call(action, { ...common, asked, minute: each / 4 }));
const many = (count: number, make: (each: number) => Step): Step[] =>
  Array.from({ length: count }, (_, each) => make(each));
const items = (...ids: readonly string[]) => ({ items: ids.map((instanceId) => ({ instanceId })) });
const record = (type: string, value: string) => ({
  hostedZoneId: 'Z',
  changeBatch: {
    changes: [
      { action: 'UPSERT', resourceRecordSet: { name: 'a.example.com.', type, resourceRecords: [{ value }] } },
    ],
  },
});
const letIn = (cidrIp: string, port: number) => ({
  groupId: 'sg-1',
  ipPermissions: { items: [{ fromPort: port, toPort: port, ipRanges: { items: [{ cidrIp }] } }] },
});

/** Trifles: each alone is medium only where it has no explanation. */
const TRIFLES: Readonly<Record<string, readonly Step[]>> = {
  'a table deleted': [['dynamodb:DeleteTable', { tableName: 't' }]],
  'a zone of names deleted': [['route53:DeleteHostedZone', { id: 'Z' }]],
  'a table of a service nobody listed': [['timestream:DeleteTable', { tableName: 't' }]],
  'a cache deleted': [['elasticache:DeleteReplicationGroup', { replicationGroupId: 'r' }]],
  'somebody’s machine ended': [['ec2:TerminateInstances', { instancesSet: items('i-1') }]],
  'an image taken away': [['ec2:DeregisterImage', { imageId: 'ami-1' }]],
  'a user made': [['iam:CreateUser', { userName: 'helper' }]],
  'a user in a group': [['iam:AddUserToGroup', { userName: 'bob', groupName: 'readers' }]],
  'a policy off a role': [['iam:DetachRolePolicy', { roleName: 'app', policyArn: 'p' }]],
  'a password taken away': [['iam:DeleteLoginProfile', { userName: 'bob' }]],
  'a login for machines': [['ec2:CreateKeyPair', { keyName: 'k' }]],
  'a certificate for things': [['iot:CreateKeysAndCertificate', { setAsActive: true }]],
  'alarms that call nobody': [['monitoring:DisableAlarmActions', { alarmNames: ['load'] }]],
  'a rule without receivers': [['events:RemoveTargets', { rule: 'nightly', ids: ['1'] }]],
  'access logs off': [['s3:PutBucketLogging', { bucketName: 'b', BucketLoggingStatus: {} }]],
  'a machine that may be ended': [
    ['ec2:ModifyInstanceAttribute', { instanceId: 'i-1', disableApiTermination: { value: false } }],
  ],
  'a database that may be deleted': [
    ['rds:ModifyDBInstance', { dBInstanceIdentifier: 'd', deletionProtection: false }],
  ],
  'tags of images that may change': [
    ['ecr:PutImageTagMutability', { repositoryName: 'r', imageTagMutability: 'MUTABLE' }],
  ],
  'a template for machines': [
    [
      'ec2:CreateLaunchTemplateVersion',
      { CreateLaunchTemplateVersionRequest: { LaunchTemplateData: { ImageId: 'ami-9' } } },
    ],
  ],
  'an export of a service nobody listed': [['healthlake:StartFHIRExportJob', {}]],
  'a role whose sessions last longer': [['iam:UpdateRole', { roleName: 'r', maxSessionDuration: 43_200 }]],
  'a user of a broker': [['mq:CreateUser', { brokerId: 'b', username: 'x' }]],
  'what finds odd numbers': [['monitoring:DeleteAnomalyDetector', {}]],
  'an interface deleted': [['apigateway:DeleteRestApi', { restApiId: 'r' }]],
  'text messages asked about': [['sns:GetSMSAttributes']],
  'an application for single sign-on': [['sso:CreateApplication', { name: 'a' }]],
  'a way from a network to others': [
    ['ec2:CreateTransitGatewayVpcAttachment', { CreateTransitGatewayVpcAttachmentRequest: {} }],
  ],
};

/** What is told of only where it has no explanation. */
const ODDITIES: Readonly<Record<string, readonly Step[]>> = {
  'steps for a cluster': [['elasticmapreduce:AddJobFlowSteps', { jobFlowId: 'j-1' }]],
  'a new version on all machines': [['codedeploy:CreateDeployment', { applicationName: 'web' }]],
  'a workflow rewritten': [['states:UpdateStateMachine', { stateMachineArn: 'm', definition: 'HIDDEN' }]],
  'a function’s variables': [
    ['lambda:UpdateFunctionConfiguration20150331v2', { functionName: 'f', environment: {} }],
  ],
  'a release waved through': [['codepipeline:PutApprovalResult', { result: { status: 'Approved' } }]],
  'a file put into a repository': [['codecommit:PutFile', { repositoryName: 'infra' }]],
  'a login of a warehouse': [['redshift-serverless:GetCredentials', { workgroupName: 'w' }]],
  'names inside led elsewhere': [
    ['route53resolver:CreateResolverRule', { targetIps: [{ ip: '203.0.113.9' }] }],
  ],
  'all machines started anew': [['autoscaling:StartInstanceRefresh', { autoScalingGroupName: 'g' }]],
  'stacks in all accounts': [['cloudformation:CreateStackInstances', { stackSetName: 's' }]],
  'a script of a service nobody listed': [['gamelift:UpdateScript', { scriptId: 's' }]],
  'a name led to a machine': [['route53:ChangeResourceRecordSets', record('A', '203.0.113.9')]],
  'the mail led elsewhere': [['route53:ChangeResourceRecordSets', record('MX', '10 mx.example.net.')]],
  'visitors sent elsewhere': [
    [
      'elasticloadbalancing:ModifyListener',
      { defaultActions: [{ type: 'redirect', redirectConfig: { host: 'example.net' } }] },
    ],
  ],
  'one outsider let in': [['ec2:AuthorizeSecurityGroupIngress', letIn('203.0.113.9/32', 22)]],
  'a way to everywhere': [['ec2:CreateRoute', { destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'n' }]],
  'a service halted': [['ecs:UpdateService', { service: 'web', desiredCount: 0 }]],
  'a function that may not run': [
    ['lambda:PutFunctionConcurrency20171031', { functionName: 'f', reservedConcurrentExecutions: 0 }],
  ],
  'a site switched off': [
    ['cloudfront:UpdateDistribution2020_05_31', { distributionConfig: { enabled: false } }],
  ],
  'a network cut off': [['ec2:DetachInternetGateway', { vpcId: 'v' }]],
  'a database with another login': [
    ['rds:ModifyDBInstance', { dBInstanceIdentifier: 'd', enableIAMDatabaseAuthentication: true }],
  ],
  'all that Config knows': [['config:SelectResourceConfig', { expression: 'SELECT *' }]],
  'secrets listed, and one read': [
    ['secretsmanager:ListSecrets'],
    ['secretsmanager:GetSecretValue', { secretId: 'prod/db' }],
  ],
  'functions listed, and three looked into': [
    ['lambda:ListFunctions20150331'],
    ...many(3, (each): Step => ['lambda:GetFunction20150331v2', { functionName: `f${each}` }]),
  ],
  'repositories listed, and cloned': [
    ['codecommit:ListRepositories'],
    ...many(3, (each): Step => ['ecr:BatchGetImage', { repositoryName: `r${each}` }]),
    ['ecr:DescribeRepositories'],
    ...many(3, (each): Step => ['ecr:BatchGetImage', { repositoryName: `s${each}` }]),
  ],
  'buckets listed, and their settings': [
    ['s3:ListBuckets'],
    ...many(3, (each): Step => ['s3:GetBucketPolicy', { bucketName: `b${each}` }]),
  ],
  'the keys of one user after the other': [
    ['iam:ListUsers'],
    ...many(3, (each): Step => ['iam:ListAccessKeys', { userName: `u${each}` }]),
  ],
  'the accounts of the company': [
    ['organizations:ListAccounts'],
    ['organizations:ListDelegatedAdministrators'],
  ],
  'a look into each of four services': [
    ['ec2:DescribeInstances'],
    ['lambda:ListFunctions20150331'],
    ['rds:DescribeDBInstances'],
    ['eks:ListClusters'],
  ],
  'where secrets lie': [['secretsmanager:ListSecrets'], ['ssm:DescribeParameters'], ['kms:ListKeys']],
  'the start scripts of two machines': many(2, (each) => [
    'ec2:DescribeInstanceAttribute',
    { attribute: 'userData', instanceId: `i-${each}` },
  ]),
  'a cluster of one’s own': [
    ['ecs:CreateCluster', { clusterName: 'c' }],
    ['ecs:RunTask', { taskDefinition: 't' }],
  ],
  'a machine from an image of another': [
    ['ec2:CreateImage', { instanceId: 'i-1' }],
    ['ec2:RunInstances', { instancesSet: { items: [{ imageId: 'ami-1' }] } }],
  ],
};

/** On any key, by hand. */
const PLAIN: Readonly<Record<string, readonly Step[]>> = {
  'the receivers of a guard’s rule': [['events:RemoveTargets', { rule: 'guardduty-to-chat', ids: ['1'] }]],
  'the connections of a data base, with passwords': [['glue:GetConnections', { hidePassword: false }]],
  'the master of a search domain': [
    ['es:UpdateDomainConfig', { advancedSecurityOptions: { masterUserOptions: { masterUserName: 'x' } } }],
  ],
  'a plan whose backups end tomorrow': [
    ['backup:UpdateBackupPlan', { backupPlan: { rules: [{ lifecycle: { deleteAfterDays: 1 } }] } }],
  ],
  'what cannot be handled, led to a neighbour': [
    [
      'sqs:SetQueueAttributes',
      { attributes: { RedrivePolicy: `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:${FOREIGN}:q"}` } },
    ],
  ],
  'what a secret was before': [['ssm:GetParameterHistory', { name: '/db', withDecryption: true }]],
  'the people of an application': [
    ['cognito-idp:ListUserPools'],
    ['cognito-idp:ListUsers', { userPoolId: 'u' }],
  ],
  'the first disk of a machine': [['ec2:CreateReplaceRootVolumeTask', {}]],
  'old versions deleted for good': many(10, (each) => [
    's3:DeleteObject',
    { bucketName: 'b', key: `k${each}`, versionId: 'v' },
  ]),
  'a bucket whose list lets somebody in': [
    ['s3:PutBucketAcl', { bucketName: 'b', accessControlList: { 'x-amz-grant-read': 'id=0123abcd' } }],
  ],
  'a way into a bucket for a neighbour': [
    [
      's3:PutAccessPointPolicy',
      {
        name: 'p',
        PutAccessPointPolicyRequest: { Policy: policy({ Principal: { AWS: FOREIGN }, Action: 's3:*' }) },
      },
    ],
  ],
  'a role for all who know a word': [
    [
      'iam:CreateRole',
      {
        roleName: 'r',
        assumeRolePolicyDocument: policy({
          Principal: { AWS: '*' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
        }),
      },
    ],
  ],
  'a bucket for nobody but oneself': [
    [
      's3:PutBucketPolicy',
      {
        bucketName: 'b',
        bucketPolicy: {
          Statement: [
            { Effect: 'Deny', NotPrincipal: { AWS: `arn:aws:iam::${OWN}:user/alice` }, Action: 's3:*' },
          ],
        },
      },
    ],
  ],
  'a call without a login': [
    [
      'apigateway:UpdateMethod',
      { updateMethodInput: { patchOperations: [{ path: '/authorizationType', value: 'NONE' }] } },
    ],
  ],
  'an interface without a log': [
    [
      'apigateway:UpdateStage',
      {
        updateStageInput: {
          patchOperations: [{ op: 'replace', path: '/*/*/logging/loglevel', value: 'OFF' }],
        },
      },
    ],
  ],
  'a role inside an interface': [
    ['apigateway:PutIntegration', { putIntegrationInput: { credentials: `arn:aws:iam::${OWN}:role/admin` } }],
  ],
  'people who need no second factor': [['cognito-idp:SetUserPoolMfaConfig', { mfaConfiguration: 'OFF' }]],
  'an object that may be deleted again': [['s3:PutObjectLegalHold', { LegalHold: { Status: 'OFF' } }]],
  'a gate to AWS for all': [['ec2:ModifyVpcEndpoint', { ModifyVpcEndpointRequest: { ResetPolicy: true } }]],
};

function judge(records: readonly RawRecord[], learned: readonly RawRecord[] = []): readonly Signal[] {
  const [reader, detector] = [new RecordReader(isWanted), new Detector()];
  const read = (raw: RawRecord) => reader.read(raw) ?? [];
  for (const event of learned.flatMap(read)) detector.learn(event);
  return records
    .flatMap(read)
    .flatMap((event) => detector.judge(event))
    .filter(({ severity, accessKeyId }) => isAtLeast(severity, 'medium') && accessKeyId === ALICE_KEY);
}

/** Two weeks of a person who works with much: more calls than a program of one job makes. */
const WIDE = history(
  12,
  'ec2 rds lambda s3 sns sqs ecs eks kms logs route53 glue athena events dynamodb iam states ssm batch ses ecr iot config'
    .split(' ')
    .flatMap((service) => [`${service}:ListThings`, `${service}:UpdateThing`]),
  PROGRAM,
);

describe('on a key nobody saw before', () => {
  it.each(Object.entries({ ...TRIFLES, ...ODDITIES, ...PLAIN }))('%s', (_, all) => {
    expect(judge(steps(all)).length).toBeGreaterThan(0);
  });

  it.each([
    ['who it is, then its buckets', steps([['sts:GetCallerIdentity'], ['s3:ListBuckets']])],
    [
      'who it is, and rights it does not have',
      [
        call('sts:GetCallerIdentity', PROGRAM),
        call('iam:ListUsers', { ...PROGRAM, error: 'AccessDenied', minute: 1 }),
      ],
    ],
    [
      'one secret after the other, refused',
      ['a', 'b', 'c'].map((secretId, minute) =>
        call('secretsmanager:GetSecretValue', {
          ...PROGRAM,
          asked: { secretId },
          error: 'AccessDenied',
          minute,
        }),
      ),
    ],
    ['a key for oneself', steps([['iam:CreateAccessKey']])],
    ['the password of a machine', steps([['ec2:GetPasswordData', { instanceId: 'i-1' }]])],
  ])('%s, as the first that is seen of it', (_, records) => {
    expect(judge(records).length).toBeGreaterThan(0);
  });
});

describe('on a key that works with files, by its own program', () => {
  it.each(Object.entries({ ...TRIFLES, ...ODDITIES }))('%s', (_, all) => {
    expect(judge(steps(all, LIBRARY), ordinary(12)).length).toBeGreaterThan(0);
  });
});

describe('on a key that works widely', () => {
  it.each(Object.entries({ ...TRIFLES, ...ODDITIES }))('%s, without a word above low', (_, all) => {
    expect(judge(steps(all), WIDE)).toEqual([]);
  });
});

describe('by a tool for infrastructure', () => {
  it.each(Object.entries({ ...TRIFLES, ...ODDITIES }))('%s, without a word above low', (_, all) => {
    expect(judge(steps(all, TOOL))).toEqual([]);
  });
});

describe('on a key of one job, where it always works', () => {
  const role = (name: string) => `arn:aws:iam::${OWN}:role/${name}`;
  const job = history(
    12,
    [...many(5, () => ['glue:GetJobRun']), ...many(2, () => ['glue:UpdateJob'])].map(([action]) => action),
    { ...LIBRARY, asked: { jobName: 'j', jobUpdate: { role: role('etl') } } },
  );
  const databases = history(
    12,
    [
      'rds:DescribeDBInstances',
      'rds:CreateDBSnapshot',
      ...many(4, () => ['rds:ListTagsForResource']).map(([action]) => action),
    ],
    LIBRARY,
  );
  const looks = [
    'lambda:ListFunctions',
    'sns:ListTopics',
    'kinesis:ListStreams',
    'elasticache:DescribeCacheClusters',
  ];

  it.each<readonly [string, readonly RawRecord[], readonly Step[]]>([
    ['one more job with the role it always hands on', job, [['glue:CreateJob', { role: role('etl') }]]],
    [
      'one more change of its trade',
      databases,
      [
        ['rds:CopyDBSnapshot', {}],
        ['rds:ModifyDBParameterGroup', {}],
      ],
    ],
    ['three looks at something new', ordinary(12), looks.slice(1).map((action): Step => [action])],
  ])('%s, without a word above low', (_, learned, all) => {
    expect(judge(steps(all, LIBRARY), learned)).toEqual([]);
  });

  it.each<readonly [string, readonly RawRecord[], readonly Step[]]>([
    ['a job with another role', job, [['glue:CreateJob', { role: role('admin') }]]],
    ['a change of another trade', databases, [['iam:CreateGroup', {}]]],
    ['four looks at something new', ordinary(12), looks.map((action): Step => [action])],
  ])('%s', (_, learned, all) => {
    expect(judge(steps(all, LIBRARY), learned).length).toBeGreaterThan(0);
  });

  it.each<readonly [string, readonly Step[]]>([
    ['looks into what the key never used', [['dynamodb:ListTables']]],
    [
      'asks who it is, and goes on to what the key never used',
      [['sts:GetCallerIdentity'], ['logs:GetLogEvents']],
    ],
  ])('another program %s', (_, all) => {
    expect(judge(steps(all), ordinary(12)).length).toBeGreaterThan(0);
  });
});

describe('what programs do on their first day', () => {
  it.each<readonly [string, readonly Step[]]>([
    ['the proof for a certificate', [['route53:ChangeResourceRecordSets', record('TXT', '"t"')]]],
    ['a name of AWS', [['route53:ChangeResourceRecordSets', record('CNAME', 'a.elb.amazonaws.com')]]],
    [
      'a table made and deleted, as tests do',
      [
        ['dynamodb:CreateTable', { tableName: 't' }],
        ['dynamodb:DeleteTable', { tableName: 't' }],
      ],
    ],
    ['a name of the own domain', [['route53:ChangeResourceRecordSets', record('CNAME', 'app.example.com')]]],
    ['a name inside', [['route53:ChangeResourceRecordSets', record('A', '10.0.0.7')]]],
    ['a port for the own network', [['ec2:AuthorizeSecurityGroupIngress', letIn('10.0.0.7/32', 5432)]]],
    ['the web for one', [['ec2:AuthorizeSecurityGroupIngress', letIn('203.0.113.9/32', 443)]]],
    [
      'a disk made and deleted',
      [
        ['ec2:CreateVolume', { size: 8 }],
        ['ec2:DeleteVolume', { volumeId: 'v' }],
      ],
    ],
    [
      'machines started and ended',
      [
        ['ec2:RunInstances', {}],
        ['ec2:TerminateInstances', { instancesSet: items('i-1') }],
      ],
    ],
    [
      'a new image, and the old one taken away',
      [
        ['ec2:CopyImage', {}],
        ['ec2:DeregisterImage', { imageId: 'old' }],
      ],
    ],
    [
      'an image pushed and pulled',
      [
        ['ecr:GetAuthorizationToken'],
        ['ecr:PutImage', { repositoryName: 'a' }],
        ...many(4, (each): Step => ['ecr:BatchGetImage', { repositoryName: `r${each}` }]),
      ],
    ],
    ['its own connections', [['glue:GetConnections', { hidePassword: true }]]],
    ['a login to its images', [['ecr:GetAuthorizationToken'], ['codeartifact:GetAuthorizationToken']]],
    [
      'people of an application',
      [
        ['cognito-idp:AdminCreateUser', {}],
        ['cognito-idp:AdminResetUserPassword', {}],
      ],
    ],
    [
      'what cannot be handled, led to its other queue',
      [
        [
          'sqs:SetQueueAttributes',
          { attributes: { RedrivePolicy: `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:${OWN}:q"}` } },
        ],
      ],
    ],
    ['its own secret', [['secretsmanager:GetSecretValue', { secretId: 'app' }]]],
    ['a service scaled', [['ecs:UpdateService', { service: 'web', desiredCount: 4 }]]],
    ['a deployment of an interface', [['apigateway:CreateDeployment', { restApiId: 'r' }]]],
    ['its own buckets looked at', many(4, (each) => ['s3:GetBucketPolicy', { bucketName: `b${each}` }])],
  ])('%s, without a word above low', (_, all) => {
    expect(judge(steps(all))).toEqual([]);
  });
});

describe('on a key that nobody settled', () => {
  const letSelfIn = (hour: number) =>
    call('ec2:AuthorizeSecurityGroupIngress', {
      ...PROGRAM,
      asked: letIn(`203.0.113.${hour}/32`, 22),
      minute: 60 * hour,
    });

  it('tells once of a runner that lets itself in', () => {
    expect(judge([1, 5, 9, 30].map(letSelfIn))).toHaveLength(1);
  });

  it('takes a job of each week for what it is, after a week, and not from elsewhere', () => {
    const seldom = { ...LIBRARY, from: '198.51.100.7' };
    const weeks = [-21, -14, -7].flatMap((day) =>
      ['ec2:DescribeImages', 'ec2:DescribeSnapshots'].map((action) =>
        call(action, { ...seldom, minute: day * 24 * 60 }),
      ),
    );
    const taken = (from: string) =>
      judge([call('ec2:DeregisterImage', { ...seldom, from, asked: { imageId: 'a' } })], weeks);
    expect(taken('198.51.100.7')).toEqual([]);
    expect(taken('203.0.113.7').map(({ rule }) => rule)).toContain('backups-destroyed');
  });

  it('does not take what a tool made for what another program may delete', () => {
    const made = steps([['dynamodb:CreateTable', { tableName: 't' }]], TOOL);
    expect(judge([...made, ...steps([['dynamodb:DeleteTable', { tableName: 't' }]])])).not.toEqual([]);
  });
});
