import { isAtWork, isByHand, isUnexplained, trifle } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, history } from '../example.ts';
import { isElsewhere } from '../first.ts';
import { at, flagAt, textAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { isListed, type About, type Finding, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** The same of services nobody listed. */
const EXPORTING =
  /^(?!(?:apigateway|cloudformation|translate|codebuild):)[a-z0-9-]+:(?:(?:Start|Create|Begin)\w*Export\w*(?:Job|Task)?|Export\w+To\w+)$/;

const TABLE = /^dynamodb:(?:UpdateTable|RestoreTable)/;

/** Answers of queries written where this key never had them written; or, for all who ask, somewhere else from now on. */
function resultsLedElsewhere(event: CloudTrailEvent, about: About): Finding | null {
  const { asked, call: api, failed } = event;
  const found = leavesOf(asked).find(([name]) => name === 'outputLocation')?.[1] ?? null;
  const where =
    found
      ?.replace(/^s3:\/\//, '')
      .split('/', 1)[0]
      ?.slice(0, 64) ?? null;
  if (where === null || failed) return null;
  const told: Finding = {
    severity: trifle(event, about),
    facts: { call: api.action, bucket: where },
    of: where,
    strangers: [where],
  };
  if (api.name === 'UpdateWorkGroup') return told;
  return isElsewhere('results', where, about) ? told : null;
}

/** Of the examples: what a program asks each day. */
const ASKED = Array.from({ length: 5 }, () => 'athena:StartQueryExecution');
function answersTo(bucket: string): { readonly asked: unknown } {
  return { asked: { resultConfiguration: { outputLocation: `s3://${bucket}/answers/` } } };
}

/** Data copied out in bulk. */
export const dataExported: Rule = {
  id: 'data-exported',
  title: 'Data copied out in bulk',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1537',
  whatToDo: 'See where the copy goes; stop the task if nobody knows it.',
  falseAlarms: 'Backup and analytics jobs; they are known by their habit.',
  actions: words(`
    rds:StartExportTask ec2:CreateInstanceExportTask ec2:ExportImage ec2:CreateStoreImageTask
    s3:PutBucketReplication dynamodb:ExportTableToPointInTime logs:CreateExportTask
    transfer:CreateServer transfer:CreateUser transfer:UpdateUser transfer:ImportSshPublicKey datasync:CreateTask
    datasync:StartTaskExecution dms:CreateReplicationTask dms:StartReplicationTask
    ebs:GetSnapshotBlock ebs:ListChangedBlocks fsx:CreateDataRepositoryTask
    ebs:ListSnapshotBlocks s3:CreateJob glue:CreateConnection
    quicksight:CreateDataSource elasticache:CreateSnapshot dlm:CreateLifecyclePolicy
    rds:DownloadCompleteDBLogFile rds:DownloadDBLogFilePortion backup:StartCopyJob acm:ExportCertificate snowball:CreateJob
    elasticache:CopySnapshot lightsail:ExportSnapshot appflow:CreateFlow
    secretsmanager:ReplicateSecretToRegions dynamodb:UpdateTable dynamodb:RestoreTableToPointInTime
    dynamodb:RestoreTableFromBackup athena:StartQueryExecution athena:UpdateWorkGroup`),
  matches: EXPORTING,
  judge(event, about) {
    // A copy into a vault of the same account stays at home.
    if (
      event.call.name === 'StartCopyJob' &&
      (textAt(event.asked, 'destinationBackupVaultArn') ?? '').includes(`:${event.accountId ?? ''}:`)
    )
      return null;
    if (event.call.name === 'CopySnapshot' && textAt(event.asked, 'targetBucket') === null) return null;
    if (event.call.name === 'ReplicateSecretToRegions' && !isByHand(event, about)) return null;
    // A second table beside the first; a copy that is kept up to date elsewhere, or of each change.
    if (TABLE.test(event.call.action)) {
      const isCopied =
        event.call.name !== 'UpdateTable' ||
        leavesOf(at(event.asked, 'replicaUpdates')).length > 0 ||
        flagAt(event.asked, 'streamSpecification', 'streamEnabled') === true;
      if (event.failed || !isCopied || !isUnexplained(event, about)) return null;
    }
    if (event.call.service === 'athena') return resultsLedElsewhere(event, about);
    // What collects logs does so all day.
    if (
      event.call.name === 'DownloadDBLogFilePortion' &&
      (!isUnexplained(event, about) || isAtWork(event, about))
    )
      return null;
    return {
      severity: isListed(dataExported, event) ? 'medium' : trifle(event, about),
      facts: {
        call: event.call.name,
        bucket:
          textAt(event.asked, 's3BucketName') ??
          textAt(event.asked, 'bucketName') ??
          textAt(event.asked, 's3Bucket') ??
          textAt(event.asked, 'destination'),
      },
      of: `${event.call.name} ${textAt(event.asked, 'bucketName') ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a database is exported',
        records: [call('rds:StartExportTask', { asked: { s3BucketName: 'out' }, error: 'AccessDenied' })],
      },
      {
        why: 'a bucket is replicated',
        records: [call('s3:PutBucketReplication', { asked: { bucketName: 'b' } })],
      },
      {
        why: 'a table copied beside itself, by a key nobody knows',
        records: [
          call('dynamodb:RestoreTableToPointInTime', {
            asked: { sourceTableName: 'users', targetTableName: 't' },
          }),
        ],
      },
      {
        why: 'answers of a query go where the key never had them written',
        learned: history(9, ASKED, answersTo('own')),
        records: [call('athena:StartQueryExecution', answersTo('another'))],
      },
      {
        why: 'answers of all who ask go somewhere else',
        records: [
          call('athena:UpdateWorkGroup', {
            asked: {
              workGroup: 'w',
              configurationUpdates: { resultConfigurationUpdates: { outputLocation: 's3://z/' } },
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'answers of a query go where they always go',
        learned: history(9, ASKED, answersTo('own')),
        records: [call('athena:StartQueryExecution', answersTo('own'))],
      },
      {
        why: 'a table that may take more reads',
        records: [
          call('dynamodb:UpdateTable', {
            asked: { tableName: 't', provisionedThroughput: { readCapacityUnits: 20 } },
          }),
        ],
      },
      { why: 'exports are listed', records: [call('rds:DescribeExportTasks')] },
    ],
  }),
};
