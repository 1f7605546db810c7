import { validationError } from '../aws-error.ts';
import { accountOfKeyId } from '../accounts/identifiers.ts';
import { principalArn, principalUserId } from '../auth/principal.ts';
import type { QueryOperation } from '../query-service.ts';

/** Needs no permission and works under an explicit deny. */
export const getCallerIdentity: QueryOperation = {
  name: 'GetCallerIdentity',
  access: null,
  run: ({ caller: { principal } }) => ({
    UserId: principalUserId(principal),
    Account: principal.account.id,
    Arn: principalArn(principal),
  }),
};

/** Tells the account of a key id, whatever became of the key. */
export const getAccessKeyInfo: QueryOperation = {
  name: 'GetAccessKeyInfo',
  access: () => ({ resource: '*' }),
  run: (call) => {
    const accessKeyId = call.input.required('AccessKeyId');
    const Account = accountOfKeyId(accessKeyId);
    if (Account === null) throw validationError(`Access key ${accessKeyId} is not valid.`);
    return { Account };
  },
};
