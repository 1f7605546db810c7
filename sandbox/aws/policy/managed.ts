import type { PolicyDocument, PolicyStatement } from './document.ts';

const allow = (action: readonly string[], resource: string | readonly string[] = '*'): PolicyStatement => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const deny = (action: readonly string[]): PolicyStatement => ({
  Effect: 'Deny',
  Action: action,
  Resource: '*',
});

// What every published edition of the quarantine policy denies, as far as this stand-in has calls for it.
const quarantineV1 = words(`
  AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy ChangePassword CreateAccessKey
  CreateInstanceProfile CreateLoginProfile CreatePolicyVersion CreateRole CreateUser
  DetachUserPolicy PassRole PutGroupPolicy PutRolePolicy PutUserPolicy PutUserPermissionsBoundary
  SetDefaultPolicyVersion UpdateAccessKey UpdateAssumeRolePolicy UpdateLoginProfile UpdateUser
`).map((name) => `iam:${name}`);

// Version 3 in its edition of 2026-03-16, by the AWS managed policy reference.
const quarantineV3 = [
  ...quarantineV1,
  ...words(`
  iam:DeleteRole iam:DeleteAccessKey iam:ListUsers sts:GetSessionToken sts:GetFederationToken
  cloudtrail:LookupEvents s3:GetObject s3:ListBucket s3:ListAllMyBuckets s3:PutBucketPolicy
  s3:DeleteObject ec2:RunInstances lambda:CreateFunction lambda:UpdateFunctionCode
  bedrock:InvokeModel* ses:GetSendQuota ses:ListIdentities logs:PutLogEvents kms:ScheduleKeyDeletion
  kms:PutKeyPolicy organizations:LeaveOrganization
`),
];

const reads = words(`
  iam:Generate* iam:Get* iam:List* iam:Simulate* cloudtrail:Describe* cloudtrail:Get*
  cloudtrail:List* cloudtrail:LookupEvents sts:GetAccessKeyInfo sts:GetCallerIdentity
  secretsmanager:Describe* secretsmanager:List* ssm:Describe* sqs:Get* sqs:List* s3:List*
`);

const policy = (...Statement: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

const documents: ReadonlyMap<string, PolicyDocument> = new Map([
  ['AdministratorAccess', policy(allow(['*']))],
  ['IAMFullAccess', policy(allow(['iam:*']))],
  ['IAMReadOnlyAccess', policy(allow(['iam:Generate*', 'iam:Get*', 'iam:List*', 'iam:Simulate*']))],
  ['ReadOnlyAccess', policy(allow([...reads, 'ssm:Get*', 's3:Get*', 'sqs:Receive*']))],
  ['SecurityAudit', policy(allow(reads))],
  ['AWSDenyAll', policy(deny(['*']))],
  [
    'IAMUserChangePassword',
    policy(
      allow(
        ['iam:ChangePassword'],
        ['arn:*:iam::*:user/${aws:username}', 'arn:*:iam::*:user/*/${aws:username}'],
      ),
      allow(['iam:GetAccountPasswordPolicy']),
    ),
  ],
  ['AWSCompromisedKeyQuarantine', policy(deny(quarantineV1))],
  [
    'AWSCompromisedKeyQuarantineV2',
    policy(deny(quarantineV3.filter((action) => action !== 'iam:DeleteAccessKey'))),
  ],
  ['AWSCompromisedKeyQuarantineV3', policy(deny(quarantineV3))],
]);

/** The ARN of an AWS managed policy; the partition takes part in it. */
export function managedPolicyArn(partition: string, name: string): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** The document of an AWS managed policy by ARN, or null when the stand-in does not have it. */
export function managedPolicyDocument(partition: string, arn: string): PolicyDocument | null {
  const prefix = managedPolicyArn(partition, '');
  return arn.startsWith(prefix) ? (documents.get(arn.slice(prefix.length)) ?? null) : null;
}

/** Whether an AWS managed policy of this name is known. */
export function isManagedPolicyName(name: string): boolean {
  return documents.has(name);
}
