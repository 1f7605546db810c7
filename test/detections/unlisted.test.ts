// Attacks that no list named when the rules were made: on services that are new, seldom or spelled in another way. Each
// must be medium at least, on a key nobody ever saw before, and be put down to that key.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { ALICE_KEY, FOREIGN, OWN, call, madeSession, policy } from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';

type Step = readonly [action: string, asked?: unknown];

const PROGRAM = { agent: 'qzv-7f/0.1' };
const ROLE = `arn:aws:iam::${OWN}:role/admin`;
const NEIGHBOUR = `arn:aws:iam::${FOREIGN}:root`;
const steps = (...all: readonly Step[]): RawRecord[] =>
  all.map(([action, asked], each) => call(action, { ...PROGRAM, asked, minute: each / 4 }));
const refused = (...actions: readonly string[]): RawRecord[] =>
  actions.map((action, each) => call(action, { ...PROGRAM, minute: each / 4, error: 'AccessDenied' }));
const many = (count: number, make: (each: number) => Step): Step[] =>
  Array.from({ length: count }, (_, each) => make(each));
const open = (principal: unknown): string => policy({ Principal: principal, Action: '*', Resource: '*' });

const UNLISTED: Readonly<Record<string, readonly RawRecord[]>> = {
  'a pipe between services with a strong role': steps(['pipes:CreatePipe', { name: 'p', roleArn: ROLE }]),
  'a probe of a web site with a strong role': steps([
    'synthetics:CreateCanary',
    { name: 'c', executionRoleArn: ROLE },
  ]),
  'a job changed, its role deep inside': steps([
    'glue:UpdateJob',
    { jobName: 'j', jobUpdate: { role: ROLE } },
  ]),
  'a role for devices': steps(['iot:CreateRoleAlias', { roleAlias: 'r', roleArn: ROLE }]),
  'a workflow that is only tried': steps(['states:TestState', { definition: '{}', roleArn: ROLE }]),
  'a source of data with a role': steps(['appsync:CreateDataSource', { apiId: 'a', serviceRoleArn: ROLE }]),
  'a role of a warehouse': steps(['redshift:ModifyClusterIamRoles', { addIamRoles: [ROLE] }]),
  'a recipe for machines with a strong profile': steps([
    'imagebuilder:CreateInfrastructureConfiguration',
    { instanceProfileName: 'admin' },
  ]),
  'the command line of a workflow service': steps(['airflow:CreateCliToken', { name: 'w' }]),
  'credentials of a cluster': steps(['elasticmapreduce:GetClusterSessionCredentials', { clusterId: 'j' }]),
  'code run by an interpreter that is there': steps(
    ['bedrock-agentcore:StartCodeInterpreterSession', {}],
    ['bedrock-agentcore:InvokeCodeInterpreter', {}],
  ),
  'the administrator of a directory': steps(['ds:ResetUserPassword', { userName: 'Administrator' }]),
  'a cluster of messages opened': steps(['kafka:PutClusterPolicy', { policy: open({ AWS: NEIGHBOUR }) }]),
  'a domain of packages opened': steps([
    'codeartifact:PutDomainPermissionsPolicy',
    { policyDocument: open({ AWS: NEIGHBOUR }) },
  ]),
  'a vault opened, its document in another': steps([
    'glacier:SetVaultAccessPolicy',
    { policy: { policy: open('*') } },
  ]),
  'an image of desks shared': steps([
    'workspaces:UpdateWorkspaceImagePermission',
    { sharedAccountId: FOREIGN },
  ]),
  'a layer for everybody': steps([
    'lambda:AddLayerVersionPermission20181031',
    { layerName: 'l', principal: '*' },
  ]),
  'a stream of a table to a neighbour': steps([
    'dynamodb:EnableKinesisStreamingDestination',
    { tableName: 't', streamArn: `arn:aws:kinesis:us-east-1:${FOREIGN}:stream/s` },
  ]),
  'a bucket that tells a neighbour': steps([
    's3:PutBucketNotification',
    { NotificationConfiguration: { Topic: `arn:aws:sns:us-east-1:${FOREIGN}:t` } },
  ]),
  'a stream posted to somebody': steps([
    'firehose:CreateDeliveryStream',
    { httpEndpointDestinationConfiguration: { endpointConfiguration: { url: 'https://in.example.net/x' } } },
  ]),
  'all programs of a public provider let in': steps([
    'iam:UpdateAssumeRolePolicy',
    {
      roleName: 'ci',
      policyDocument: policy({
        Principal: { Federated: `arn:aws:iam::${OWN}:oidc-provider/token.actions.githubusercontent.com` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*' } },
      }),
    },
  ]),
  'certificates let in': steps([
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'r', policyDocument: open({ Service: 'rolesanywhere.amazonaws.com' }) },
  ]),
  'the whole account let in': steps([
    'iam:UpdateAssumeRolePolicy',
    { roleName: 'r', policyDocument: open({ AWS: `arn:aws:iam::${OWN}:root` }) },
  ]),
  'a role made for oneself': steps([
    'iam:CreateRole',
    { roleName: 'r', assumeRolePolicyDocument: open({ AWS: `arn:aws:iam::${OWN}:user/alice` }) },
  ]),
  'any role handed to a function of one’s own': steps([
    'iam:CreatePolicy',
    { policyName: 'p', policyDocument: policy({ Action: ['iam:PassRole', 'lambda:*'], Resource: '*' }) },
  ]),
  'tags for oneself': steps(['iam:TagUser', { userName: 'alice', tags: [{ key: 'team', value: 'admin' }] }]),
  'a password for oneself': steps(['iam:UpdateLoginProfile', { userName: 'alice' }]),
  'what forbids taken off': steps(['iam:DeleteRolePolicy', { roleName: 'ci', policyName: 'deny-regions' }]),
  'three accounts entered': many(3, (each) => ['', { each }]).map((_, each) =>
    call('sts:AssumeRole', {
      ...PROGRAM,
      asked: { roleArn: `arn:aws:iam::44445555666${each}:role/OrganizationAccountAccessRole` },
      answered: madeSession(`ASIAEXAMPLE00000000${each}`),
      minute: each,
    }),
  ),
  'guards looked at': steps(
    ['guardduty:ListDetectors'],
    ['guardduty:ListMembers'],
    ['guardduty:GetMasterAccount'],
  ),
  'who am I, and who else': steps(['sts:GetCallerIdentity'], ['iam:ListUsers'], ['iam:ListRoles']),
  'secrets listed, then read': steps(
    ['secretsmanager:ListSecrets'],
    ['secretsmanager:GetSecretValue', { secretId: 'a' }],
    ['secretsmanager:GetSecretValue', { secretId: 'b' }],
  ),
  'secrets read by somebody with patience': many(8, (each) => [
    'secretsmanager:GetSecretValue',
    { secretId: `s${each}` },
  ]).map(([action, asked], each) => call(action, { ...PROGRAM, asked, minute: 20 * each })),
  'parameters listed, then read': steps(
    ['ssm:DescribeParameters'],
    ['ssm:GetParameters', { names: ['/a', '/b', '/c'], withDecryption: true }],
  ),
  'a private key in a bucket': steps(['s3:GetObject', { bucketName: 'b', key: 'ops/id_rsa' }]),
  'a disk carried off': steps(
    ['ec2:CreateSnapshot', { volumeId: 'v' }],
    ['ec2:CreateVolume', { snapshotId: 's' }],
    ['ec2:AttachVolume', { volumeId: 'w', instanceId: 'i-9' }],
  ),
  'a machine of one’s own': steps(['ec2:ImportKeyPair', { keyName: 'k' }], ['ec2:RunInstances', {}]),
  'the internet in two halves': steps([
    'ec2:AuthorizeSecurityGroupIngress',
    {
      ipPermissions: {
        items: [
          {
            fromPort: 22,
            toPort: 22,
            ipRanges: { items: [{ cidrIp: '0.0.0.0/1' }, { cidrIp: '128.0.0.0/1' }] },
          },
        ],
      },
    },
  ]),
  'many processors in a few machines': steps([
    'ec2:RunInstances',
    { instanceType: 'c5.4xlarge', instancesSet: { items: [{ minCount: 4, maxCount: 4 }] } },
  ]),
  'graphics cards in a cluster': steps(['eks:CreateNodegroup', { instanceTypes: ['p3.16xlarge'] }]),
  'models looked at': steps(['bedrock:ListFoundationModels'], ['bedrock:GetFoundationModelAvailability']),
  'quota of machines': steps(['servicequotas:RequestServiceQuotaIncrease', { serviceCode: 'ec2' }]),
  'all is well, says the alarm': steps(['monitoring:SetAlarmState', { alarmName: 'root', stateValue: 'OK' }]),
  'findings led to another administrator': steps(['securityhub:AcceptAdministratorInvitation', {}]),
  'a control of the landing zone off': steps(['controltower:DisableControl', {}]),
  'rules of names deleted': steps(['route53resolver:DeleteFirewallRule', {}]),
  'a firewall without rules': steps(['wafv2:UpdateWebACL', { name: 'w', rules: [] }]),
  'a log of statements off': steps([
    'rds:ModifyDBParameterGroup',
    { parameters: [{ parameterName: 'pgaudit.log', parameterValue: 'none' }] },
  ]),
  'a cluster open to all': steps([
    'eks:UpdateClusterConfig',
    { resourcesVpcConfig: { publicAccessCidrs: ['0.0.0.0/0'] } },
  ]),
  'backups that end tomorrow': steps([
    'backup:UpdateRecoveryPointLifecycle',
    { lifecycle: { deleteAfterDays: 1 } },
  ]),
  'work stopped': steps([
    'ec2:StopInstances',
    {
      instancesSet: { items: [1, 2, 3, 4, 5, 6].map((each) => ({ instanceId: `i-${each}` })) },
    },
  ]),
  'objects encrypted where they are': steps(
    ...many(12, (each): Step => [
      's3:CopyObject',
      { bucketName: 'b', key: `${each}`, 'x-amz-copy-source': `b/${each}` },
    ]),
  ),
  'three tables gone': steps(...many(3, (each): Step => ['dynamodb:DeleteTable', { tableName: `t${each}` }])),
  'one bucket after the other looked into': steps(
    ['s3:ListBuckets'],
    ...many(5, (each): Step => ['s3:ListObjects', { bucketName: `b${each}` }]),
  ),
  'one table after the other read': steps(
    ['dynamodb:ListTables'],
    ...many(3, (each): Step => ['dynamodb:Scan', { tableName: `t${each}` }]),
  ),
  'own rights looked up': steps(['iam:GetUser'], ['iam:ListAttachedUserPolicies'], ['iam:ListUserPolicies']),
  'a model asked in four regions': ['us-east-1', 'us-west-2', 'eu-west-3', 'ap-northeast-1'].map(
    (region, minute) => call('bedrock:Converse', { ...PROGRAM, region, minute }),
  ),
  'credentials of a machine to be had without a token': steps([
    'ec2:ModifyInstanceMetadataOptions',
    { ModifyInstanceMetadataOptionsRequest: { InstanceId: 'i-1', HttpTokens: 'optional' } },
  ]),
  'a state machine refused': refused('states:CreateStateMachine'),
  'a user of a pool refused': refused('cognito-idp:AdminCreateUser'),
  'a queue emptied, refused': refused('sqs:PurgeQueue'),
  'passwords of machines refused': refused('ec2:GetPasswordData'),
  'three looks refused': refused('iam:ListUsers', 's3:ListBuckets', 'ec2:DescribeInstances'),
};

