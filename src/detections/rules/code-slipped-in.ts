import { isByHand, isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, history, ordinary } from '../example.ts';
import { at, flagAt, listAt, numberAt, textAt, textsAt, within } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Steps, scripts and deployments, in services nobody listed; those named here deploy settings, and run questions. */
const SLIPPING =
  /^(?!(?:apigateway|appconfig|apprunner|athena|rds-data|redshift-data|iotevents|sagemaker|bedrock|grafana):)[a-z0-9-]+:(?:Create|Update|Put|Start|Add|Run|Submit)\w*(?:Scripts?|Components?|CustomPlugin|Steps|Deployment|NotebookExecution|CodeStatement|Canary)$/;

/** True for a call that brings no code: most of these calls can change other things too. */
function bringsNothing({ asked, call: { name } }: CloudTrailEvent): boolean {
  switch (name) {
    case 'UpdateEnvironment':
      return textAt(asked, 'versionLabel') === null && listAt(asked, 'optionSettings').length === 0;
    case 'UpdateStateMachine':
      return at(asked, 'definition') === undefined;
    // Its variables are not in the record; they can make a function load other code first.
    case 'UpdateFunctionConfiguration':
      return !['environment', 'handler', 'runtime', 'fileSystemConfigs', 'imageConfig'].some(
        (each) => at(asked, each) !== undefined,
      );
    // Another script; the same with more workers is none.
    case 'UpdateJob':
      return within(asked, 'jobUpdate', 'command', 'scriptLocation') === undefined;
    // A share of the calls goes to another version.
    case 'UpdateAlias':
      return within(asked, 'routingConfig', 'additionalVersionWeights') === undefined;
    // A stack that makes roles makes rights; one that is told its role is judged as such.
    case 'CreateStack':
    case 'UpdateStack':
      return (
        textAt(asked, 'roleARN') !== null ||
        flagAt(asked, 'usePreviousTemplate') === true ||
        !textsAt(asked, 'capabilities').some((each) => each.includes('_IAM'))
      );
    case 'UpdateDistribution': {
      const behaviour = within(asked, 'distributionConfig', 'defaultCacheBehavior');
      const functions = within(behaviour, 'lambdaFunctionAssociations');
      return (numberAt(functions, 'quantity') ?? listAt(functions).length) === 0;
    }
    default:
      return false;
  }
}

/** Code put into something that runs. */
export const codeSlippedIn: Rule = {
  id: 'code-slipped-in',
  title: 'Code put into something that runs with rights of its own',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1648',
  whatToDo:
    'See what was brought, and what it runs with: whoever writes the steps of a cluster, pipeline or machine has the rights of its role.',
  falseAlarms: 'Deployments; they are known by their habit.',
  actions: words(`
    elasticmapreduce:AddJobFlowSteps codedeploy:CreateDeployment elasticbeanstalk:UpdateEnvironment
    elasticbeanstalk:CreateApplicationVersion amplify:UpdateApp amplify:StartJob iot:CreateJob
    athena:StartCalculationExecution states:UpdateStateMachine glue:RunStatement
    cloudformation:CreateStackInstances cloudformation:UpdateStackInstances
    cloudformation:UpdateStackSet cloudfront:UpdateDistribution lambda:CreateEventSourceMapping
    lambda:UpdateFunctionConfiguration imagebuilder:StartImagePipelineExecution
    kinesisanalytics:UpdateApplication autoscaling:StartInstanceRefresh codecommit:PutFile
    codecommit:CreateCommit codecommit:GitPush codepipeline:PutApprovalResult
    codeartifact:PublishPackageVersion iot:CreateTopicRule iot:ReplaceTopicRule lambda:UpdateAlias
    cloudformation:CreateStack cloudformation:UpdateStack codepipeline:UpdatePipeline servicecatalog:ProvisionProduct ssm-quicksetup:CreateConfigurationManager
    bedrock:CreateAgentActionGroup bedrock:UpdateAgentActionGroup codestar-connections:CreateConnection
    codeconnections:CreateConnection codestar-connections:CreateHost codeconnections:CreateHost glue:UpdateJob`),
  matches: SLIPPING,
  quietFor: 7 * DAY,
  judge(event, about) {
    if (event.failed || bringsNothing(event)) return null;
    // Into all accounts of a company's units: no trifle from anybody.
    const isForAll = textsAt(within(event.asked, 'deploymentTargets'), 'organizationalUnitIds').length > 0;
    if (!isUnexplained(event, about) && !(isForAll && isByHand(event, about))) return null;
    const { asked, call: api } = event;
    const where =
      textAt(asked, 'name') ??
      textAt(asked, 'jobFlowId') ??
      textAt(asked, 'applicationName') ??
      textAt(asked, 'functionName') ??
      textAt(asked, 'stateMachineArn');
    return {
      facts: { call: api.action, in: where },
      of: api.action,
      strangers: isForAll ? ['all accounts of a unit'] : [],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'steps for a cluster, by a key nobody knows',
        records: [call('elasticmapreduce:AddJobFlowSteps', { asked: { jobFlowId: 'j-1' } })],
      },
      {
        why: 'a stack into all accounts of a company, by a key that works widely',
        learned: history(
          9,
          Array.from(
            { length: 30 },
            (_, each) => `ec2:Describe${String.fromCharCode(65 + (each % 26))}${each}s`,
          ),
        ),
        records: [
          call('cloudformation:CreateStackInstances', {
            asked: { stackSetName: 's', deploymentTargets: { organizationalUnitIds: ['r-1'] } },
          }),
        ],
      },
      {
        why: 'the code of a web site, by a key that only works with files',
        learned: ordinary(6),
        records: [
          call('elasticbeanstalk:UpdateEnvironment', {
            asked: { environmentName: 'web', versionLabel: 'v2' },
          }),
        ],
      },
      {
        why: 'a component for machines that are built later',
        records: [call('imagebuilder:CreateComponent', { asked: { name: 'c', data: 'HIDDEN' } })],
      },
      {
        why: 'another script for a job, by a key nobody knows',
        records: [
          call('glue:UpdateJob', {
            asked: { jobName: 'j', jobUpdate: { command: { scriptLocation: 's3://z/j.py' } } },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'more workers for a job',
        records: [call('glue:UpdateJob', { asked: { jobName: 'j', jobUpdate: { numberOfWorkers: 4 } } })],
      },
      {
        why: 'more memory for a function',
        records: [
          call('lambda:UpdateFunctionConfiguration', { asked: { functionName: 'f', memorySize: 512 } }),
        ],
      },
      {
        why: 'an infrastructure tool',
        records: [
          call('states:UpdateStateMachine', {
            asked: { stateMachineArn: 'm', definition: '{}' },
            agent: 'HashiCorp/1.0 Terraform/1.11.4',
          }),
        ],
      },
    ],
  }),
};
