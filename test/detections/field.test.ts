// What people do with stolen keys, from public reports and tools, written by us: each must be medium at least, on a key
// nobody ever saw before, and be put down to that key.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import {
  ALICE,
  ALICE_KEY,
  ALICE_SESSION,
  FOREIGN,
  OWN,
  call,
  madeSession,
  policy,
  roleSession,
} from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import { isAtLeast } from '../../src/domain/notice.ts';

const PROGRAM = { agent: 'qzv-7f/0.1' };
const sequence = (...actions: readonly string[]): RawRecord[] =>
  actions.map((action, minute) => call(action, { ...PROGRAM, minute: minute / 4 }));
const refused = (...actions: readonly string[]): RawRecord[] =>
  actions.map((action, minute) => call(action, { ...PROGRAM, minute: minute / 4, error: 'AccessDenied' }));
const one = (action: string, asked: unknown, more: Parameters<typeof call>[1] = {}): RawRecord[] => [
  call(action, { ...PROGRAM, asked, ...more }),
];
const many = (count: number, make: (each: number) => RawRecord): RawRecord[] =>
  Array.from({ length: count }, (_, each) => make(each));

const FIELD: Readonly<Record<string, readonly RawRecord[]>> = {
  'secrets in one batch': one('secretsmanager:BatchGetSecretValue', { secretIdList: ['a', 'b', 'c'] }),
  'DNS query logs deleted': one('route53resolver:DeleteResolverQueryLogConfig', {
    resolverQueryLogConfigId: 'rqlc-1',
  }),
  'mail looked at': sequence('ses:GetAccountSendingEnabled', 'ses:ListIdentities', 'ses:GetSendQuota'),
  'start script changed': one('ec2:ModifyInstanceAttribute', { instanceId: 'i-1', userData: { value: 'x' } }),
  'notebook start script changed': one('sagemaker:UpdateNotebookInstanceLifecycleConfig', {
    notebookInstanceLifecycleConfigName: 'n',
  }),
  'shell session on an instance': one('ssm:StartSession', { target: 'i-1' }),
  'public key for an instance': one('ec2-instance-connect:SendSSHPublicKey', { instanceId: 'i-1' }),
  'serial console': one('ec2:EnableSerialConsoleAccess', {}),
  'shell in a container': one('ecs:ExecuteCommand', { cluster: 'c', command: '/bin/sh' }),
  'foreign role': one('iam:CreateRole', {
    roleName: 'r',
    assumeRolePolicyDocument: policy({
      Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` },
      Action: 'sts:AssumeRole',
    }),
  }),
  'layer put in front of a function': one('lambda:UpdateFunctionConfiguration20150331v2', {
    functionName: 'f',
    layers: [`arn:aws:lambda:us-east-1:${FOREIGN}:layer:l:1`],
  }),
  'function with an open address': one('lambda:CreateFunctionUrlConfig', {
    functionName: 'f',
    authType: 'NONE',
  }),
  'federated session': one(
    'sts:GetFederationToken',
    { name: 'x', policy: policy({ Action: '*', Resource: '*' }) },
    { answered: madeSession() },
  ),
  'password of somebody else': one('iam:UpdateLoginProfile', { userName: 'bob' }),
  'policy version for everything': one('iam:CreatePolicyVersion', {
    policyArn: `arn:aws:iam::${OWN}:policy/p`,
    setAsDefault: true,
    policyDocument: policy({ Action: '*', Resource: '*' }),
  }),
  'old policy version': one('iam:SetDefaultPolicyVersion', {
    policyArn: `arn:aws:iam::${OWN}:policy/p`,
    versionId: 'v1',
  }),
  'rights for oneself, refused': one(
    'iam:PutUserPolicy',
    { userName: 'alice', policyName: 'p' },
    { error: 'AccessDenied' },
  ),
  'into the group of administrators': one('iam:AddUserToGroup', { userName: 'alice', groupName: 'staff' }),
  'boundary off': one('iam:DeleteUserPermissionsBoundary', { userName: 'alice' }),
  'own MFA off': one('iam:DeactivateMFADevice', { userName: 'alice', serialNumber: 'x' }),
  'identity provider': one('iam:CreateOpenIDConnectProvider', { url: 'https://example.net' }),
  'detector off': one('guardduty:UpdateDetector', { detectorId: 'd', enable: false }),
  'own address trusted by the guard': one('guardduty:CreateIPSet', { detectorId: 'd', activate: true }),
  'recorder off': one('config:StopConfigurationRecorder', { configurationRecorderName: 'default' }),
  'findings off': one('securityhub:DisableSecurityHub', {}),
  'trail for one region only': one('cloudtrail:UpdateTrail', { name: 't', isMultiRegionTrail: false }),
  'event store deleted': one('cloudtrail:DeleteEventDataStore', { eventDataStore: 'x' }),
  'firewall deleted': one('wafv2:DeleteWebACL', { name: 'w' }),
  'database copy shared with all': one('rds:ModifyDBClusterSnapshotAttribute', {
    dBClusterSnapshotIdentifier: 's',
    attributeName: 'restore',
    valuesToAdd: ['all'],
  }),
  'database opened': one('rds:ModifyDBInstance', { dBInstanceIdentifier: 'd', publiclyAccessible: true }),
  'key policy for a foreign account': one('kms:PutKeyPolicy', {
    keyId: 'k',
    policy: policy({ Principal: { AWS: `arn:aws:iam::${FOREIGN}:user/x` }, Action: 'kms:*', Resource: '*' }),
  }),
  'queue for everybody': one('sqs:SetQueueAttributes', {
    attributes: { Policy: policy({ Principal: '*', Action: 'sqs:*', Resource: '*' }) },
  }),
  'images for everybody': one('ecr:SetRepositoryPolicy', {
    policyText: policy({ Principal: '*', Action: 'ecr:*' }),
  }),
  'bucket replicated away': one('s3:PutBucketReplication', { bucketName: 'b' }),
  'traffic mirrored': one('ec2:CreateTrafficMirrorSession', {}),
  'all ports open': one('ec2:AuthorizeSecurityGroupIngress', {
    groupId: 'sg-1',
    ipPermissions: { items: [{ ipProtocol: '-1', ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] },
  }),
  'graphics cards': one('ec2:RunInstances', {
    instanceType: 'g5.48xlarge',
    instancesSet: { items: [{ minCount: 1, maxCount: 1 }] },
  }),
  'a big task': one('ecs:RegisterTaskDefinition', { family: 'x', cpu: '16384' }),
  'models listed and called': sequence('bedrock:ListFoundationModels', 'bedrock:InvokeModel'),
  'model access asked for': one('bedrock:PutUseCaseForModelAccess', {}),
  'objects encrypted with a foreign key': one('s3:CopyObject', {
    bucketName: 'b',
    key: 'k',
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
  }),
  'objects deleted one by one': many(25, (each) =>
    call('s3:DeleteObject', { ...PROGRAM, asked: { bucketName: 'b', key: `k${each}` }, minute: each / 20 }),
  ),
  'objects deleted at once': one('s3:DeleteObjects', { bucketName: 'b' }),
  'objects taken': [
    ...sequence('s3:ListBuckets'),
    ...many(25, (each) =>
      call('s3:GetObject', {
        ...PROGRAM,
        asked: { bucketName: 'b', key: `k${each}` },
        minute: 1 + each / 20,
      }),
    ),
  ],
  'ransom note': one('s3:PutObject', { bucketName: 'b', key: 'HOW-TO-RECOVER-YOUR-FILES.txt' }),
  'encryption key to be deleted': one('kms:ScheduleKeyDeletion', { keyId: 'k', pendingWindowInDays: 7 }),
  'vault deleted': one('backup:DeleteBackupVault', { backupVaultName: 'v' }),
  'a region switched on': one('account:EnableRegion', { RegionName: 'ap-east-1' }),
  'organization left': one('organizations:LeaveOrganization', null, { error: 'AccessDenied' }),
  'a domain moved away': one('route53domains:TransferDomainToAnotherAwsAccount', {
    domainName: 'example.com',
  }),
  'looked around': sequence(
    'sts:GetCallerIdentity',
    'iam:ListUsers',
    's3:ListBuckets',
    'ec2:DescribeInstances',
    'lambda:ListFunctions',
  ),
  'looked around, refused': refused(
    'iam:ListUsers',
    's3:ListBuckets',
    'ec2:DescribeInstances',
    'lambda:ListFunctions',
    'rds:DescribeDBInstances',
  ),
  'rights explored': sequence(
    'iam:GetUser',
    'iam:ListAttachedUserPolicies',
    'iam:ListUserPolicies',
    'iam:GetUserPolicy',
    'iam:ListGroupsForUser',
  ),
  'regions swept': ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'ap-south-1'].map(
    (region, minute) => call('ec2:DescribeInstances', { ...PROGRAM, region, minute }),
  ),
  'roles tried': many(4, (each) => ({
    ...call('sts:AssumeRole', { ...PROGRAM, error: 'AccessDenied', minute: each }),
    errorMessage: `User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${OWN}:role/r${each}`,
  })),
  'through a role': [
    call('sts:AssumeRole', { ...PROGRAM, answered: madeSession() }),
    call('cloudtrail:StopLogging', { ...PROGRAM, by: roleSession('ops'), minute: 1, error: 'AccessDenied' }),
  ],
  'a group made, refused': refused('iam:CreateGroup'),
  'function with a strong role': one('lambda:CreateFunction20150331', {
    functionName: 'f',
    role: `arn:aws:iam::${OWN}:role/admin`,
  }),
  'stack with a strong role': one('cloudformation:CreateStack', {
    stackName: 's',
    roleARN: `arn:aws:iam::${OWN}:role/admin`,
  }),
  'job with a strong role': one('glue:CreateJob', { name: 'j', role: 'admin' }),
  'pipeline with a definition of its own': one('datapipeline:PutPipelineDefinition', { pipelineId: 'df-1' }),
  'strong role for an instance': one('iam:AddRoleToInstanceProfile', {
    instanceProfileName: 'p',
    roleName: 'admin',
  }),
  'rule of a firewall changed to everybody': one('ec2:ModifySecurityGroupRules', {
    ModifySecurityGroupRulesRequest: {
      GroupId: 'sg-1',
      SecurityGroupRule: {
        SecurityGroupRuleId: 'sgr-1',
        SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv4: '0.0.0.0/0' },
      },
    },
  }),
  'network opened': one('ec2:CreateNetworkAclEntry', {
    networkAclId: 'acl-1',
    cidrBlock: '0.0.0.0/0',
    ruleAction: 'allow',
    egress: false,
    portRange: { from: 22, to: 22 },
  }),
  'trail records data only': one('cloudtrail:PutEventSelectors', {
    trailName: 't',
    advancedEventSelectors: [{ fieldSelectors: [{ field: 'eventCategory', equals: ['Data'] }] }],
  }),
  'trail leaves writes out': one('cloudtrail:PutEventSelectors', {
    trailName: 't',
    advancedEventSelectors: [
      {
        fieldSelectors: [
          { field: 'eventCategory', equals: ['Management'] },
          { field: 'readOnly', equals: ['true'] },
        ],
      },
    ],
  }),
  'bucket of the trail deleted': one('s3:DeleteBucket', { bucketName: 'acme-cloudtrail-logs' }),
  'file of the trail deleted': one('s3:DeleteObject', {
    bucketName: 'b',
    key: `AWSLogs/${OWN}/CloudTrail/us-east-1/2026/03/02/x.json.gz`,
  }),
  'members of the guard off': one('guardduty:UpdateMemberDetectors', {
    detectorId: 'd',
    features: [{ name: 'S3_DATA_EVENTS', status: 'DISABLED' }],
  }),
  'recorder for less': one('config:PutConfigurationRecorder', {
    configurationRecorder: { recordingGroup: { allSupported: false } },
  }),
  'control off': one('securityhub:UpdateStandardsControl', { controlStatus: 'DISABLED' }),
  'no backups any more': one('rds:ModifyDBInstance', {
    dBInstanceIdentifier: 'd',
    backupRetentionPeriod: 0,
  }),
  'no recovery to a point in time': one('dynamodb:UpdateContinuousBackups', {
    tableName: 't',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
  }),
  'recycle bin off': one('rbin:DeleteRule', { identifier: 'r' }),
  'secret gone at once': one('secretsmanager:DeleteSecret', {
    secretId: 's',
    forceDeleteWithoutRecovery: true,
  }),
  'owners locked out of a key': one('kms:PutKeyPolicy', {
    keyId: 'k',
    bypassPolicyLockoutSafetyCheck: true,
    policy: policy({ Principal: { AWS: `arn:aws:iam::${OWN}:user/x` }, Action: 'kms:*', Resource: '*' }),
  }),
  'own host as a managed one': one('ssm:CreateActivation', { iamRole: 'r' }),
  'rights in a cluster': one('eks:CreatePodIdentityAssociation', { clusterName: 'c' }),
  'own policy taken off': one('iam:DetachUserPolicy', {
    userName: 'alice',
    policyArn: `arn:aws:iam::${OWN}:policy/deny`,
  }),
  'out of a limiting group': one('iam:RemoveUserFromGroup', { userName: 'alice', groupName: 'g' }),
  'account moved': one('organizations:MoveAccount', { accountId: OWN }),
  'joined to another organization': one('organizations:AcceptHandshake', { handshakeId: 'h' }),
  'console by a federated user': [
    call('signin:ConsoleLogin', {
      by: {
        type: 'FederatedUser',
        arn: `arn:aws:sts::${OWN}:federated-user/x`,
        accountId: OWN,
        accessKeyId: ALICE_KEY,
      },
      answered: { ConsoleLogin: 'Success' },
    }),
  ],
  'task that asks for credentials': one('ecs:RegisterTaskDefinition', {
    family: 't',
    containerDefinitions: [
      { command: ['sh', '-c', 'curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] },
    ],
  }),
  'dry run': one(
    'ec2:RunInstances',
    { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } },
    { error: 'Client.DryRunOperation' },
  ),
  'small machines where nobody looks': one('lightsail:CreateInstances', { instanceNames: ['a'] }),
  'a group grown': one('autoscaling:UpdateAutoScalingGroup', { desiredCapacity: 50, maxSize: 50 }),
  'an endpoint with graphics cards': one('sagemaker:CreateEndpointConfig', {
    productionVariants: [{ instanceType: 'ml.g5.12xlarge' }],
  }),
  'mail service of its own': one('workmail:CreateOrganization', { alias: 'x' }),
  'phone numbers for messages': one('sms-voice:RequestPhoneNumber', {}),
  'models after a look whether it is logged': sequence(
    'bedrock:GetModelInvocationLoggingConfiguration',
    'bedrock:InvokeModel',
  ),
  'list of a bucket lets somebody in': one('s3:PutBucketAcl', {
    bucketName: 'b',
    AccessControlPolicy: {
      Owner: { ID: 'a1' },
      AccessControlList: { Grant: [{ Grantee: { ID: 'b2' }, Permission: 'FULL_CONTROL' }] },
    },
  }),
  'recovery points copied away': one('backup:StartCopyJob', {
    destinationBackupVaultArn: `arn:aws:backup:us-east-1:${FOREIGN}:backup-vault:v`,
  }),
  'build with a recipe of its own': one('codebuild:StartBuild', {
    projectName: 'p',
    buildspecOverride: 'version: 0.2',
  }),
  'objects encrypted on the way': many(24, (each) =>
    call(each % 2 === 0 ? 's3:GetObject' : 's3:PutObject', {
      ...PROGRAM,
      asked: { bucketName: 'b', key: `k${Math.floor(each / 2)}` },
      minute: each / 20,
    }),
  ),
  'rules of an organization attached': one('organizations:AttachPolicy', { policyId: 'p-1', targetId: OWN }),
  'instance with a strong role': one('ec2:RunInstances', {
    instanceType: 't3.micro',
    iamInstanceProfile: { arn: `arn:aws:iam::${OWN}:instance-profile/admin` },
  }),
  'task with another role': one('ecs:RunTask', { overrides: { taskRoleArn: `arn:aws:iam::${OWN}:role/x` } }),
  'notebook with a strong role': one('sagemaker:CreateNotebookInstance', {
    instanceType: 'ml.t3.medium',
    roleArn: `arn:aws:iam::${OWN}:role/x`,
  }),
  'trail without its logs of CloudWatch': one('cloudtrail:UpdateTrail', {
    name: 't',
    cloudWatchLogsLogGroupArn: '',
  }),
  'alarms of costs off': one('ce:DeleteAnomalyMonitor', { monitorArn: 'x' }),
  'findings suppressed': one('securityhub:BatchUpdateFindings', { workflow: { status: 'SUPPRESSED' } }),
  'disk copied under a foreign key': one('ec2:CopySnapshot', {
    sourceSnapshotId: 's',
    kmsKeyId: `arn:aws:kms:us-east-1:${FOREIGN}:key/k`,
  }),
  'spot instances with graphics cards': one('ec2:RequestSpotInstances', {
    instanceCount: 2,
    launchSpecification: { instanceType: 'p4d.24xlarge', imageId: 'ami-1' },
  }),
  'a fleet in one request': one('ec2:CreateFleet', {
    CreateFleetRequest: {
      TargetCapacitySpecification: { TotalTargetCapacity: 40 },
      LaunchTemplateConfigs: {},
    },
  }),
  'instances ended in one call': one('ec2:TerminateInstances', {
    instancesSet: { items: many(9, (each) => ({ instanceId: `i-${each}` })) },
  }),
  'backups of a warehouse deleted in one call': one('redshift:BatchDeleteClusterSnapshots', {
    identifiers: many(6, (each) => ({ snapshotIdentifier: `s-${each}` })),
  }),
  'desks in the cloud': one('workspaces:CreateWorkspaces', { workspaces: [{ userName: 'x' }] }),
  'endpoint service for everybody': one('ec2:ModifyVpcEndpointServicePermissions', {
    ModifyVpcEndpointServicePermissionsRequest: { AddAllowedPrincipals: { tag: 1, content: '*' } },
  }),
  'images replicated away': one('ecr:PutReplicationConfiguration', {
    replicationConfiguration: { rules: [{ destinations: [{ region: 'eu-west-1', registryId: FOREIGN }] }] },
  }),
  'bucket policy refused': refused('s3:PutBucketPolicy'),
  'model agreement refused': refused('bedrock:CreateModelCustomizationJob'),
  'parameters of a path, page by page': many(14, (each) =>
    call('ssm:GetParametersByPath', {
      ...PROGRAM,
      asked: { path: '/prod', withDecryption: true, ...(each === 0 ? {} : { nextToken: 'HIDDEN' }) },
      minute: each / 20,
    }),
  ),
  'own rights, in other letters': one('iam:PutUserPolicy', { userName: 'ALICE', policyName: 'p' }),
  'a session that says it is a browser': [
    call('sts:GetSessionToken', { ...PROGRAM, answered: madeSession() }),
    ...[
      'iam:ListUsers',
      's3:ListBuckets',
      'ec2:DescribeInstances',
      'lambda:ListFunctions',
      'rds:DescribeDBInstances',
      'iam:ListRoles',
      'sts:GetCallerIdentity',
    ].map((action, minute) =>
      call(action, {
        by: { ...ALICE, accessKeyId: ALICE_SESSION },
        agent: 'Mozilla/5.0 (X11; Linux x86_64)',
        minute: 1 + minute / 4,
      }),
    ),
  ],
  'code of all functions': many(10, (each) =>
    call('lambda:GetFunction20150331v2', {
      ...PROGRAM,
      asked: { functionName: `f${each}` },
      minute: each / 10,
    }),
  ),
};

describe('on a key nobody saw before', () => {
  it.each(Object.entries(FIELD))('%s', (_, records) => {
    const [reader, detector] = [new RecordReader(), new Detector()];
    const signals = records.flatMap((raw) => {
      const event = reader.read(raw);
      return event === null ? [] : detector.judge(event);
    });
    const found = signals.filter(
      ({ severity, accessKeyId }) => isAtLeast(severity, 'medium') && accessKeyId === ALICE_KEY,
    );
    expect(found.length).toBeGreaterThan(0);
  });
});
