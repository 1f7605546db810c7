import { call } from '../example.ts';
import { textAt, within } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Where each service is told the role it works with. */
const ROLE = words(
  'role roleARN roleArn serviceRole iamServiceRole iamServiceRoleArn serviceRoleArn serviceRoleARN roleName jobRole executionRole executionRoleArn administrationRoleARN jobFlowRole taskRoleArn agentResourceRoleArn',
);

/** Whoever deploys calls these all day; the role is mostly the one that was there before. */
const DAILY = new Set(
  words('RegisterTaskDefinition CreateChangeSet UpdateStateMachine UpdateProject CreateModel UpdateService'),
);

/** The profile an instance gets, and with it a role. */
function profileIn(asked: unknown): string | null {
  const profile = within(asked, 'iamInstanceProfile');
  return textAt(profile, 'arn') ?? textAt(profile, 'name') ?? textAt(asked, 'iamInstanceProfile');
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
    bedrock-agentcore:CreateAgentRuntime braket:CreateJob`),
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
      null;
    if (role === null && within(asked, 'pipelineId') === undefined && api.service !== 'cloud9') return null;
    // A key that does so for the first time may be after the role; a role that deploys was made for it.
    const isKey = about.keyId !== null && event.agent.kind !== 'infrastructure';
    return {
      severity: isKey && !event.failed && !DAILY.has(api.name) ? 'medium' : 'low',
      facts: {
        call: api.action,
        role,
        name: textAt(asked, 'functionName') ?? textAt(asked, 'stackName') ?? textAt(asked, 'name'),
      },
      of: api.action,
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
        why: 'a stack with the rights of its caller',
        records: [call('cloudformation:CreateStack', { asked: { stackName: 's' } })],
      },
    ],
  }),
};
