import { isAtWork, isByHand, isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { isOneMore } from '../first.ts';
import { textAt, within } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { DAY } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Where each service is told the role it works with. */
const ROLE = words(
  'role roleARN roleArn serviceRole iamServiceRole iamServiceRoleArn serviceRoleArn serviceRoleARN roleName jobRole executionRole executionRoleArn administrationRoleARN jobFlowRole taskRoleArn agentResourceRoleArn',
);

/** Whoever deploys calls these all day; the role is mostly the one that was there before. */
const DAILY = new Set(
  words(`
    RegisterTaskDefinition CreateChangeSet UpdateStateMachine UpdateProject CreateModel UpdateService
    CreateEndpointConfig CreateTransformJob PutTargets ModifyDBInstance ModifyDBCluster`),
);
/** Jobs and queries that are started again and again, with a role each time; and what works on media. */
const STARTING = /^(?:Start|Submit)/;
const ROUTINE = /^(?:mediaconvert|elastictranscoder|medialive|textract|rekognition|transcribe|comprehend):/;

/**
 * Any call that makes, changes or starts something. Left out is what other rules judge (IAM, STS, Lambda's settings) and
 * what programs do with data all day.
 */
const HANDING =
  /^(?!(?:iam|sts|s3|dynamodb|sqs|logs|kinesis|firehose|monitoring|xray|organizations|ram|config|ssmmessages|ec2messages|athena):|lambda:UpdateFunctionConf|ssm:(?:Put|UpdateInstance)|events:PutEvents|rds:AddRole|kms:)[a-z0-9-]+:(?:Create|Update|Put|Register|Run|Start|Submit|Associate|Replace|Modify|Add|Test|Configure)[A-Z]/;
const FEW_ROLES = 3;
const ROLE_NAME = /role|profile|credential/i;
/** A role's ARN; those that AWS's own services made for themselves give nothing to anybody. */
const ROLE_ARN = /^arn:[a-z-]+:iam::\d{12}:(?:role\/(?!aws-service-role\/)|instance-profile\/)\S+$/;

/** The role's ARN in the parameters of a call, wherever its service puts it. */
function roleInside(asked: unknown): string | null {
  return leavesOf(asked).find(([name, text]) => ROLE_ARN.test(text) && ROLE_NAME.test(name))?.[1] ?? null;
}

/** The profile an instance gets, and with it a role. */
function profileIn(asked: unknown): string | null {
  const profile = within(asked, 'iamInstanceProfile');
  return textAt(profile, 'arn') ?? textAt(profile, 'name') ?? textAt(asked, 'iamInstanceProfile');
}

function nameOf(role: string): string {
  return role.replace(/^.*\//, '').slice(0, 128);
}

/** The one just noted included. */
function handsOnFew({ profile }: About): boolean {
  return profile.recent.since('roles handed on', 0).length <= FEW_ROLES;
}

/** Notes a role that is handed on; true when the key did so with this one a day ago, and is where it always is. */
function handsOnAgain(role: string, event: CloudTrailEvent, about: About): boolean {
  const { recent } = about.profile;
  const name = nameOf(role);
  const first = recent.last('roles handed on', name);
  if (first === null && !event.failed) recent.note('roles handed on', name, about.now, about.now);
  return first !== null && about.now - first >= DAY && isAtWork(event, about);
}

/** A role handed to a new function, job or stack. */
export const roleHandedToService: Rule = {
  id: 'role-handed-to-service',
  title: 'A role handed to a new function, job or stack',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1648',
  whatToDo:
    'See what the role may do: whoever starts a program of his own with a stronger role has the rights of that role.',
  falseAlarms: 'A service that is set up for the first time; deployments are known by their habit.',
  actions: words(`
    lambda:CreateFunction glue:CreateJob glue:UpdateJob cloudformation:CreateStack
    cloudformation:UpdateStack cloudformation:CreateStackSet datapipeline:CreatePipeline
    datapipeline:PutPipelineDefinition codestar:CreateProject codebuild:CreateProject
    apprunner:CreateService states:CreateStateMachine amplify:CreateApp
    iam:AddRoleToInstanceProfile emr-serverless:CreateApplication batch:RegisterJobDefinition
    sagemaker:CreateDomain scheduler:CreateSchedule bedrock-agentcore:CreateCodeInterpreter
    gamelift:CreateBuild cloud9:CreateEnvironmentEC2 ec2:RunInstances ec2:RequestSpotInstances
    autoscaling:CreateLaunchConfiguration ecs:RegisterTaskDefinition ecs:RunTask
    cloudformation:CreateChangeSet states:UpdateStateMachine codebuild:UpdateProject
    codepipeline:CreatePipeline codedeploy:CreateDeploymentGroup apprunner:UpdateService
    sagemaker:CreateNotebookInstance sagemaker:CreateTrainingJob sagemaker:CreateProcessingJob
    sagemaker:CreateModel glue:CreateSession elasticmapreduce:RunJobFlow bedrock:CreateAgent
    bedrock-agentcore:CreateAgentRuntime braket:CreateJob ssm:UpdateManagedInstanceRole
    imagebuilder:CreateInfrastructureConfiguration`),
  matches: HANDING,
  quietFor: DAY,
  judge(event, about) {
    const { asked, call: api } = event;
    const role =
      ROLE.map((name) => textAt(asked, name)).find((each) => each !== null) ??
      textAt(asked, 'instanceConfiguration', 'instanceRoleArn') ??
      textAt(asked, 'target', 'roleArn') ??
      textAt(asked, 'pipeline', 'roleArn') ??
      textAt(asked, 'overrides', 'taskRoleArn') ??
      profileIn(asked) ??
      profileIn(within(asked, 'launchSpecification')) ??
      textAt(asked, 'iamRole') ??
      textAt(asked, 'instanceProfileName') ??
      roleInside(asked);
    if (role === null && within(asked, 'pipelineId') === undefined && api.service !== 'cloud9') return null;
    // A key that does so for the first time may be after the role; a role that deploys was made for it.
    const isKnown = role !== null && handsOnAgain(role, event, about);
    const isRoutine = DAILY.has(api.name) || ROUTINE.test(api.action);
    const isStart = STARTING.test(api.name);
    const isOdd = isStart ? isUnexplained(event, about) : isByHand(event, about);
    const isWork = isOneMore(`role handed by ${api.name}`, event, about);
    return {
      severity: isOdd && !event.failed && !isRoutine && !isKnown && !isWork ? 'medium' : 'low',
      facts: {
        call: api.action,
        role,
        name: textAt(asked, 'functionName') ?? textAt(asked, 'stackName') ?? textAt(asked, 'name'),
      },
      of: api.action,
      // A key that always hands on the same few roles.
      strangers: role !== null && !isKnown && !isRoutine && handsOnFew(about) ? [nameOf(role)] : [],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a function with the role of an administrator',
        records: [
          call('lambda:CreateFunction20150331', {
            asked: { functionName: 'f', role: 'arn:aws:iam::111122223333:role/admin' },
          }),
        ],
      },
      {
        why: 'an instance with a role',
        records: [
          call('ec2:RunInstances', {
            asked: { instanceType: 't3.small', iamInstanceProfile: { name: 'admin' } },
          }),
        ],
      },
      {
        why: 'a task whose role is overridden',
        records: [
          call('ecs:RunTask', {
            asked: { overrides: { taskRoleArn: 'arn:aws:iam::111122223333:role/admin' } },
          }),
        ],
      },
      {
        why: 'a pipe between services, with its role deep inside',
        records: [
          call('pipes:CreatePipe', {
            asked: { name: 'p', settings: [{ roleArn: 'arn:aws:iam::111122223333:role/admin' }] },
          }),
        ],
      },
      {
        why: 'a role put on an instance profile',
        records: [
          call('iam:AddRoleToInstanceProfile', { asked: { instanceProfileName: 'p', roleName: 'admin' } }),
        ],
      },
    ],
    quiet: [
      {
        why: 'an instance without a role',
        records: [
          call('ec2:RunInstances', {
            asked: { instanceType: 't3.small', instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } },
          }),
        ],
      },
      {
        why: 'a service works with the role it made for itself',
        records: [
          call('guardduty:CreateMalwareProtectionPlan', {
            asked: {
              role: '',
              linked: { roleArn: 'arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/Y' },
            },
          }),
        ],
      },
      {
        why: 'a stack with the rights of its caller',
        records: [call('cloudformation:CreateStack', { asked: { stackName: 's' } })],
      },
    ],
  }),
};
