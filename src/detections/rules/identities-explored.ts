import { isReaderAtHome, isUnexplained, isWithoutReason } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const SWEEP = HOUR / 6;
const CALLS = 4;
/** Worth a word when it is the first that is ever seen of a key. */
const TWO = 2;
const FIRST = 5;
const IDENTITY =
  /^(?:iam|organizations|sso|identitystore|sso-directory|cognito-idp|cognito-identity|rolesanywhere|workmail|ds):/;

const ACCOUNTS = /^organizations:/;
/** Asked of one user after the other. */
const OF_USERS = words(`
  iam:ListAccessKeys iam:ListMFADevices iam:GetLoginProfile iam:ListUserPolicies
  iam:ListAttachedUserPolicies iam:ListGroupsForUser iam:GetAccessKeyLastUsed iam:SimulatePrincipalPolicy`);
const USERS = 3;

/** True when such a question is asked of several users by a key that has no reason. */
function isAboutSeveral(event: CloudTrailEvent, about: About): boolean {
  const user =
    textAt(event.asked, 'userName') ??
    textAt(event.asked, 'accessKeyId') ??
    textAt(event.asked, 'policySourceArn');
  if (user === null || !OF_USERS.includes(event.call.action) || !isUnexplained(event, about)) return false;
  about.profile.recent.note('users looked at', user, about.now, about.now);
  return about.profile.recent.since('users looked at', about.now - SWEEP).length >= USERS;
}

/** Users, roles and rights explored. */
export const identitiesExplored: Rule = {
  id: 'identities-explored',
  title: 'Users, roles and rights explored',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1087.004',
  whatToDo: 'Ask the owner what the program does; see whether rights changed afterwards.',
  falseAlarms: 'The first run of an audit or inventory tool; later runs are known.',
  actions: [
    'iam:GetAccountAuthorizationDetails',
    'iam:GetCredentialReport',
    'sts:GetAccessKeyInfo',
    'iam:GenerateServiceLastAccessedDetails',
    ...OF_USERS,
  ],
  triggers: ['discovery'],
  quietFor: DAY,
  judge(event, about) {
    // Each tells of all users at once.
    if (/^Get(?:AccountAuthorizationDetails|CredentialReport)$/.test(event.call.name))
      return { facts: { call: event.call.name }, of: '' };
    // Whose another key is, and what somebody uses his rights for: hardly any program asks.
    if (/^(?:GetAccessKeyInfo|GenerateServiceLastAccessedDetails)$/.test(event.call.name))
      return isUnexplained(event, about) ? { facts: { call: event.call.name }, of: 'key' } : null;
    const calls = about.profile.recent
      .since('discovery', about.now - SWEEP)
      .filter((each) => IDENTITY.test(each));
    const isTool = event.agent.kind === 'infrastructure';
    const enough = isTool ? 3 * CALLS : isWithoutReason(about) ? CALLS - 1 : CALLS;
    // Of a company's accounts two say enough; so does one question about several people.
    const isAboutAll = isUnexplained(event, about) && calls.filter((each) => ACCOUNTS.test(each)).length >= 2;
    if (calls.length < enough && !isAboutAll && !isAboutSeveral(event, about))
      return calls.length >= TWO && about.profile.events <= FIRST && isUnexplained(event, about)
        ? { severity: 'low', facts: { calls: calls.length, last: event.call.name }, of: '' }
        : null;
    return {
      severity: isReaderAtHome(event, about) ? 'low' : 'medium',
      facts: { calls: calls.length, last: event.call.name },
      of: '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'four questions about rights',
        records: ['iam:ListUsers', 'iam:ListAttachedUserPolicies', 'iam:ListRoles', 'iam:GetUserPolicy'].map(
          (action, minute) => call(action, { minute }),
        ),
      },
      {
        why: 'two, the first that is seen of a key',
        records: ['iam:ListUsers', 'iam:ListGroupsForUser'].map((action, minute) => call(action, { minute })),
      },
      {
        why: 'everything at once',
        records: [call('iam:GetAccountAuthorizationDetails', { error: 'AccessDenied' })],
      },
    ],
    quiet: [
      {
        why: 'two, in the midst of other work',
        records: [
          ...Array.from({ length: 8 }, () => 'ec2:DescribeInstances'),
          'iam:GetRole',
          'iam:ListAttachedRolePolicies',
        ].map((action, minute) => call(action, { minute })),
      },
      { why: 'one question', records: [call('iam:GetUser')] },
    ],
  }),
};
