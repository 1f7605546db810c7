import { isUnexplained, trifle } from '../at-home.ts';
import { call } from '../example.ts';
import { flagAt, textAt, within } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** So many databases a day are told of one by one. */
const FEW = 2;

/** Database made public, or its password changed. */
export const databaseOpened: Rule = {
  id: 'database-opened',
  title: 'Database made public, or its password changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1190',
  whatToDo: 'Undo it; see who connected.',
  falseAlarms: 'Development databases; planned changes of passwords.',
  actions: words(`
    rds:ModifyDBInstance rds:ModifyDBCluster rds:CreateDBInstance
    rds:RestoreDBInstanceFromDBSnapshot rds:RestoreDBInstanceToPointInTime
    rds:RestoreDBClusterFromSnapshot rds:AuthorizeDBSecurityGroupIngress rds:AddRoleToDBInstance
    rds:AddRoleToDBCluster rds:StopActivityStream redshift:ModifyCluster
    redshift:AuthorizeClusterSecurityGroupIngress redshift:GetClusterCredentials
    redshift:GetClusterCredentialsWithIAM redshift-serverless:GetCredentials rds:EnableHttpEndpoint rds:CreateDBInstanceReadReplica
    redshift:CreateCluster redshift-serverless:UpdateWorkgroup dynamodb:UpdateTable redshift:RestoreFromClusterSnapshot
    lightsail:UpdateRelationalDatabase lightsail:CreateRelationalDatabaseFromSnapshot
    es:UpdateDomainConfig es:UpdateElasticsearchDomainConfig`),
  quietFor: DAY,
  judge(event, about) {
    const { asked } = event;
    const isPublic =
      flagAt(asked, 'publiclyAccessible') === true ||
      (event.call.name.startsWith('Restore') && flagAt(event.answered, 'publiclyAccessible') === true);
    const isReset =
      within(asked, 'advancedSecurityOptions', 'masterUserOptions') !== undefined ||
      (event.call.name.startsWith('Modify') &&
        (textAt(asked, 'masterUserPassword') !== null || textAt(asked, 'adminUserPassword') !== null));
    const isUnprotected =
      (event.call.name.startsWith('Modify') && flagAt(asked, 'deletionProtection') === false) ||
      (event.call.name === 'UpdateTable' && flagAt(asked, 'deletionProtectionEnabled') === false);
    const other =
      /AuthorizeDBSecurityGroupIngress|AuthorizeClusterSecurityGroupIngress|AddRoleToDB|StopActivityStream|GetClusterCredentials|EnableHttpEndpoint/.test(
        event.call.name,
      );
    // Another way in, for whoever has a role.
    const isNewLogin =
      flagAt(asked, 'enableIAMDatabaseAuthentication') === true && isUnexplained(event, about);
    if (!isPublic && !isReset && !isUnprotected && !other && !isNewLogin) return null;
    const database =
      textAt(asked, 'dBInstanceIdentifier') ??
      textAt(asked, 'dBClusterIdentifier') ??
      textAt(asked, 'clusterIdentifier');
    const { recent } = about.profile;
    const isOnlyReset = isReset && !isPublic;
    if (isOnlyReset) recent.note('passwords of databases', database ?? '', about.now, about.now);
    const passwords = isOnlyReset ? recent.since('passwords of databases', about.now - DAY).length : 0;
    return {
      severity: isUnprotected && !isPublic && !isReset ? trifle(event, about) : 'medium',
      facts: {
        call: event.call.name,
        database,
        change: isPublic ? 'public' : isReset ? 'password' : isUnprotected ? 'deletion protection off' : null,
      },
      // Who changes the passwords of many does so at once: the first few are told of one by one.
      of: passwords > FEW ? `${event.call.name} passwords` : `${event.call.name} ${database ?? ''}`,
      strangers: [isPublic ? 'public' : isReset ? 'password' : isUnprotected ? 'unprotected' : 'login'],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a public database',
        records: [
          call('rds:ModifyDBInstance', { asked: { dBInstanceIdentifier: 'd', publiclyAccessible: true } }),
        ],
      },
      {
        why: 'a snapshot is restored where all can reach it',
        records: [
          call('rds:RestoreDBInstanceFromDBSnapshot', {
            asked: { dBInstanceIdentifier: 'd', publiclyAccessible: true },
          }),
        ],
      },
      {
        why: 'the password',
        records: [
          call('rds:ModifyDBInstance', { asked: { dBInstanceIdentifier: 'd', masterUserPassword: '****' } }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a larger disk',
        records: [
          call('rds:ModifyDBInstance', { asked: { dBInstanceIdentifier: 'd', allocatedStorage: 100 } }),
        ],
      },
    ],
  }),
};
