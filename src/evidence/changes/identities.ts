import type { ChangeRow } from './change.ts';
import { DOORS } from './doors.ts';
import { administers, isAsked } from './outside.ts';

const USER = '{a.userName|c.userName}';
const DENY = 'arn:{e.partition}:iam::aws:policy/AWSDenyAll';

/** Keys, users, passwords and second factors. */
const PEOPLE: readonly ChangeRow[] = [
  {
    on: 'iam:CreateAccessKey',
    kind: 'access key',
    weight: 'lasting',
    name: '{r.accessKey.accessKeyId}',
    says: `Access key {r.accessKey.accessKeyId} was made for user {a.userName|r.accessKey.userName|c.userName}`,
    line: 'aws iam update-access-key --user-name={a.userName|r.accessKey.userName|c.userName} --access-key-id={r.accessKey.accessKeyId} --status=Inactive',
    advice: 'Deactivate it: whoever made it has its secret.',
    accessKeyId: 'r.accessKey.accessKeyId',
  },
  {
    on: 'iam:UpdateAccessKey',
    kind: 'access key',
    did: 'changed',
    weight: 'lasting',
    name: '{a.accessKeyId}',
    says: `Access key {a.accessKeyId} of user ${USER} was activated`,
    line: `aws iam update-access-key --user-name=${USER} --access-key-id={a.accessKeyId} --status=Inactive`,
    advice: 'Deactivate it, unless its owner did this.',
    accessKeyId: 'a.accessKeyId',
    when: isAsked(['status'], 'Active'),
  },
  {
    on: 'iam:UpdateAccessKey',
    kind: 'access key status',
    did: 'changed',
    name: '{a.accessKeyId}',
    says: `Access key {a.accessKeyId} of user ${USER} was made Inactive`,
  },
  {
    on: 'iam:DeleteAccessKey',
    kind: 'access key',
    did: 'removed',
    name: '{a.accessKeyId}',
    says: `Access key {a.accessKeyId} of user ${USER} was deleted`,
  },
  {
    on: 'iam:CreateUser',
    kind: 'user',
    weight: 'lasting',
    name: '{a.userName|r.user.userName}',
    says: 'User {a.userName|r.user.userName} was made',
    line: `aws iam attach-user-policy --user-name={a.userName|r.user.userName} --policy-arn=${DENY}`,
    advice:
      'The line denies the user everything, reversibly; its keys, password and groups are below, where it got any.',
  },
  { on: 'iam:DeleteUser', kind: 'user', did: 'removed', name: USER, says: `User ${USER} was deleted` },
  {
    on: 'iam:UpdateUser',
    kind: 'user',
    did: 'changed',
    weight: 'lasting',
    name: '{a.newUserName|a.userName}',
    says: 'User {a.userName} was renamed or moved, to {a.newUserName|a.newPath}',
    line: 'aws iam get-user --user-name={a.newUserName|a.userName}',
  },
  {
    on: 'iam:CreateLoginProfile',
    kind: 'console password',
    weight: 'lasting',
    name: USER,
    says: `User ${USER} got a console password`,
    line: `aws iam delete-login-profile --user-name=${USER}`,
    advice: 'Whoever made it knows it: remove it. Sign-ins with it are in the timeline.',
  },
  {
    on: 'iam:UpdateLoginProfile iam:ChangePassword',
    kind: 'console password',
    did: 'changed',
    weight: 'lasting',
    name: USER,
    says: `The console password of user ${USER} was changed`,
    line: `aws iam delete-login-profile --user-name=${USER}`,
    advice: 'Whoever changed it knows it: remove it, and let the owner set another.',
  },
  {
    on: 'iam:DeleteLoginProfile',
    kind: 'console password',
    did: 'removed',
    name: USER,
    says: `The console password of user ${USER} was removed`,
  },
  {
    on: 'iam:EnableMFADevice',
    kind: 'MFA device',
    weight: 'lasting',
    name: `${USER} {a.serialNumber}`,
    says: `MFA device {a.serialNumber} was added to user ${USER}`,
    line: `aws iam deactivate-mfa-device --user-name=${USER} --serial-number={a.serialNumber}`,
    advice: 'Remove it, unless the owner says it is theirs.',
  },
  {
    on: 'iam:DeactivateMFADevice',
    kind: 'MFA device',
    did: 'removed',
    weight: 'weakened',
    name: `${USER} {a.serialNumber}`,
    says: `MFA device {a.serialNumber} was taken from user ${USER}`,
    advice: 'The owner sets MFA up again, after the password was changed.',
  },
  {
    on: 'iam:UploadSSHPublicKey iam:UploadSigningCertificate iam:CreateServiceSpecificCredential iam:ResetServiceSpecificCredential',
    kind: 'other credential',
    weight: 'lasting',
    name: '{r.sSHPublicKey.sSHPublicKeyId|r.certificate.certificateId|r.serviceSpecificCredential.serviceSpecificCredentialId|a.serviceSpecificCredentialId|a.userName}',
    says: `User ${USER} got another credential: {r.sSHPublicKey.sSHPublicKeyId|r.certificate.certificateId|r.serviceSpecificCredential.serviceSpecificCredentialId|a.serviceSpecificCredentialId}`,
    line: `aws iam list-service-specific-credentials --user-name=${USER}`,
    advice: 'Set it Inactive on the user’s page under Security credentials.',
  },
];

/** Rights of users, groups and roles. */
const RIGHTS: readonly ChangeRow[] = (
  [
    ['User', 'user', 'userName', USER],
    ['Role', 'role', 'roleName', '{a.roleName}'],
    ['Group', 'group', 'groupName', '{a.groupName}'],
  ] as const
).flatMap(([api, who, field, holder]): ChangeRow[] => {
  const option = `--${who}-name=${holder}`;
  return [
    {
      on: `iam:Attach${api}Policy`,
      kind: `policy of a ${who}`,
      weight: 'lasting',
      name: `{a.${field}} {a.policyArn}`,
      says: `Policy {a.policyArn} was attached to ${who} ${holder}`,
      line: `aws iam detach-${who}-policy ${option} --policy-arn={a.policyArn}`,
      note: administers,
    },
    {
      on: `iam:Detach${api}Policy`,
      kind: `policy of a ${who}`,
      did: 'removed',
      name: `{a.${field}} {a.policyArn}`,
      says: `Policy {a.policyArn} was taken off ${who} ${holder}`,
    },
    {
      on: `iam:Put${api}Policy`,
      kind: `inline policy of a ${who}`,
      weight: 'lasting',
      name: `{a.${field}} {a.policyName}`,
      says: `Inline policy {a.policyName} was put on ${who} ${holder}`,
      line: `aws iam get-${who}-policy ${option} --policy-name={a.policyName}`,
      note: administers,
      advice: `Read it; \`aws iam delete-${who}-policy\` with the same options removes it.`,
    },
    {
      on: `iam:Delete${api}Policy`,
      kind: `inline policy of a ${who}`,
      did: 'removed',
      name: `{a.${field}} {a.policyName}`,
      says: `Inline policy {a.policyName} was removed from ${who} ${holder}`,
    },
  ];
});

export const IDENTITIES: readonly ChangeRow[] = [...PEOPLE, ...RIGHTS, ...DOORS];
