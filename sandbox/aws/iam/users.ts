import { AwsError, limitExceeded, noSuchEntity } from '../aws-error.ts';
import type { User } from '../accounts/user.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import type { XmlObject } from '../wire/xml.ts';
import { accountOf, nameOf, namedUserAccess, selfAccess, userAccess, userNameOrSelf } from './subjects.ts';
import type { IamCall } from './subjects.ts';

const tagsPerUser = 50;

function userXml(user: User): XmlObject {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: new Date(user.createdAt),
  };
}

function tagXml(tags: ReadonlyMap<string, string>): XmlObject[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function tagsOf(call: IamCall): Map<string, string> {
  return new Map(call.input.structures('Tags').map((tag) => [tag.required('Key'), tag.required('Value')]));
}

function tagContext(call: IamCall): Record<string, string | string[]> {
  const tags = [...tagsOf(call)];
  const requested = Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value]));
  return tags.length === 0 ? {} : { ...requested, 'aws:TagKeys': tags.map(([key]) => key) };
}

const listUsers: QueryOperation = {
  name: 'ListUsers',
  access: (call) => ({
    resource: '*',
    shown: accountOf(call).arn(`user${call.input.text('PathPrefix') ?? '/'}`),
  }),
  run: (call) => {
    const prefix = call.input.text('PathPrefix') ?? '/';
    const users = [...accountOf(call).users.values()].filter((user) => user.path.startsWith(prefix));
    const { items, rest } = page(call, users, (user) => user.name);
    return { Users: items.map(userXml), ...rest };
  },
};

const getUser: QueryOperation = {
  name: 'GetUser',
  access: selfAccess,
  run: (call) => {
    const name = userNameOrSelf(call);
    const account = accountOf(call);
    if (name === null) {
      return {
        User: { UserId: account.id, Arn: account.arn('root'), CreateDate: new Date(account.createdAt) },
      };
    }
    const user = account.user(name);
    const Tags = user.tags.size === 0 ? null : tagXml(user.tags);
    return { User: { ...userXml(user), Tags } };
  },
};

const createUser: QueryOperation = {
  name: 'CreateUser',
  access: (call) => {
    const path = call.input.text('Path') ?? '/';
    const name = nameOf(call, 'UserName');
    return {
      ...userAccess(call, name, tagContext(call)),
      resource: accountOf(call).arn(`user${path}${name}`),
    };
  },
  run: (call) => {
    const user = accountOf(call).addUser(nameOf(call, 'UserName'), {
      path: call.input.text('Path') ?? '/',
      tags: Object.fromEntries(tagsOf(call)),
    });
    return { User: userXml(user) };
  },
};

const deleteUser: QueryOperation = {
  name: 'DeleteUser',
  access: namedUserAccess,
  run: (call) => {
    const user = accountOf(call).user(nameOf(call, 'UserName'));
    const left = [
      ...(user.keys.existing().length > 0 ? ['delete access keys'] : []),
      ...(user.policies.isEmpty() ? [] : ['delete policies']),
      ...(user.loginProfileAt === null ? [] : ['delete login profile']),
      ...(user.groups.size > 0 ? ['remove users from group'] : []),
    ][0];
    if (left !== undefined)
      throw new AwsError('DeleteConflict', 409, `Cannot delete entity, must ${left} first.`);
    accountOf(call).removeUser(user.name);
    return null;
  },
};

const listUserTags: QueryOperation = {
  name: 'ListUserTags',
  access: namedUserAccess,
  run: (call) => {
    const { tags } = accountOf(call).user(nameOf(call, 'UserName'));
    const { items, rest } = page(call, [...tags], ([key]) => key);
    return { Tags: tagXml(new Map(items)), ...rest };
  },
};

const tagUser: QueryOperation = {
  name: 'TagUser',
  access: (call) => userAccess(call, nameOf(call, 'UserName'), tagContext(call)),
  run: (call) => {
    const user = accountOf(call).user(nameOf(call, 'UserName'));
    const tags = new Map([...user.tags, ...tagsOf(call)]);
    if (tags.size > tagsPerUser) throw limitExceeded(`Cannot exceed quota for TagsPerUser: ${tagsPerUser}`);
    for (const [key, value] of tags) user.tags.set(key, value);
    return null;
  },
};

const untagUser: QueryOperation = {
  name: 'UntagUser',
  access: (call) => userAccess(call, nameOf(call, 'UserName'), { 'aws:TagKeys': call.input.list('TagKeys') }),
  run: (call) => {
    const user = accountOf(call).user(nameOf(call, 'UserName'));
    for (const key of call.input.list('TagKeys')) user.tags.delete(key);
    return null;
  },
};

const listGroupsForUser: QueryOperation = {
  name: 'ListGroupsForUser',
  access: namedUserAccess,
  run: (call) => {
    const account = accountOf(call);
    const names = [...account.user(nameOf(call, 'UserName')).groups];
    const { items, rest } = page(call, names, (name) => name);
    const Groups = items.map((name) => {
      const { path, groupId, arn, createdAt } = account.group(name);
      return { Path: path, GroupName: name, GroupId: groupId, Arn: arn, CreateDate: new Date(createdAt) };
    });
    return { Groups, ...rest };
  },
};

const getLoginProfile: QueryOperation = {
  name: 'GetLoginProfile',
  access: selfAccess,
  run: (call) => {
    const name = userNameOrSelf(call) ?? call.input.required('UserName');
    const at = accountOf(call).user(name).loginProfileAt;
    if (at === null) throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
    return { LoginProfile: { UserName: name, CreateDate: new Date(at), PasswordResetRequired: false } };
  },
};

export const userOperations = [
  listUsers,
  getUser,
  createUser,
  deleteUser,
  listUserTags,
  tagUser,
  untagUser,
  listGroupsForUser,
  getLoginProfile,
];
