import { isByHand, isUnexplained } from '../at-home.ts';
import { call } from '../example.ts';
import type { CloudTrailEvent } from '../event.ts';
import { flagAt, listAt, textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const MANY = 8;
/** Of things that hold data. */
const FEW = 3;
const HOLDS_DATA =
  /Bucket|Repository|Pool$|HostedZone|Stack$|DB|Table|Database|FileSystem|Cluster|Domain|Keyspace|Ledger|Collection|Graph|Index|Namespace|[Dd]atastore|Environment$|ReplicationGroup|Cache$|Workspaces?$|Distribution$|Certificate$/;
/** The same of services nobody listed. */
const ENDING =
  /^(?!(?:iam|sts|s3|ssm|logs|monitoring|events|config|backup|glacier|quicksight):)[a-z0-9-]+:(?:Delete|Terminate|Destroy|Drop)(?:DB(?:Instance|Cluster)|Table|ReplicationGroup|ServerlessCache|Database|FileSystem|Cluster|Domain|Keyspace|Ledger|Collection|Graph|Index|Namespace|Datastore|Environment|Workspaces?|Distribution|Certificate|UserPool|IdentityPool|HostedZone|Repository|LoadBalancer|RestApi|Api|GraphqlApi|Broker|Application|App|Pipeline|Project|Gateway|DeliveryStream)$/;
/** What runs, and is started again by whoever started it. */
const RUNS =
  /^(?:TerminateInstances|ReleaseAddress|Delete(?:Function|Service|Volume|Queue|Topic|Stream|AutoScalingGroup|Instance|LoadBalancer|RestApi|Api|GraphqlApi|Broker|Application|App|Pipeline|Project|Gateway|DeliveryStream))$/;
const MAKERS = ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:RequestSpotInstances'];

/** True when the key made such things itself, with the one program that uses it: it cleans up after itself. */
function isMaker({ agent, call: { name, action } }: CloudTrailEvent, { profile }: About): boolean {
  const { actions, agents } = profile.tables;
  const makers = name.startsWith('Terminate')
    ? MAKERS
    : [action.replace(':Delete', ':Create').replace(':Release', ':Allocate')];
  return (
    agents.values.every((each) => each === agent.family) &&
    makers.some((each) => actions.lastSeen(each) !== null)
  );
}

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
    codecommit:DeleteRepository ec2:ReleaseAddress neptune-graph:DeleteGraph dsql:DeleteCluster`),
  matches: ENDING,
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
      textAt(asked, 'allocationId') ??
      event.id;
    const { recent } = about.profile;
    // Several instances in one call are several.
    const many = listAt(asked, 'instancesSet', 'items').map((each) => textAt(each, 'instanceId') ?? '');
    for (const each of many.length === 0 ? [what] : many)
      recent.note('destroyed', `${name} ${each}`, about.now, about.now);
    const count = recent.since('destroyed', about.now - HOUR / 2).length;
    const isData = /DB|Table|FileSystem|Cluster|Domain/.test(name);
    const isOthers = isUnexplained(event, about) && !isMaker(event, about);
    const isOthersWork = RUNS.test(name) && isOthers;
    const isFinal =
      flagAt(asked, 'skipFinalClusterSnapshot') === true ||
      (name === 'DeleteRepository' && flagAt(asked, 'force') === true) ||
      (name.startsWith('DeleteDB') && flagAt(asked, 'skipFinalSnapshot') === true) ||
      flagAt(asked, 'forceDeleteWithoutRecovery') === true;
    // What holds data is not made again by whoever made it.
    if (HOLDS_DATA.test(name)) recent.note('data destroyed', `${name} ${what}`, about.now, about.now);
    const data = recent.since('data destroyed', about.now - HOUR / 2).length;
    const isMuch = count >= MANY || data >= FEW;
    const isSingle = data > 0 && name !== 'DeleteBucket' && isByHand(event, about);
    if (!isMuch && !isFinal && !(isData && event.denied) && !isSingle && !isOthersWork) return null;
    const isPlain = isMuch || isFinal || (isData && event.denied) || isOthers;
    return {
      severity: count >= 3 * MANY ? 'high' : isPlain ? 'medium' : 'low',
      facts: { destroyed: count, call: name },
      of: count >= 3 * MANY ? 'many' : isMuch ? 'some' : isOthersWork ? name : `${name} ${what}`,
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
