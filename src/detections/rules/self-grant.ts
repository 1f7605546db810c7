import { call, OWN, madeSession, policy, roleSession } from '../example.ts';
import type { CloudTrailEvent } from '../event.ts';
import { isOnOneself, onlyQuarantines, targetOf } from '../grant.ts';
import { listAt, textAt } from '../json.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const MILD = /^(?:UpdateLoginProfile|ChangePassword|TagUser|TagRole|UpdateUser|CreateGrant)$/;

/** A tag that is named after a key describes it: so AWS's console keeps what people write about one. */
const DESCRIBED_KEY = /^AKIA[A-Z0-9*]{16}$/;

function onlyDescribesKeys({ asked }: CloudTrailEvent): boolean {
  const tags = listAt(asked, 'tags');
  return tags.length > 0 && tags.every((each) => DESCRIBED_KEY.test(textAt(each, 'key') ?? ''));
}

/** Also the grant of an encryption key, whose receiver is named by his ARN. */
function isForOneself(event: CloudTrailEvent, about: About): boolean {
  if (event.call.name !== 'CreateGrant') return isOnOneself(event, about);
  const { arn, issuerArn } = event.caller;
  const receiver = textAt(event.asked, 'granteePrincipal');
  return receiver !== null && !event.byService && (receiver === arn || receiver === issuerArn);
}

/** A key gives itself rights. */
export const selfGrant: Rule = {
  id: 'self-grant',
  title: 'A key gives itself rights',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1098.003',
  whatToDo:
    'Deactivate the key now and take the new right away: whoever holds it is raising their own rights.',
  falseAlarms: 'An administrator who works with a long-term key and edits his own user.',
  actions: words(`
    iam:AttachUserPolicy iam:PutUserPolicy iam:AttachRolePolicy iam:PutRolePolicy
    iam:UpdateAssumeRolePolicy iam:AddUserToGroup iam:PutUserPermissionsBoundary
    iam:DeleteUserPermissionsBoundary iam:DeleteRolePermissionsBoundary
    iam:PutRolePermissionsBoundary iam:DeleteUserPolicy iam:DetachUserPolicy
    iam:DeleteRolePolicy iam:DetachRolePolicy iam:RemoveUserFromGroup iam:CreateLoginProfile
    iam:UpdateLoginProfile iam:ChangePassword iam:TagUser iam:TagRole iam:UpdateUser kms:CreateGrant`),
  always: true,
  judge(event, about) {
    const { name } = event.call;
    // Programs with a key have no use for a password, and none for a new name or tags of their own.
    const isMild = MILD.test(name);
    // In the console a user may well do so for himself.
    if ((isMild || name === 'CreateLoginProfile') && event.fromConsole) return null;
    if (isMild && event.agent.kind === 'infrastructure') return null;
    if (name === 'ChangePassword' ? about.keyId === null : !isForOneself(event, about)) return null;
    if (name === 'UpdateUser' && textAt(event.asked, 'newUserName') === null) return null;
    if (name === 'TagUser' && onlyDescribesKeys(event)) return null;
    const named = textAt(event.asked, 'policyArn') ?? textAt(event.asked, 'policyName');
    // AWS puts it on in the user's own name; another rule tells of it.
    if (onlyQuarantines(event) && /^(?:Attach|Put)/.test(event.call.name)) return null;
    return {
      ...(isMild ? { severity: 'medium' as const } : {}),
      facts: {
        call: event.call.name,
        on: targetOf(event),
        policy: named ?? textAt(event.asked, 'groupName'),
      },
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'attaches a policy to its own user',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
          }),
        ],
      },
      {
        why: 'an inline policy on its own user, refused',
        records: [
          call('iam:PutUserPolicy', { asked: { userName: 'alice', policyName: 'x' }, error: 'AccessDenied' }),
        ],
      },
      {
        why: 'a policy that only calls itself a quarantine',
        records: [
          call('iam:PutUserPolicy', {
            asked: {
              userName: 'alice',
              policyName: 'AWSCompromisedKeyQuarantineV4',
              policyDocument: policy({ Action: 's3:*', Resource: '*' }),
            },
          }),
        ],
      },
      {
        why: 'a session changes the role it is of',
        records: [
          call('iam:PutRolePolicy', {
            asked: { roleName: 'deploy', policyName: 'x' },
            by: roleSession('deploy'),
          }),
        ],
      },
      {
        why: 'a session attaches a policy to the user whose key made it',
        records: [
          call('sts:AssumeRole', {
            asked: { roleArn: `arn:aws:iam::${OWN}:role/admin` },
            answered: madeSession(),
          }),
          call('iam:AttachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
            by: roleSession('admin'),
            minute: 1,
          }),
        ],
      },
      {
        why: 'a tag that may open doors beside one that describes a key',
        records: [
          call('iam:TagUser', {
            asked: {
              userName: 'alice',
              tags: [
                { key: 'AKIAIOSFODNN7EXAMPLE', value: 'x' },
                { key: 'team', value: 'admin' },
              ],
            },
          }),
        ],
      },
      {
        why: 'takes off the boundary of its own user',
        records: [call('iam:DeleteUserPermissionsBoundary', { asked: { userName: 'alice' } })],
      },
    ],
    quiet: [
      {
        why: 'describes its own key',
        records: [
          call('iam:TagUser', {
            asked: {
              userName: 'alice',
              tags: [{ key: 'AKIAIOSFODNN7EXAMPLE', value: 'of the build server' }],
            },
          }),
        ],
      },
      {
        why: 'AWS quarantines the user in its own name',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' },
            from: 'AWS Internal',
            agent: 'AWS Internal',
          }),
        ],
      },
      {
        why: 'attaches a policy to somebody else',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
          }),
        ],
      },
    ],
  }),
};
