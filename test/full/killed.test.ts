import { describeKilledConnect } from '../app/killed/connect.ts';
import { describeKilledDisconnect } from '../app/killed/disconnect.ts';
import { describeKilledWork } from '../app/killed/work.ts';

const READS = [
  'GetCallerIdentity',
  'ListAccessKeys',
  'GetLoginProfile',
  'ListAttachedUserPolicies',
  'ListAccountAliases',
  'SimulatePrincipalPolicy',
];
const DEACTIVATION = ['GetUser', 'ListAccessKeys', 'UpdateAccessKey', 'GetCallerIdentity'];

describeKilledConnect('http', 'sqlite', READS);
describeKilledConnect('socket', 'postgres', READS);
describeKilledWork('http', 'postgres', READS);
describeKilledWork('socket', 'sqlite', READS);
describeKilledDisconnect('socket', 'sqlite', DEACTIVATION);
describeKilledDisconnect('http', 'postgres', DEACTIVATION);
