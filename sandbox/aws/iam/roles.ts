import { AwsError } from '../aws-error.ts';
import { parsePolicy } from '../policy/document.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Role } from '../accounts/role.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import type { XmlObject } from '../wire/xml.ts';
import { roleAccess } from './policies.ts';
import { accountOf, nameOf } from './subjects.ts';

function roleXml(role: Role): XmlObject {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustText),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

const getRole: QueryOperation = {
  name: 'GetRole',
  access: roleAccess,
  run: (call) => ({ Role: roleXml(accountOf(call).role(nameOf(call, 'RoleName'))) }),
};

const listRoles: QueryOperation = {
  name: 'ListRoles',
  access: (call) => ({
    resource: '*',
    shown: accountOf(call).arn(`role${call.input.text('PathPrefix') ?? '/'}`),
  }),
  run: (call) => {
    const prefix = call.input.text('PathPrefix') ?? '/';
    const roles = [...accountOf(call).roles.values()].filter((role) => role.path.startsWith(prefix));
    const { items, rest } = page(call, roles, (role) => role.name);
    return { Roles: items.map(roleXml), ...rest };
  },
};

const createRole: QueryOperation = {
  name: 'CreateRole',
  access: roleAccess,
  run: (call) => {
    const text = call.input.required('AssumeRolePolicyDocument');
    parsePolicy(text, 'trust');
    const description = call.input.text('Description');
    const role = accountOf(call).addRole(nameOf(call, 'RoleName'), {
      trust: JSON.parse(text) as PolicyDocument,
      path: call.input.text('Path') ?? '/',
      maxSessionSeconds: call.input.integer('MaxSessionDuration', 3600, 43_200) ?? 3600,
      ...(description === null ? {} : { description }),
    });
    return { Role: roleXml(role) };
  },
};

const updateAssumeRolePolicy: QueryOperation = {
  name: 'UpdateAssumeRolePolicy',
  access: roleAccess,
  run: (call) => {
    accountOf(call).role(nameOf(call, 'RoleName')).setTrust(call.input.required('PolicyDocument'));
    return null;
  },
};

const deleteRole: QueryOperation = {
  name: 'DeleteRole',
  access: roleAccess,
  run: (call) => {
    const role = accountOf(call).role(nameOf(call, 'RoleName'));
    if (!role.policies.isEmpty()) {
      throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.');
    }
    accountOf(call).removeRole(role.name);
    return null;
  },
};

export const roleOperations = [getRole, listRoles, createRole, updateAssumeRolePolicy, deleteRole];
