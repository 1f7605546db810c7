import { accessDenied, invalidParameter, noSuchEntity } from '../aws-error.ts';
import { accountOfKeyId } from '../accounts/identifiers.ts';
import type { KeyRing } from '../accounts/key-ring.ts';
import { refusal } from '../auth/authorise.ts';
import type { Access } from '../auth/authorise.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import { accountOf, selfAccess, userAccess, userNameOrSelf } from './subjects.ts';
import type { IamCall } from './subjects.ts';

const keyIdRule = { pattern: /^\w+$/, shown: String.raw`[\w]+`, least: 16, most: 128 };

function ringOf(call: IamCall): KeyRing {
  const name = userNameOrSelf(call);
  return name === null ? accountOf(call).rootKeys : accountOf(call).user(name).keys;
}

function keyIdOf(call: IamCall): string {
  return call.input.matching('AccessKeyId', keyIdRule) ?? call.input.required('AccessKeyId');
}

const listAccessKeys: QueryOperation = {
  name: 'ListAccessKeys',
  access: selfAccess,
  run: (call) => {
    const UserName = userNameOrSelf(call);
    const { items, rest } = page(call, ringOf(call).listed(), ({ key }) => key.accessKeyId);
    const AccessKeyMetadata = items.map(({ key, status }) => ({
      UserName,
      AccessKeyId: key.accessKeyId,
      Status: status,
      CreateDate: new Date(key.createdAt),
    }));
    return { AccessKeyMetadata, ...rest };
  },
};

const createAccessKey: QueryOperation = {
  name: 'CreateAccessKey',
  access: selfAccess,
  run: (call) => {
    const key = ringOf(call).create();
    return {
      AccessKey: {
        UserName: userNameOrSelf(call),
        AccessKeyId: key.accessKeyId,
        Status: 'Active',
        SecretAccessKey: key.secretAccessKey,
        CreateDate: new Date(key.createdAt),
      },
    };
  },
};

const updateAccessKey: QueryOperation = {
  name: 'UpdateAccessKey',
  access: selfAccess,
  run: (call) => {
    const key = ringOf(call).get(keyIdOf(call));
    const status = call.input.required('Status');
    if (status !== 'Active' && status !== 'Inactive') {
      throw invalidParameter('status', status, 'satisfy enum value set: [Active, Inactive]');
    }
    key.change(status, call.circumstances.now);
    return null;
  },
};

const deleteAccessKey: QueryOperation = {
  name: 'DeleteAccessKey',
  access: selfAccess,
  run: (call) => {
    ringOf(call).get(keyIdOf(call)).change('Deleted', call.circumstances.now);
    return null;
  },
};

function lastUsedAccess(call: IamCall): Access {
  const found = ownKey(call);
  if (found === null)
    return { resource: accountOf(call).arn('user/*'), shown: `access key ${keyIdOf(call)}` };
  const { owner } = found.ring;
  return owner === null ? { resource: accountOf(call).arn('root') } : userAccess(call, owner.name);
}

function ownKey(call: IamCall): ReturnType<IamCall['world']['findKey']> {
  const found = call.world.findKey(keyIdOf(call));
  return found !== null && found.ring.account === accountOf(call) ? found : null;
}

const getAccessKeyLastUsed: QueryOperation = {
  name: 'GetAccessKeyLastUsed',
  access: lastUsedAccess,
  run: (call) => {
    const found = ownKey(call);
    if (found === null || found.key.currentStatus === 'Deleted') {
      const keyId = keyIdOf(call);
      // A key of somebody else's account is refused even to an administrator: its existence is not told.
      if (found === null && accountOfKeyId(keyId) !== accountOf(call).id) {
        throw accessDenied(refusal(call.caller, 'iam:GetAccessKeyLastUsed', lastUsedAccess(call), ''));
      }
      throw noSuchEntity(`The Access Key with id ${keyId} cannot be found.`);
    }
    const { key, ring } = found;
    const used = key.lastUsed;
    return {
      UserName: ring.owner?.name,
      AccessKeyLastUsed: {
        LastUsedDate: used === null ? null : new Date(used.at),
        ServiceName: used?.service ?? 'N/A',
        Region: used?.region ?? 'N/A',
      },
    };
  },
};

export const accessKeyOperations = [
  listAccessKeys,
  createAccessKey,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
];
