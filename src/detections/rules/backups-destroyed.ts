import { isAtWork, isUnexplained } from '../at-home.ts';
import { call, history } from '../example.ts';
import { beyondMeasure } from '../first.ts';
import { at, flagAt, listAt, numberAt, textAt, writtenOut } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const MANY = 5;
/** By a key that never made any. */
const FEW = 3;
/** Days after which a backup that is deleted then is of no use to anybody. */
const SOON = 7;

/** The same of services nobody listed. */
const ENDING = /^(?!(?:ec2|ecr):)[a-z0-9-]+:(?:Batch)?Delete\w*(?:Snapshots?|Backups?)$/;

/** True for a setting after which no backups are made. */
function isSwitchedOff(asked: unknown): boolean {
  return (
    numberAt(asked, 'backupRetentionPeriod') === 0 ||
    flagAt(asked, 'pointInTimeRecoverySpecification', 'pointInTimeRecoveryEnabled') === false ||
    textAt(asked, 'backupPolicy', 'status') === 'DISABLED' ||
    textAt(asked, 'state') === 'DISABLED'
  );
}

/** True for a key that makes images: it takes the old ones away. */
function knowsImages({ profile }: About): boolean {
  const makers = ['ec2:CreateImage', 'ec2:RegisterImage', 'ec2:CopyImage'];
  return makers.some((each) => profile.tables.actions.lastSeen(each) !== null);
}

function makesSnapshots({ profile }: About): boolean {
  return profile.tables.actions.values.some((each) =>
    /:(?:Create|Copy)\w*(?:Snapshots?|Backups?|Images?)$/.test(each),
  );
}

/** Backups or snapshots deleted. */
export const backupsDestroyed: Rule = {
  id: 'backups-destroyed',
  title: 'Backups or snapshots deleted',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1490',
  whatToDo: 'Stop the key; what is left of the backups must be copied elsewhere first.',
  falseAlarms: 'Backup tools that delete what is old; they are known by their habit.',
  actions: words(`
    ec2:DeleteSnapshot ec2:DeregisterImage rds:DeleteDBSnapshot rds:DeleteDBClusterSnapshot
    rds:DeleteDBInstanceAutomatedBackup backup:DeleteRecoveryPoint backup:DeleteBackupVault
    backup:DeleteBackupPlan backup:DeleteBackupSelection backup:DeleteBackupVaultLockConfiguration
    backup:StopBackupJob redshift:DeleteClusterSnapshot elasticache:DeleteSnapshot
    dynamodb:DeleteBackup dlm:DeleteLifecyclePolicy fsx:DeleteBackup rbin:DeleteRule
    rbin:UnlockRule backup:DisassociateRecoveryPoint dynamodb:UpdateContinuousBackups
    elasticfilesystem:PutBackupPolicy rds:ModifyDBInstance rds:ModifyDBCluster dlm:UpdateLifecyclePolicy
    glacier:DeleteVault glacier:DeleteArchive rds:DeleteDBClusterAutomatedBackup
    redshift:BatchDeleteClusterSnapshots lightsail:DeleteInstanceSnapshot memorydb:DeleteSnapshot
    backup:DeleteBackupVaultAccessPolicy backup:UpdateRecoveryPointLifecycle backup:UpdateBackupPlan`),
  matches: ENDING,
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const isSetting = /^(?:Update|Put|Modify)/.test(name);
    const days = numberAt(asked, 'lifecycle', 'deleteAfterDays');
    const inPlan = [...writtenOut(at(asked, 'backupPlan')).matchAll(/"deleteAfterDays":"?(\d{1,6})/g)];
    const isShort = (days !== null && days <= SOON) || inPlan.some(([, each]) => Number(each) <= SOON);
    if (isSetting && !isSwitchedOff(asked) && !isShort) return null;
    const what =
      textAt(asked, 'snapshotId') ??
      textAt(asked, 'dBSnapshotIdentifier') ??
      textAt(asked, 'dBClusterSnapshotIdentifier') ??
      textAt(asked, 'recoveryPointArn') ??
      textAt(asked, 'backupVaultName') ??
      event.id;
    const { recent } = about.profile;
    // Several in one call are several.
    const many = listAt(asked, 'identifiers').map((each) => textAt(each, 'snapshotIdentifier') ?? '');
    for (const each of many.length === 0 ? [what] : many)
      recent.note('destroyed backups', each, about.now, about.now);
    const count = recent.since('destroyed backups', about.now - HOUR).length;
    const isGrave =
      isSetting ||
      /Vault|RecoveryPoint|BackupPlan|AutomatedBackup|Stop|Rule/.test(name) ||
      // Machines are made from an image: whoever made it knows better.
      (name === 'DeregisterImage' && isUnexplained(event, about) && !knowsImages(about));
    // Who takes the old ones away made them before.
    const isOthers = count >= FEW && isUnexplained(event, about) && !makesSnapshots(about);
    if (count < MANY && !isGrave && !isOthers) return null;
    const beyond = count >= 2 * MANY ? beyondMeasure(count, event, about) : [];
    return {
      // Whose work it is to delete the old ones may have many to delete for once.
      severity: count >= 2 * MANY && !(beyond.length > 0 && isAtWork(event, about)) ? 'high' : 'medium',
      facts: { backups: count, call: name },
      of: isGrave ? name : count >= 2 * MANY ? 'many' : 'some',
      strangers: beyond,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'five snapshots in an hour',
        records: [1, 2, 3, 4, 5].map((each) =>
          call('ec2:DeleteSnapshot', { asked: { snapshotId: `snap-${each}` }, minute: each }),
        ),
      },
      {
        why: 'twelve, by a tool that deletes two each night',
        learned: history(9, [
          'ec2:CreateSnapshot',
          'ec2:CreateSnapshot',
          'ec2:DescribeSnapshots',
          'ec2:DeleteSnapshot',
          'ec2:DeleteSnapshot',
        ]),
        records: Array.from({ length: 12 }, (_, each) =>
          call('ec2:DeleteSnapshot', { asked: { snapshotId: `snap-${each}` }, minute: each }),
        ),
      },
      { why: 'a vault', records: [call('backup:DeleteBackupVault', { asked: { backupVaultName: 'v' } })] },
    ],
    quiet: [
      {
        why: 'twelve, by a tool that deletes as many each night',
        learned: history(
          9,
          Array.from({ length: 12 }, () => 'ec2:DeleteSnapshot'),
        ),
        records: Array.from({ length: 12 }, (_, each) =>
          call('ec2:DeleteSnapshot', { asked: { snapshotId: `snap-${each}` }, minute: each }),
        ),
      },
      { why: 'one snapshot', records: [call('ec2:DeleteSnapshot', { asked: { snapshotId: 'snap-1' } })] },
    ],
  }),
};
