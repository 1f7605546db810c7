import { isByHand, isOfOneJob, isUnexplained } from '../at-home.ts';
import { call, history, ordinary, roleSession } from '../example.ts';
import { textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Image of a program pushed by a key that never did. */
export const imagePushed: Rule = {
  id: 'image-pushed',
  title: 'Image of a program pushed by a key that never did',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1525',
  whatToDo:
    'Compare the image with what was built: whoever starts it next runs it with the rights of the program.',
  falseAlarms: 'The first build of a new pipeline.',
  actions: words('ecr:PutImage ecr-public:PutImage'),
  quietFor: 7 * DAY,
  judge(event, about) {
    const { profile, novelty } = about;
    const isLate = profile.isSettled && novelty.action;
    // Pipelines are roles: of one, only that it begins late says something.
    const isRole = about.keyId === null;
    const isProgram = !event.fromConsole && event.agent.kind !== 'infrastructure';
    if (event.failed || !(isRole ? isLate && isProgram : isByHand(event, about))) return null;
    if (!isLate && (profile.isSettled || !isUnexplained(event, about))) return null;
    return {
      // Pipelines begin with it; a key that worked for days without has another job.
      severity:
        isLate && (isRole ? novelty.agent : isStrange(novelty) || isOfOneJob(about)) ? 'medium' : 'low',
      facts: { repository: textAt(event.asked, 'repositoryName'), tag: textAt(event.asked, 'imageTag') },
      of: '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'by a key that works with files',
        learned: ordinary(9),
        records: [call('ecr:PutImage', { asked: { repositoryName: 'api', imageTag: 'latest' } })],
      },
      {
        why: 'by a key that nobody knows',
        records: [call('ecr:PutImage', { asked: { repositoryName: 'api', imageTag: 'latest' } })],
      },
      {
        why: 'from a machine that works with files, by another program',
        learned: ordinary(9, { by: roleSession('web', 'i-0123456789abcdef0') }),
        records: [
          call('ecr:PutImage', {
            by: roleSession('web', 'i-0123456789abcdef0'),
            asked: { repositoryName: 'api', imageTag: 'latest' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the first build of a pipeline with a role',
        records: [call('ecr:PutImage', { by: roleSession('ci'), asked: { repositoryName: 'api' } })],
      },
      {
        why: 'a pipeline that does so each day',
        learned: history(9, [
          'ecr:GetAuthorizationToken',
          'ecr:PutImage',
          'ecr:PutImage',
          'ecs:UpdateService',
          'ecs:DescribeServices',
        ]),
        records: [call('ecr:PutImage', { asked: { repositoryName: 'web', imageTag: 'v2' } })],
      },
    ],
  }),
};
