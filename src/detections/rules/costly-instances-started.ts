import { call } from '../example.ts';
import { listAt, numberAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

const LARGE =
  /^(?:p\d|g\d|inf\d|trn\d|dl\d|vt\d|f\d|u-|x\d|hpc)|metal|(?:12|16|18|24|32|48|56|64|96|112)xlarge$/;
const MANY = 10;

/** Large or many instances started. */
export const costlyInstancesStarted: Rule = {
  id: 'costly-instances-started',
  title: 'Large or many instances started',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1496',
  whatToDo: 'Stop the instances: this is how stolen keys mine. Look in all regions.',
  falseAlarms: 'Teams that train models or render; they are known by their habit.',
  actions: [
    'ec2:RunInstances',
    'ec2:RequestSpotInstances',
    'ec2:RequestSpotFleet',
    'ec2:CreateFleet',
    'lightsail:CreateInstances',
  ],
  judge(event) {
    const { asked } = event;
    const size = textAt(asked, 'instanceType') ?? textAt(asked, 'instanceTypes') ?? '';
    const items = listAt(asked, 'instancesSet', 'items');
    const count = Math.max(
      0,
      ...items.map((each) => numberAt(each, 'maxCount') ?? 0),
      numberAt(asked, 'maxCount') ?? 0,
      numberAt(asked, 'instanceCount') ?? 0,
    );
    const isLarge = LARGE.test(size);
    const isRefused =
      event.errorCode !== null &&
      /LimitExceeded|InsufficientInstanceCapacity|Blocked|PendingVerification/i.test(event.errorCode);
    if (!isLarge && count < MANY && !isRefused && !(event.denied && event.call.name === 'RunInstances'))
      return null;
    return {
      facts: { 'instance type': size || null, count: count || null },
      of: `${event.region ?? ''} ${size}`,
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
