import { isReaderAtHome, isWithoutReason } from '../at-home.ts';
import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const SWEEP = HOUR / 6;
const CALLS = 4;
const IDENTITY = /^(?:iam|organizations|sso|identitystore|sso-directory|cognito-idp|cognito-identity):/;

/** Users, roles and rights explored. */
export const identitiesExplored: Rule = {
  id: 'identities-explored',
  title: 'Users, roles and rights explored',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1087.004',
  whatToDo: 'Ask the owner what the program does; see whether rights changed afterwards.',
  falseAlarms: 'The first run of an audit or inventory tool; later runs are known.',
  actions: ['iam:GetAccountAuthorizationDetails', 'iam:GetCredentialReport'],
  triggers: ['discovery'],
  quietFor: DAY,
  judge(event, about) {
    // Each tells of all users at once.
    if (/^Get(?:AccountAuthorizationDetails|CredentialReport)$/.test(event.call.name))
      return { facts: { call: event.call.name }, of: '' };
    const calls = about.profile.recent
      .since('discovery', about.now - SWEEP)
      .filter((each) => IDENTITY.test(each));
    const isTool = event.agent.kind === 'infrastructure';
    const enough = isTool ? 3 * CALLS : isWithoutReason(about) ? CALLS - 1 : CALLS;
    if (calls.length < enough) return null;
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
        why: 'everything at once',
        records: [call('iam:GetAccountAuthorizationDetails', { error: 'AccessDenied' })],
      },
    ],
    quiet: [{ why: 'one question', records: [call('iam:GetUser')] }],
  }),
};
