import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { listAt, numberAt, textAt, textsAt, writtenOut } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const COUNTS = ['maxCount', 'instanceCount', 'maxSize', 'desiredCount', 'desiredCapacity', 'count'];
/** Requests for fleets name types and numbers anywhere inside. */
const FLEETS = new Set(
  words(`
    RequestSpotInstances RequestSpotFleet CreateFleet CreateAutoScalingGroup CreateLaunchTemplate
    CreateCluster`),
);
const TYPES_INSIDE = /"instanceType":"([a-z0-9-]+\.[a-z0-9-]+)"/gi;
const NUMBERS_INSIDE = /"(?:totalTargetCapacity|targetCapacity|maxTotalCapacity)":"?(\d{1,6})\b/gi;
/** Processors in all from which on it is much, whatever the size of each machine. */
const MANY_PROCESSORS = 64;
const BIG = 32;
/** Of CPU units: 1,024 are one processor. */
const LARGE_TASK = 8_192;
const LARGE_BATCH = 256;
const LARGE =
  /^(?:p\d|g\d|inf\d|trn\d|dl\d|vt\d|f\d|u-|x\d|hpc)|metal|(?:9|1[0-9]|24|32|48|56|64|96|112)xlarge$/;
const MANY = 10;
const ODD = new Set(words('lightsail workspaces appstream'));
/** The same, of a key that nobody knows, or that has another job. */
const UNLIKELY = new Set(words('apprunner braket'));

/** Of a type by its name: 4 of `xlarge`, 8 of `2xlarge` … Null of those below. */
function processorsOf(type: string): number | null {
  const times = /\.(\d*)xlarge$/.exec(type)?.[1];
  return times === undefined ? null : 4 * Number(times === '' ? 1 : times);
}

/** What a type is for, such as `g` with graphics cards. */
function kindOf(type: string): string {
  return /^[a-z-]+/.exec(type)?.[0] ?? 'large';
}

function isBig(type: string): boolean {
  return (processorsOf(type) ?? 0) >= BIG || type.includes('metal');
}

/** Where no machines are named, but what they are worth: workers, processors, capacity. */
const WORTH = /workers|capacity|concurrent|cpu|arrayproperties|^size$|shard/i;
const MUCH = 200;
/** Tables are bought by the read. */
const MUCH_OF_A_TABLE = 10_000;
const BY_WORTH =
  /^(?:SubmitJob|Put|UpdateTable|CreateTable|(?:Create|Update)(?:Application|Job)$|StartJobRun|UpdateShard)/;

function isWorthMuch({ asked, call: { name, service } }: CloudTrailEvent): boolean {
  if (!BY_WORTH.test(name)) return false;
  const much = service === 'dynamodb' ? MUCH_OF_A_TABLE : MUCH;
  return leavesOf(asked).some(([what, text]) => WORTH.test(what) && Number.parseFloat(text) >= much);
}

