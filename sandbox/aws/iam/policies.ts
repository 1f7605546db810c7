import { AwsError, noSuchEntity } from '../aws-error.ts';
import type { PolicySet } from '../accounts/policy-set.ts';
import type { Access } from '../auth/authorise.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import { accountOf, nameOf, namedUserAccess } from './subjects.ts';
import type { IamCall } from './subjects.ts';

function policyArnOf(call: IamCall): string {
  const arn = call.input.required('PolicyArn');
  if (!/^arn:[\w-]+:iam::(aws|\d{12}):policy\/.+$/.test(arn)) {
    throw new AwsError('InvalidInput', 400, `ARN ${arn} is not valid.`);
  }
  return arn;
}

interface Holder {
  readonly noun: 'User' | 'Group' | 'Role';
  readonly access: (call: IamCall) => Access;
  readonly policies: (call: IamCall) => PolicySet;
}

const user: Holder = {
  noun: 'User',
  access: namedUserAccess,
  policies: (call) => accountOf(call).user(nameOf(call, 'UserName')).policies,
};

const group: Holder = {
  noun: 'Group',
  access: (call) => {
    const name = nameOf(call, 'GroupName');
    const resource = accountOf(call).groups.get(name)?.arn ?? accountOf(call).arn(`group/${name}`);
    return { resource, shown: `group ${name}` };
  },
  policies: (call) => accountOf(call).group(nameOf(call, 'GroupName')).policies,
};

/** The access of a call on `RoleName`. */
export function roleAccess(call: IamCall): Access {
  const name = nameOf(call, 'RoleName');
  const resource = accountOf(call).roles.get(name)?.arn ?? accountOf(call).arn(`role/${name}`);
  return { resource, shown: `role ${name}` };
}

const role: Holder = {
  noun: 'Role',
  access: roleAccess,
  policies: (call) => accountOf(call).role(nameOf(call, 'RoleName')).policies,
};

/** The seven calls on the policies of a user, a group or a role: the same but for the noun in their names. */
function policyOperationsOf({ noun, access, policies }: Holder): readonly QueryOperation[] {
  const attaching = (call: IamCall): Access => ({
    ...access(call),
    context: { ...access(call).context, 'iam:PolicyARN': policyArnOf(call) },
  });
  return [
    {
      name: `ListAttached${noun}Policies`,
      access,
      run: (call) => {
        const { items, rest } = page(call, policies(call).attachedArns(), (arn) => arn);
        const AttachedPolicies = items.map((PolicyArn) => ({
          PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
          PolicyArn,
        }));
        return { AttachedPolicies, ...rest };
      },
    },
    {
      name: `List${noun}Policies`,
      access,
      run: (call) => {
        const { items, rest } = page(call, policies(call).inlineNames(), (name) => name);
        return { PolicyNames: items, ...rest };
      },
    },
    {
      name: `Get${noun}Policy`,
      access,
      run: (call) => {
        const PolicyName = nameOf(call, 'PolicyName');
        const text = policies(call).inlineText(PolicyName);
        return {
          [`${noun}Name`]: nameOf(call, `${noun}Name`),
          PolicyName,
          PolicyDocument: encodeURIComponent(text),
        };
      },
    },
    {
      name: `Put${noun}Policy`,
      access,
      run: (call) => {
        policies(call).putInline(nameOf(call, 'PolicyName'), call.input.required('PolicyDocument'));
        return null;
      },
    },
    {
      name: `Delete${noun}Policy`,
      access,
      run: (call) => {
        policies(call).deleteInline(nameOf(call, 'PolicyName'));
        return null;
      },
    },
    {
      name: `Attach${noun}Policy`,
      access: attaching,
      run: (call) => {
        policies(call).attach(policyArnOf(call));
        return null;
      },
    },
    {
      name: `Detach${noun}Policy`,
      access: attaching,
      run: (call) => {
        policies(call).detach(policyArnOf(call));
        return null;
      },
    },
  ];
}

const managedAccess = (call: IamCall): Access => {
  const resource = policyArnOf(call);
  return { resource, shown: `policy ${resource}` };
};

const getPolicy: QueryOperation = {
  name: 'GetPolicy',
  access: managedAccess,
  run: (call) => {
    const policy = accountOf(call).managedPolicy(policyArnOf(call));
    return {
      Policy: {
        PolicyName: policy.name,
        Arn: policy.arn,
        Path: '/',
        DefaultVersionId: 'v1',
        IsAttachable: true,
      },
    };
  },
};

const getPolicyVersion: QueryOperation = {
  name: 'GetPolicyVersion',
  access: managedAccess,
  run: (call) => {
    const policy = accountOf(call).managedPolicy(policyArnOf(call));
    const VersionId = call.input.required('VersionId');
    if (VersionId !== 'v1') throw noSuchEntity(`Policy ${policy.arn} version ${VersionId} does not exist.`);
    return {
      PolicyVersion: { Document: encodeURIComponent(policy.text), VersionId, IsDefaultVersion: true },
    };
  },
};

export const policyOperations = [
  ...[user, group, role].flatMap(policyOperationsOf),
  getPolicy,
  getPolicyVersion,
];