function judge(records: readonly RawRecord[]): readonly Signal[] {
  const [reader, detector] = [new RecordReader(isWanted), new Detector()];
  return records.flatMap((raw) => {
    const event = reader.read(raw);
    return event === null ? [] : detector.judge(event);
  });
}

describe('on a key nobody saw before', () => {
  it.each(Object.entries(UNLISTED))('%s', (_, records) => {
    const found = judge(records).filter(
      ({ severity, accessKeyId }) => isAtLeast(severity, 'medium') && accessKeyId === ALICE_KEY,
    );
    expect(found.length).toBeGreaterThan(0);
  });
});

describe('what programs do all day', () => {
  it.each([
    ['refused a log', refused('logs:CreateLogStream', 'logs:PutLogEvents')],
    ['refused its queue', refused('sqs:SendMessage')],
    ['a policy of the own account', steps(['kafka:PutClusterPolicy', { policy: open({ AWS: ROLE }) }])],
    ['a rule of a firewall added', steps(['wafv2:UpdateWebACL', { name: 'w', rules: [{ name: 'a' }] }])],
    [
      'more connections to a database',
      steps([
        'rds:ModifyDBParameterGroup',
        { parameters: [{ parameterName: 'max_connections', parameterValue: '0' }] },
      ]),
    ],
    [
      'a stream to a place of AWS',
      steps(['firehose:UpdateDestination', { url: 'https://search.us-east-1.es.amazonaws.com/' }]),
    ],
    [
      'a bucket that tells the own queue',
      steps(['s3:PutBucketNotification', { Queue: `arn:aws:sqs:us-east-1:${OWN}:q` }]),
    ],
    ['a service scaled', steps(['ecs:UpdateService', { service: 's', desiredCount: 3 }])],
    [
      'a password asked for by a secret’s name',
      steps(['secretsmanager:GetSecretValue', { secretId: 'app/db' }]),
    ],
  ])('%s, without a word above low', (_, records) => {
    expect(judge(records).filter(({ severity }) => isAtLeast(severity, 'medium'))).toEqual([]);
  });
});
