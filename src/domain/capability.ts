import { DENY_ALL_ONLY, ONLY_KEY_TAGS } from './grant.ts';
import type { Conditions, Grant } from './grant.ts';
import type { Capability } from './verification.ts';

/** Users carry this tag when Rekey may rotate their keys. */
export const ROTATE_TAG = { key: 'rekey', value: 'managed' } as const;

/** Secrets and parameters Rekey writes begin with this name. */
export const DELIVERY_PREFIX = 'rekey/';

const TAGGED: Conditions = {
  StringEquals: { [`aws:ResourceTag/${ROTATE_TAG.key}`]: ROTATE_TAG.value },
};

/**
 * The one table of capability to calls: the policies we print, the simulation of what a connection may do, and the
 * words for what is missing all come from here. A capability holds the calls of its undo too.
 * `GetCallerIdentity` needs no permission and is not listed.
 */
export const CAPABILITY_CALLS: Readonly<Record<Capability, readonly Grant[]>> = {
  verify: [
    {
      sid: 'ReadItself',
      effect: 'Allow',
      actions: ['iam:ListAccessKeys', 'iam:ListAttachedUserPolicies', 'iam:GetLoginProfile'],
      on: 'self',
      only: 'user',
      why: "the key's age and twin, AWS's quarantine policy, and a console password on the same user",
    },
    {
      sid: 'ReadItsRole',
      effect: 'Allow',
      actions: ['iam:ListAttachedRolePolicies'],
      on: 'self',
      only: 'role',
      why: 'administrator rights on the role',
    },
    {
      sid: 'AskWhatItMay',
      effect: 'Allow',
      actions: ['iam:SimulatePrincipalPolicy'],
      on: 'self',
      why: 'what this connection may do, without trying it',
    },
    {
      sid: 'ReadAccountName',
      effect: 'Allow',
      actions: ['iam:ListAccountAliases'],
      on: 'any',
      why: "the account's alias, to show it by name",
    },
  ],
  inventory: [
    {
      sid: 'ReadAccount',
      effect: 'Allow',
      actions: [
        'iam:ListUsers',
        'iam:GetAccountSummary',
        'iam:GenerateCredentialReport',
        'iam:GetCredentialReport',
      ],
      on: 'any',
      why: 'every user of the account, root keys among them, with few calls',
    },
    {
      sid: 'ReadAllUsers',
      effect: 'Allow',
      actions: ['iam:GetAccountAuthorizationDetails'],
      on: 'any',
      optional: true,
      why: 'tags and policies of up to 1,000 users with one call; without it Rekey asks for each user that has keys',
    },
    {
      sid: 'ReadUsers',
      effect: 'Allow',
      actions: [
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        'iam:ListUserTags',
        'iam:GetUser',
        'iam:ListAttachedUserPolicies',
        'iam:GetLoginProfile',
      ],
      on: 'users',
      why: 'age, last use, description, quarantine and console password of each key and its user',
    },
  ],
  rotate_self: [
    {
      sid: 'RotateItself',
      effect: 'Allow',
      actions: [
        'iam:CreateAccessKey',
        'iam:UpdateAccessKey',
        'iam:DeleteAccessKey',
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        'iam:GetUser',
        'iam:ListUserTags',
      ],
      on: 'self',
      only: 'user',
      why: 'make the new key, switch the old one off and on again, and delete it after the soak',
    },
    {
      sid: 'DescribeOwnKeys',
      effect: 'Allow',
      actions: ['iam:TagUser', 'iam:UntagUser'],
      on: 'self',
      only: 'user',
      conditions: ONLY_KEY_TAGS,
      why: "note on the user which keys Rekey made (only tags named after a key's ID)",
    },
  ],
  rotate_others: [
    {
      sid: 'RotateUsers',
      effect: 'Allow',
      actions: ['iam:CreateAccessKey', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey'],
      on: 'users',
      conditions: TAGGED,
      why: `rotate keys of users that carry the tag ${ROTATE_TAG.key}=${ROTATE_TAG.value}, and of no others`,
    },
    {
      sid: 'ReadRotated',
      effect: 'Allow',
      actions: [
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        'iam:GetUser',
        'iam:ListUserTags',
        'iam:ListAttachedUserPolicies',
      ],
      on: 'users',
      why: 'see before each step that nobody else changed the keys, and whose rights they carry',
    },
    {
      sid: 'DescribeKeys',
      effect: 'Allow',
      actions: ['iam:TagUser', 'iam:UntagUser'],
      on: 'users',
      conditions: { ...ONLY_KEY_TAGS, ...TAGGED },
      why: "note on the user which keys Rekey made (only tags named after a key's ID)",
    },
  ],
  contain: [
    {
      sid: 'SwitchKeys',
      effect: 'Allow',
      actions: [
        'iam:UpdateAccessKey',
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        'iam:GetUser',
        'iam:ListUserPolicies',
        'iam:GetUserPolicy',
        'iam:ListAttachedUserPolicies',
      ],
      on: 'users',
      why: 'find the user of a key, switch the key off, read it back, and switch it on again on undo',
    },
    {
      sid: 'DenyUsers',
      effect: 'Allow',
      actions: ['iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
      on: 'users',
      conditions: DENY_ALL_ONLY,
      why: 'attach AWSDenyAll, and no other policy, to a user, and take it off on undo',
    },
    {
      sid: 'DenyUserSessions',
      effect: 'Allow',
      actions: ['iam:PutUserPolicy', 'iam:DeleteUserPolicy'],
      on: 'users',
      why: 'deny where attaching fails, and sessions issued before now; IAM cannot limit what such a policy says',
    },
    {
      sid: 'DenyRoleSessions',
      effect: 'Allow',
      actions: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
      on: 'roles',
      why: 'end the sessions of a role a stolen key assumed; IAM cannot limit what such a policy says',
    },
    {
      sid: 'NeverItself',
      effect: 'Deny',
      actions: ['iam:PutUserPolicy', 'iam:DeleteUserPolicy', 'iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
      on: 'self',
      only: 'user',
      why: 'so that whoever steals this key cannot give it more rights',
    },
    {
      sid: 'NeverItsRole',
      effect: 'Deny',
      actions: ['iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
      on: 'self',
      only: 'role',
      why: 'so that this role cannot give itself more rights',
    },
  ],
  watch: [
    {
      sid: 'ReadEvents',
      effect: 'Allow',
      actions: ['cloudtrail:LookupEvents', 'ec2:DescribeRegions'],
      on: 'any',
      why: 'what keys do, in every region the account has enabled',
    },
    {
      sid: 'ReadEventQueue',
      effect: 'Allow',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      on: 'event_queue',
      optional: true,
      why: "busy accounts: hear of CloudTrail's files",
    },
    {
      sid: 'ReadEventFiles',
      effect: 'Allow',
      actions: ['s3:GetObject'],
      on: 'event_files',
      optional: true,
      why: "busy accounts: read CloudTrail's files",
    },
    {
      sid: 'OpenEventFiles',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      on: 'event_files_key',
      optional: true,
      why: 'busy accounts: where those files are encrypted',
    },
  ],
  deliver: [
    {
      sid: 'WriteSecrets',
      effect: 'Allow',
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:CreateSecret',
        'secretsmanager:TagResource',
        'secretsmanager:PutSecretValue',
        'secretsmanager:GetSecretValue',
        'secretsmanager:ListSecretVersionIds',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      on: 'secrets',
      why: `put a rotated key into secrets named ${DELIVERY_PREFIX}…, keep their other fields, and restore the version before`,
    },
    {
      sid: 'ReadSecretPolicies',
      effect: 'Allow',
      actions: ['secretsmanager:GetResourcePolicy'],
      on: 'secrets',
      optional: true,
      why: "know before delivery whether a secret's own policy lets the rotated user read it; without it the check says that it could not look",
    },
    {
      sid: 'WriteParameters',
      effect: 'Allow',
      actions: ['ssm:PutParameter', 'ssm:GetParameter'],
      on: 'parameters',
      why: `put a rotated key into parameters named /${DELIVERY_PREFIX}…, and restore the value before`,
    },
    {
      sid: 'AskWhoMayRead',
      effect: 'Allow',
      actions: ['iam:SimulatePrincipalPolicy'],
      on: 'users',
      why: 'know before delivery whether the rotated user itself can read the place, and whether it is like an administrator',
    },
    {
      sid: 'UseDeliveryKey',
      effect: 'Allow',
      actions: ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:Encrypt'],
      on: 'delivery_key',
      optional: true,
      why: 'where those places are encrypted with a key of your own',
    },
  ],
};

/** The grants of a capability that apply to a connection of this kind. Empty: the capability cannot exist. */
export function grantsOf(capability: Capability, principal: 'user' | 'role'): readonly Grant[] {
  return CAPABILITY_CALLS[capability].filter((grant) => grant.only === undefined || grant.only === principal);
}

/** The grants without which the capability is not there: no denials, and nothing optional. */
export function neededGrants(capability: Capability, principal: 'user' | 'role'): readonly Grant[] {
  return grantsOf(capability, principal).filter(
    (grant) => grant.effect === 'Allow' && grant.optional !== true,
  );
}
