import { AwsError, accessDenied } from '../aws-error.ts';
import { queryService } from '../query-service.ts';
import { assumeRole } from './assume-role.ts';
import { getAccessKeyInfo, getCallerIdentity } from './identity.ts';
import { getFederationToken, getSessionToken } from './own-sessions.ts';

// What each kind of session may still ask of STS (STS API reference, GetSessionToken, GetFederationToken, AssumeRole).
const refused = {
  AssumeRole: new Set(['GetSessionToken', 'GetFederationToken']),
  GetSessionToken: new Set(['GetSessionToken', 'GetFederationToken', 'GetAccessKeyInfo']),
  GetFederationToken: new Set(['GetSessionToken', 'GetFederationToken', 'GetAccessKeyInfo', 'AssumeRole']),
} as const satisfies Record<string, ReadonlySet<string>>;

/** STS, in every region unless an account has it switched off there. */
export const sts = queryService({
  name: 'sts',
  global: false,
  version: '2011-06-15',
  operations: [getCallerIdentity, getAccessKeyInfo, assumeRole, getSessionToken, getFederationToken],
  admit: ({ principal, region, session }, action) => {
    if (principal.account.stsDisabledRegions.has(region)) {
      throw new AwsError(
        'RegionDisabledException',
        403,
        `STS is not activated in this region for account:${principal.account.id}. ` +
          'Your account administrator can activate STS in this region using the IAM Console.',
      );
    }
    const closed: ReadonlySet<string> = session === null ? new Set<string>() : refused[session.origin];
    if (closed.has(action)) throw accessDenied(`Cannot call ${action} with session credentials`);
  },
});
