import { isByHand, isUnexplained } from '../at-home.ts';
import { call, ordinary } from '../example.ts';
import { isOnOneself, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Changes of users, roles and rights; those that say more have rules of their own, tags and service-linked roles say less. */
const CHANGING =
  /^iam:(?:Create(?:Role|Group|Policy|PolicyVersion|InstanceProfile)|Update(?:Role|Group|User|SSHPublicKey|SigningCertificate|ServerCertificate|ServiceSpecificCredential)|Upload\w+|Remove\w+|Delete(?:Role|Group|Policy|PolicyVersion|InstanceProfile|SSHPublicKey|SigningCertificate|ServerCertificate|ServiceSpecificCredential|AccountAlias)|CreateAccountAlias|SetSecurityTokenServicePreferences)$/;

/** The same by the one call that makes, changes and deletes anything; only the kind of thing is in the record. */
const ANYTHING = /^cloudcontrolapi:(?:Create|Update|Delete)Resource$/;
const IDENTITIES = /^AWS::(?:IAM|RolesAnywhere|SSO|IdentityStore|Organizations|Cognito)::/;

/** Users, roles or rights changed without a reason. */
export const identityChanged: Rule = {
  id: 'identity-changed',
  title: 'Users, roles or rights changed by a key that has no reason to',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098',
  whatToDo:
    'Ask the owner of the key. Nothing but tools for infrastructure and administrators work on these.',
  falseAlarms: 'An administrator with a new key; later work is known by its habit.',
  actions: [],
  matches: new RegExp(`${CHANGING.source}|${ANYTHING.source}`),
  quietFor: 7 * DAY,
  judge(event, about) {
    if (ANYTHING.test(event.call.action)) {
      const kind = textAt(event.asked, 'typeName') ?? '';
      return !event.failed && isByHand(event, about) && IDENTITIES.test(kind)
        ? { facts: { call: event.call.name, of: kind }, of: kind, strangers: [kind] }
        : null;
    }
    if (event.failed || !isUnexplained(event, about) || isOnOneself(event, about)) return null;
    return { facts: { call: event.call.name, of: targetOf(event) }, of: event.call.name };
  },
  examples: () => ({
    fires: [
      {
        why: 'a role whose sessions last longer',
        records: [call('iam:UpdateRole', { asked: { roleName: 'admin', maxSessionDuration: 43_200 } })],
      },
      {
        why: 'a group, by a key that works with files',
        learned: ordinary(9),
        records: [call('iam:CreateGroup', { asked: { groupName: 'g' } })],
      },
      {
        why: 'a user, by the call that makes anything',
        records: [
          call('cloudcontrolapi:CreateResource', {
            asked: { typeName: 'AWS::IAM::User', desiredState: 'HIDDEN' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'an infrastructure tool',
        records: [
          call('iam:CreateRole', { asked: { roleName: 'app' }, agent: 'HashiCorp/1.0 Terraform/1.11.4' }),
        ],
      },
      {
        why: 'a role that a service of AWS needs',
        records: [call('iam:CreateServiceLinkedRole', { asked: { aWSServiceName: 'spot.amazonaws.com' } })],
      },
    ],
  }),
};
