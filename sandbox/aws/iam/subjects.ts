import { validationError } from '../aws-error.ts';
import type { Access } from '../auth/authorise.ts';
import type { Account } from '../accounts/account.ts';
import type { User } from '../accounts/user.ts';
import type { Call } from '../operation.ts';
import type { QueryInput } from '../wire/query-input.ts';

export type IamCall = Call<QueryInput>;

const nameRule = { pattern: /^[\w+=,.@-]+$/, shown: String.raw`[\w+=,.@-]+`, least: 1, most: 128 };

/** The account a call is about: always the caller's own. */
export function accountOf(call: IamCall): Account {
  return call.caller.principal.account;
}

/** A name parameter that must be there and must be a legal name. */
export function nameOf(call: IamCall, parameter: string): string {
  return call.input.matching(parameter, nameRule) ?? call.input.required(parameter);
}

/** `UserName`, or the calling user's own; null for root acting on itself. */
export function userNameOrSelf(call: IamCall): string | null {
  const given = call.input.matching('UserName', nameRule);
  if (given !== null) return given;
  const { principal } = call.caller;
  if (principal.kind === 'user') return principal.user.name;
  if (principal.kind === 'root') return null;
  throw validationError('Must specify userName when calling with non-User credentials');
}

/** The access of a call on one user; it is judged before it is known whether the user exists. */
export function userAccess(call: IamCall, name: string, context: Access['context'] = {}): Access {
  const user = accountOf(call).users.get(name);
  return {
    resource: user?.arn ?? accountOf(call).arn(`user/${name}`),
    shown: `user ${name}`,
    context: { ...tagContext(user), ...context },
  };
}

/** The access of a call on `UserName`. */
export function namedUserAccess(call: IamCall): Access {
  return userAccess(call, nameOf(call, 'UserName'));
}

/** The access of a call on `UserName` or oneself; root on itself needs no permission of a policy. */
export function selfAccess(call: IamCall): Access {
  const name = userNameOrSelf(call);
  return name === null ? { resource: accountOf(call).arn('root') } : userAccess(call, name);
}

/** Calls without a resource type: only `"Resource": "*"` allows them. */
export function accountWide(): Access {
  return { resource: '*' };
}

function tagContext(user: User | undefined): Record<string, string> {
  const tags = [...(user?.tags ?? [])];
  return Object.fromEntries(
    tags.flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  );
}
