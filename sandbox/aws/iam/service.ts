import { invalidClientTokenId } from '../aws-error.ts';
import { queryService } from '../query-service.ts';
import { accessKeyOperations } from './access-keys.ts';
import { accountOperations } from './account.ts';
import { authorizationDetailsOperations } from './authorization-details.ts';
import { policyOperations } from './policies.ts';
import { reportOperations } from './report.ts';
import { roleOperations } from './roles.ts';
import { simulationOperations } from './simulate.ts';
import { userOperations } from './users.ts';

/** IAM. Sessions of GetFederationToken never reach it, those of GetSessionToken only when made with MFA. */
export const iam = queryService({
  name: 'iam',
  global: true,
  version: '2010-05-08',
  operations: [
    ...userOperations,
    ...accessKeyOperations,
    ...policyOperations,
    ...roleOperations,
    ...accountOperations,
    ...authorizationDetailsOperations,
    ...reportOperations,
    ...simulationOperations,
  ],
  admit: ({ session }) => {
    if (session === null || session.origin === 'AssumeRole') return;
    if (session.origin === 'GetFederationToken' || !session.mfa) throw invalidClientTokenId();
  },
});