/** Large or many machines started. */
export const costlyInstancesStarted: Rule = {
  id: 'costly-instances-started',
  title: 'Large or many machines started',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1496',
  whatToDo: 'Stop the instances: this is how stolen keys mine. Look in all regions.',
  falseAlarms: 'Teams that train models or render; they are known by their habit.',
  actions: words(`
    ec2:RunInstances ec2:RequestSpotInstances ec2:RequestSpotFleet ec2:CreateFleet
    lightsail:CreateInstances autoscaling:CreateAutoScalingGroup ecs:CreateService ecs:RunTask
    ecs:RegisterTaskDefinition sagemaker:CreateNotebookInstance sagemaker:CreateTrainingJob
    sagemaker:CreateProcessingJob batch:CreateComputeEnvironment
    autoscaling:UpdateAutoScalingGroup autoscaling:CreateLaunchConfiguration
    sagemaker:CreateEndpointConfig elasticmapreduce:RunJobFlow gamelift:CreateFleet
    lightsail:CreateContainerService autoscaling:SetDesiredCapacity workspaces:CreateWorkspaces
    appstream:CreateFleet eks:CreateNodegroup eks:UpdateNodegroupConfig ec2:AllocateHosts
    ec2:CreateCapacityReservation ec2:CreateLaunchTemplate ec2:ModifyInstanceAttribute
    sagemaker:CreateCluster sagemaker:CreateEndpoint
    apprunner:CreateService braket:CreateQuantumTask batch:SubmitJob lambda:PutProvisionedConcurrencyConfig
    dynamodb:UpdateTable dynamodb:CreateTable emr-serverless:CreateApplication emr-serverless:UpdateApplication
    glue:CreateJob glue:UpdateJob glue:StartJobRun sagemaker:CreateHyperParameterTuningJob kinesis:UpdateShardCount`),
  quietFor: DAY,
  judge(event, about) {
    const { asked } = event;
    const inside = FLEETS.has(event.call.name) ? writtenOut(asked) : '';
    const types = [...inside.matchAll(TYPES_INSIDE)].map(([, type = '']) => type);
    const size = (
      textAt(asked, 'instanceType') ??
      textAt(asked, 'instanceType', 'value') ??
      types.find((type) => LARGE.test(type)) ??
      types[0] ??
      textAt(asked, 'instanceTypes') ??
      textsAt(asked, 'instanceTypes')[0] ??
      textAt(asked, 'resourceConfig', 'instanceType') ??
      textAt(asked, 'trainingJobDefinition', 'resourceConfig', 'instanceType') ??
      listAt(asked, 'productionVariants').flatMap((each) => textAt(each, 'instanceType') ?? [])[0] ??
      textAt(asked, 'instances', 'masterInstanceType') ??
      textAt(asked, 'eC2InstanceType') ??
      ''
    ).replace(/^ml\./, '');
    const items = listAt(asked, 'instancesSet', 'items');
    const counts = [
      ...items.map((each) => numberAt(each, 'maxCount')),
      ...COUNTS.map((name) => numberAt(asked, name)),
      listAt(asked, 'instanceNames').length,
      listAt(asked, 'workspaces').length,
      numberAt(asked, 'instances', 'instanceCount'),
      numberAt(asked, 'scalingConfig', 'desiredSize'),
      ...[...inside.matchAll(NUMBERS_INSIDE)].map(([, number]) => Number(number)),
    ];
    const count = Math.max(0, ...counts.map((each) => each ?? 0));
    const cpu = numberAt(asked, 'cpu') ?? numberAt(asked, 'computeResources', 'maxvCpus') ?? 0;
    const isLarge =
      isWorthMuch(event) ||
      LARGE.test(size) ||
      (processorsOf(size) ?? 0) * count >= MANY_PROCESSORS ||
      (event.call.service === 'ecs' && cpu >= LARGE_TASK) ||
      (event.call.service === 'batch' && cpu >= LARGE_BATCH);
    const isRefused =
      event.errorCode !== null &&
      /LimitExceeded|InsufficientInstanceCapacity|Blocked|PendingVerification/i.test(event.errorCode);
    // Nobody hosts, mines or sits at a desk in the cloud with a key by chance; a dry run asks whether one could.
    const isOdd =
      about.keyId !== null &&
      (ODD.has(event.call.service) ||
        /DryRun/.test(event.errorCode ?? '') ||
        (UNLIKELY.has(event.call.service) && isUnexplained(event, about)));
    if (
      !isLarge &&
      count < MANY &&
      !isRefused &&
      !isOdd &&
      !(event.denied && event.call.name === 'RunInstances')
    )
      return null;
    return {
      facts: { call: event.call.name, 'instance type': size || null, count: count || null },
      // One more size of a kind that was told of is news when it is a big one.
      of: `${event.region ?? ''} ${isBig(size) || count >= MANY ? size : kindOf(size)}`,
      // A kind of machine, not each size: who is known to work with graphics cards buys bigger ones.
      strangers: [isLarge ? kindOf(size) : count >= MANY ? 'many' : 'few'],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a graphics card, refused',
        records: [
          call('ec2:RunInstances', {
            asked: { instanceType: 'p3.2xlarge', instancesSet: { items: [{ maxCount: 1 }] } },
            error: 'Client.UnauthorizedOperation',
          }),
        ],
      },
      {
        why: 'twenty at once',
        records: [
          call('ec2:RunInstances', {
            asked: { instanceType: 'c5.large', instancesSet: { items: [{ minCount: 1, maxCount: 20 }] } },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'one small instance',
        records: [
          call('ec2:RunInstances', {
            asked: { instanceType: 't3.micro', instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } },
          }),
        ],
      },
    ],
  }),
};
