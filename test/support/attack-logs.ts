// The logs lie outside of this repository: REKEY_CORPUS names their folder.

/** What each attack leaves, by the end of its name: pieces of what the evidence says. */
export const LEFT: Readonly<Record<string, readonly RegExp[]>> = {
  'credential-access.ec2-steal-instance-credentials': [/A command was run on instances/],
  'defense-evasion.cloudtrail-delete': [/Trail `.+` was stopped, deleted or changed \(`DeleteTrail`\)/],
  'defense-evasion.cloudtrail-event-selectors': [/\(`PutEventSelectors`\)/],
  'defense-evasion.cloudtrail-stop': [/\(`StopLogging`\)/],
  'defense-evasion.vpc-remove-flow-logs': [/Logs were deleted, or kept shorter: `fl-/],
  'exfiltration.ec2-security-group-open-port-22-ingress': [
    /Security group `sg-.+` was opened to .+ port `22`/,
  ],
  'exfiltration.ec2-share-ami': [/Image `ami-.+` was shared/],
  'exfiltration.ec2-share-ebs-snapshot': [/Snapshot `snap-.+` was shared/],
  'exfiltration.rds-share-snapshot': [/Database snapshot `.+` was shared/],
  'persistence.iam-backdoor-role': [/Who may assume role `.+` was changed/],
  'persistence.iam-backdoor-user': [/Access key `AKIA.+` was made for user/],
  'persistence.iam-create-admin-user': [
    /User `.+` was made/,
    /AdministratorAccess` was attached to user/,
    /Access key `AKIA.+` was made for user/,
  ],
  'persistence.iam-create-user-login-profile': [/User `.+` got a console password/],
  'persistence.lambda-backdoor-function': [/`\*` may call function `.+` from now on/],
  'persistence.lambda-overwrite-code': [/The code of function `.+` was replaced/],
  'persistence.rolesanywhere-create-trust-anchor': [
    /Trust anchor `.+` of Roles Anywhere/,
    /Profile `.+` of Roles Anywhere/,
  ],
};

/** Those that only the longer record has. */
export const LEFT_BESIDES: typeof LEFT = {
  ...LEFT,
  'exfiltration.s3-backdoor-bucket-policy': [/The policy of bucket `.+` was set/],
  'defense-evasion.cloudtrail-lifecycle-rule': [/What guards bucket `.+`.+\(`PutBucketLifecycle`\)/],
};
