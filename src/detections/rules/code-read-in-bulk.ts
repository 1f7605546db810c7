import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, history } from '../example.ts';
import { beyondMeasure } from '../first.ts';
import { textAt, textsAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { DAY, HOUR } from '../profile.ts';
import { isListed, type About, type Rule } from '../rule.ts';
import { words } from '../words.ts';

const MANY = 8;
/** A program knows what it deploys; who asks for a list first does not. */
const LISTED = 3;
/** Of what answers with the variables of a program, passwords and all. */
const WITH_VARIABLES = 2;
const VARIABLES = /^(?:amplify|apprunner|elasticbeanstalk|codebuild|lightsail):/;
/** The same of services nobody listed, after a list. */
const DEFINED =
  /^(?!(?:s3|iam|kms|sts|organizations|dynamodb|logs|route53|cloudfront|rds|ec2|autoscaling|elasticloadbalancing|ecs|lambda|config|ssm|health|support|cloudtrail|guardduty|securityhub|codeartifact|glue|athena):)[a-z0-9-]+:(?:Get|Describe|BatchGet)\w*(?:Definitions?|History|Pipeline|Workflow|Recipe|Broker|User|Environment|Endpoints|ScramSecrets|Application|Projects?)$/;
/** Layers of images are pulled, and repositories cloned, by whoever builds and runs them: only after a list they tell. */
const PULLED = /^(?:ecr:|codecommit:GitPull$)/;

/** True when whoever looks into programs of this service asked for a list of them in the last hour. */
function hasListed({ call: { service } }: CloudTrailEvent, { profile, now }: About): boolean {
  const lists = profile.recent.since('discovery', now - HOUR);
  return lists.some(
    (each) =>
      each.startsWith(`${service}:List`) ||
      each === `${service}:DescribeRepositories` ||
      each === `${service}:DescribeApplications`,
  );
}

/** Code and settings of many functions, tasks or stacks fetched. */
export const codeReadInBulk: Rule = {
  id: 'code-read-in-bulk',
  title: 'Code and settings of many programs fetched',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1552',
  whatToDo:
    'Code, environment and templates often hold passwords and keys: change what lies there, and deactivate the key.',
  falseAlarms: 'The first run of an inventory or deployment tool; later runs are known.',
  actions: words(`
    lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetLayerVersion
    ecs:DescribeTaskDefinition cloudformation:GetTemplate codebuild:BatchGetProjects
    elasticbeanstalk:DescribeConfigurationSettings apigateway:GetStage apigateway:GetExport
    appsync:GetDataSource glue:GetConnection codecommit:GetFile states:DescribeStateMachine
    ecr:BatchGetImage codecommit:GitPull amplify:GetApp amplify:GetBranch amplify:ListBranches
    appconfig:GetConfiguration batch:DescribeJobs apprunner:DescribeService lightsail:GetContainerServices ssm:GetCommandInvocation
    ssm:ListCommandInvocations`),
  matches: DEFINED,
  quietFor: DAY,
  judge(event, about) {
    if (event.fromConsole || event.byService || event.agent.kind === 'infrastructure') return null;
    const { asked } = event;
    const what =
      textAt(asked, 'functionName') ??
      textAt(asked, 'taskDefinition') ??
      textAt(asked, 'stackName') ??
      textAt(asked, 'name') ??
      textAt(asked, 'stateMachineArn') ??
      textAt(asked, 'layerName') ??
      textAt(asked, 'environmentName') ??
      textAt(asked, 'serviceArn') ??
      textAt(asked, 'appId') ??
      textAt(asked, 'filePath') ??
      textAt(asked, 'repositoryName') ??
      textAt(event.additional, 'repositoryName') ??
      textAt(asked, 'commandId') ??
      leavesOf(asked)[0]?.[1] ??
      '';
    const all = what === '' ? textsAt(asked, 'names') : [what];
    const tellsAfterList = PULLED.test(event.call.action) || !isListed(codeReadInBulk, event);
    if (all.length === 0 || (tellsAfterList && !hasListed(event, about))) return null;
    const { recent } = about.profile;
    for (const each of all)
      recent.note('code', `${event.call.name} ${each}`.slice(0, 200), about.now, about.now);
    const count = recent.since('code', about.now - HOUR / 4).length;
    const few = VARIABLES.test(event.call.action) ? WITH_VARIABLES : LISTED;
    const isChosen = count >= few && isUnexplained(event, about) && hasListed(event, about);
    const facts = { programs: count, last: all.at(-1) ?? null };
    if (count >= MANY || isChosen)
      return { facts, of: '', strangers: count >= MANY ? beyondMeasure(count, event, about) : [] };
    // One is a trifle, of which nobody says why.
    return isUnexplained(event, about) && hasListed(event, about) ? { severity: 'low', facts, of: '' } : null;
  },
  examples: () => {
    const functions = (count: number) =>
      Array.from({ length: count }, (_, each) =>
        call('lambda:GetFunction20150331v2', { asked: { functionName: `f${each}` }, minute: each / 10 }),
      );
    return {
      fires: [
        {
          why: 'the code of ten functions, by a key that fetches that of one each day',
          learned: history(9, [
            'lambda:GetFunction',
            'lambda:ListFunctions',
            'lambda:UpdateFunctionCode',
            's3:PutObject',
            'logs:FilterLogEvents',
          ]),
          records: functions(10),
        },
        { why: 'the code of ten functions', records: functions(10) },
        {
          why: 'the settings of one, after all were listed, by a key nobody knows',
          records: [
            call('ecs:ListTaskDefinitions'),
            call('ecs:DescribeTaskDefinition', { asked: { taskDefinition: 'api' }, minute: 1 }),
          ],
        },
      ],
      quiet: [
        {
          why: 'the code of ten functions, by a key that fetches as many each day',
          learned: history(
            9,
            Array.from({ length: 10 }, () => 'lambda:GetFunction'),
          ),
          records: functions(10),
        },
        { why: 'three functions, as for a deployment', records: functions(3) },
        {
          why: 'people looked up, in a service nobody listed, by a program that knows whom it looks for',
          records: Array.from({ length: 12 }, (_, each) =>
            call('identitystore:DescribeUser', { asked: { userId: `u${each}` }, minute: each / 2 }),
          ),
        },
        {
          why: 'the same function again and again',
          records: Array.from({ length: 20 }, (_, minute) =>
            call('lambda:GetFunction20150331v2', { asked: { functionName: 'f' }, minute: minute / 10 }),
          ),
        },
      ],
    };
  },
};
