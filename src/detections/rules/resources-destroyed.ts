import { call } from '../example.ts';
import { flagAt, listAt, textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const MANY = 8;
/** Of things that hold data. */
const FEW = 3;
const HOLDS_DATA = /Bucket|Repository|UserPool|HostedZone|Stack$/;

/** Many resources destroyed. */
export const resourcesDestroyed: Rule = {
  id: 'resources-destroyed',
  title: 'Many resources destroyed',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1485',
  whatToDo: 'Stop the key; restore from backups.',
  falseAlarms: 'Taking down an environment; infrastructure tools do it as a habit.',
  actions: words(`
    ec2:DeleteVolume ec2:TerminateInstances rds:DeleteDBInstance rds:DeleteDBCluster
    rds:DeleteGlobalCluster dynamodb:DeleteTable s3:DeleteBucket lambda:DeleteFunction
    ecs:DeleteCluster ecs:DeleteService eks:DeleteCluster elasticfilesystem:DeleteFileSystem
    elasticfilesystem:DeleteMountTarget redshift:DeleteCluster elasticache:DeleteCacheCluster
    es:DeleteDomain es:DeleteElasticsearchDomain cloudformation:DeleteStack ecr:DeleteRepository
    sqs:DeleteQueue sns:DeleteTopic route53:DeleteHostedZone secretsmanager:DeleteSecret fsx:DeleteFileSystem kinesis:DeleteStream
    kafka:DeleteCluster memorydb:DeleteCluster cognito-idp:DeleteUserPool glue:DeleteDatabase
    lightsail:DeleteInstance autoscaling:DeleteAutoScalingGroup iam:DeleteRole
    codecommit:DeleteRepository kafka:DeleteCluster neptune-graph:DeleteGraph dsql:DeleteCluster`),
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const what =
      textAt(asked, 'dBInstanceIdentifier') ??
      textAt(asked, 'dBClusterIdentifier') ??
      textAt(asked, 'bucketName') ??
      textAt(asked, 'volumeId') ??
      textAt(asked, 'tableName') ??
      textAt(asked, 'functionName') ??
      textAt(asked, 'fileSystemId') ??
      event.id;
    const { recent } = about.profile;
    // Several instances in one call are several.
    const many = listAt(asked, 'instancesSet', 'items').map((each) => textAt(each, 'instanceId') ?? '');
    for (const each of many.length === 0 ? [what] : many)
      recent.note('destroyed', `${name} ${each}`, about.now, about.now);
    const count = recent.since('destroyed', about.now - HOUR / 2).length;
    const isData = /DB|Table|FileSystem|Cluster|Domain/.test(name);
    const isFinal =
      flagAt(asked, 'skipFinalClusterSnapshot') === true ||
      (name === 'DeleteRepository' && flagAt(asked, 'force') === true) ||
      (name.startsWith('DeleteDB') && flagAt(asked, 'skipFinalSnapshot') === true) ||
      flagAt(asked, 'forceDeleteWithoutRecovery') === true;
    // What holds data is not made again by whoever made it.
    if (isData || HOLDS_DATA.test(name))
      recent.note('data destroyed', `${name} ${what}`, about.now, about.now);
    const data = recent.since('data destroyed', about.now - HOUR / 2).length;
    const isMuch = count >= MANY || data >= FEW;
    const isSingle =
      data > 0 && name !== 'DeleteBucket' && about.keyId !== null && event.agent.kind !== 'infrastructure';
    if (!isMuch && !isFinal && !(isData && event.denied) && !isSingle) return null;
    return {
      severity: count >= 3 * MANY ? 'high' : isMuch || isFinal || (isData && event.denied) ? 'medium' : 'low',
      facts: { destroyed: count, call: name },
      of: count >= 3 * MANY ? 'many' : isMuch ? 'some' : `${name} ${what}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'eight in half an hour',
        records: [1, 2, 3, 4, 5, 6, 7, 8].map((each) =>
          call('ec2:DeleteVolume', { asked: { volumeId: `vol-${each}` }, minute: each }),
        ),
      },
      {
        why: 'a database without a last snapshot',
        records: [
          call('rds:DeleteDBInstance', { asked: { dBInstanceIdentifier: 'd', skipFinalSnapshot: true } }),
        ],
      },
    ],
    quiet: [{ why: 'one bucket', records: [call('s3:DeleteBucket', { asked: { bucketName: 'b' } })] }],
  }),
};
