import { isUnexplained } from '../at-home.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const ENOUGH = 4;
/** Of a key that has no reason; launch templates are read by what starts machines. */
const FEW = 2;

/** User data of several instances read. */
export const userDataRead: Rule = {
  id: 'user-data-read',
  title: 'User data of several instances read',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1552.005',
  whatToDo: 'See what start scripts of those instances hold: often passwords and keys. Change them.',
  falseAlarms: 'Infrastructure tools read user data of what they manage; they are known by their habit.',
  actions: [
    'ec2:DescribeInstanceAttribute',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:GetLaunchTemplateData',
    'ec2:GetConsoleOutput',
    'ec2:GetConsoleScreenshot',
  ],
  quietFor: DAY,
  judge(event, about) {
    const { asked } = event;
    const isUserData =
      event.call.name === 'DescribeInstanceAttribute' ? textAt(asked, 'attribute') === 'userData' : true;
    if (!isUserData) return null;
    const what =
      textAt(asked, 'instanceId') ??
      textAt(asked, 'DescribeLaunchTemplateVersionsRequest', 'LaunchTemplateId') ??
      textAt(asked, 'GetLaunchTemplateDataRequest', 'InstanceId') ??
      textAt(asked, 'launchTemplateId') ??
      event.call.name;
    // Hardly any program looks at a screen.
    if (event.call.name === 'GetConsoleScreenshot' && isUnexplained(event, about))
      return { facts: { instance: what }, of: 'screen' };
    const { recent } = about.profile;
    recent.note('user data', what, about.now, about.now);
    const count = recent.since('user data', about.now - HOUR / 2).length;
    const isOdd = isUnexplained(event, about);
    // Who asks for a list of templates first does not know them.
    const isChosen = recent.since('discovery', about.now - HOUR).includes('ec2:DescribeLaunchTemplates');
    const isFew = isOdd && (!event.call.name.includes('LaunchTemplate') || isChosen);
    const enough = event.agent.kind === 'infrastructure' ? 3 * ENOUGH : isFew ? FEW : ENOUGH;
    if (count >= enough) return { facts: { instances: count }, of: '' };
    // Refused, it was still asked for.
    const isRefused = event.denied && textAt(asked, 'attribute') === 'userData';
    return isRefused && event.agent.kind !== 'infrastructure'
      ? { facts: { instances: count }, of: 'one' }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'of four instances, refused',
        records: [1, 2, 3, 4].map((each) =>
          call('ec2:DescribeInstanceAttribute', {
            asked: { attribute: 'userData', instanceId: `i-${each}` },
            error: 'Client.UnauthorizedOperation',
          }),
        ),
      },
    ],
    quiet: [
      {
        why: 'another attribute',
        records: [1, 2, 3, 4].map((each) =>
          call('ec2:DescribeInstanceAttribute', {
            asked: { attribute: 'disableApiTermination', instanceId: `i-${each}` },
          }),
        ),
      },
      {
        why: 'of one instance',
        records: [
          call('ec2:DescribeInstanceAttribute', { asked: { attribute: 'userData', instanceId: 'i-1' } }),
        ],
      },
    ],
  }),
};
