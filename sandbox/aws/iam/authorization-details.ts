import { invalidParameter } from '../aws-error.ts';
import type { Account, ManagedPolicy } from '../accounts/account.ts';
import type { PolicySet } from '../accounts/policy-set.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import type { XmlObject } from '../wire/xml.ts';
import { accountOf, accountWide } from './subjects.ts';
import type { IamCall } from './subjects.ts';

const kinds = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const;
type Kind = (typeof kinds)[number];

/** One entity of the answer: its place in the order, the list it belongs to, and what is said of it. */
interface Entry {
  readonly id: string;
  readonly list: 'UserDetailList' | 'RoleDetailList' | 'GroupDetailList' | 'Policies';
  readonly detail: () => XmlObject;
}

function policiesXml(policies: PolicySet, inlineName: string): XmlObject {
  return {
    [inlineName]: policies.inlineNames().map((PolicyName) => ({
      PolicyName,
      PolicyDocument: encodeURIComponent(policies.inlineText(PolicyName)),
    })),
    AttachedManagedPolicies: policies.attachedArns().map((PolicyArn) => ({
      PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
      PolicyArn,
    })),
  };
}

function usersOf(account: Account): Entry[] {
  return [...account.users.values()].map((user) => ({
    id: `1 ${user.name}`,
    list: 'UserDetailList',
    detail: () => ({
      Path: user.path,
      UserName: user.name,
      UserId: user.userId,
      Arn: user.arn,
      CreateDate: new Date(user.createdAt),
      GroupList: [...user.groups],
      Tags: [...user.tags].map(([Key, Value]) => ({ Key, Value })),
      ...policiesXml(user.policies, 'UserPolicyList'),
    }),
  }));
}

function rolesOf(account: Account): Entry[] {
  return [...account.roles.values()].map((role) => ({
    id: `3 ${role.name}`,
    list: 'RoleDetailList',
    detail: () => ({
      Path: role.path,
      RoleName: role.name,
      RoleId: role.roleId,
      Arn: role.arn,
      CreateDate: new Date(role.createdAt),
      AssumeRolePolicyDocument: encodeURIComponent(role.trustText),
      ...policiesXml(role.policies, 'RolePolicyList'),
    }),
  }));
}

function groupsOf(account: Account): Entry[] {
  return [...account.groups.values()].map((group) => ({
    id: `2 ${group.name}`,
    list: 'GroupDetailList',
    detail: () => ({
      Path: group.path,
      GroupName: group.name,
      GroupId: group.groupId,
      Arn: group.arn,
      CreateDate: new Date(group.createdAt),
      ...policiesXml(group.policies, 'GroupPolicyList'),
    }),
  }));
}

/** Of AWS's own policies those that are attached to somebody. */
function attachedPolicies(account: Account): ManagedPolicy[] {
  const holders = [account.users, account.groups, account.roles].flatMap((map) => [...map.values()]);
  const arns = new Set(holders.flatMap((holder) => holder.policies.attachedArns()));
  return [...arns].map((arn) => account.managedPolicy(arn)).filter(({ type }) => type === 'aws-managed');
}

function policyEntries(policies: readonly ManagedPolicy[]): Entry[] {
  return policies.map(({ arn, name, text }) => ({
    id: `4 ${arn}`,
    list: 'Policies',
    detail: () => ({
      PolicyName: name,
      Arn: arn,
      Path: '/',
      DefaultVersionId: 'v1',
      IsAttachable: true,
      PolicyVersionList: [{ Document: encodeURIComponent(text), VersionId: 'v1', IsDefaultVersion: true }],
    }),
  }));
}

function entriesOf(account: Account): Record<Kind, () => Entry[]> {
  return {
    User: () => usersOf(account),
    Role: () => rolesOf(account),
    Group: () => groupsOf(account),
    LocalManagedPolicy: () => policyEntries(account.localPolicies),
    AWSManagedPolicy: () => policyEntries(attachedPolicies(account)),
  };
}

function kindsIn(call: IamCall): readonly Kind[] {
  const asked = call.input.list('Filter').map((word) => {
    const kind = kinds.find((each) => each === word);
    if (kind === undefined) {
      throw invalidParameter('filter', word, `satisfy enum value set: [${kinds.join(', ')}]`);
    }
    return kind;
  });
  return asked.length === 0 ? kinds : asked;
}

/** Users, groups, roles and policies in one paged list, each page with the four lists it is sorted into. */
const getAccountAuthorizationDetails: QueryOperation = {
  name: 'GetAccountAuthorizationDetails',
  access: accountWide,
  run: (call) => {
    const all = entriesOf(accountOf(call));
    const entries = kindsIn(call).flatMap((kind) => all[kind]());
    const { items, rest } = page(call, entries, ({ id }) => id);
    const listed = (list: Entry['list']): XmlObject[] =>
      items.filter((entry) => entry.list === list).map(({ detail }) => detail());
    return {
      UserDetailList: listed('UserDetailList'),
      GroupDetailList: listed('GroupDetailList'),
      RoleDetailList: listed('RoleDetailList'),
      Policies: listed('Policies'),
      ...rest,
    };
  },
};

export const authorizationDetailsOperations = [getAccountAuthorizationDetails];
