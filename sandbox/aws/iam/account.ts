import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import { keysPerUser } from '../accounts/key-ring.ts';
import { accountOf, accountWide } from './subjects.ts';

const getAccountSummary: QueryOperation = {
  name: 'GetAccountSummary',
  access: accountWide,
  run: (call) => {
    const account = accountOf(call);
    const devices = [...account.users.values()].filter((user) => user.mfa !== null).length;
    const SummaryMap = new Map(
      Object.entries({
        Users: account.users.size,
        UsersQuota: 5000,
        Groups: account.groups.size,
        GroupsQuota: 300,
        Roles: account.roles.size,
        RolesQuota: 1000,
        Policies: account.customerPolicyCount,
        AccessKeysPerUserQuota: keysPerUser,
        AccountAccessKeysPresent: account.rootKeys.existing().length > 0 ? 1 : 0,
        AccountMFAEnabled: 0,
        MFADevices: devices,
        MFADevicesInUse: devices,
        AttachedPoliciesPerUserQuota: 10,
        UserPolicySizeQuota: 2048,
      }),
    );
    return { SummaryMap };
  },
};

const listAccountAliases: QueryOperation = {
  name: 'ListAccountAliases',
  access: accountWide,
  run: (call) => {
    const { alias } = accountOf(call);
    const { items, rest } = page(call, alias === null ? [] : [alias], (name) => name);
    return { AccountAliases: items, ...rest };
  },
};

export const accountOperations = [getAccountSummary, listAccountAliases];
