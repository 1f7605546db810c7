import { call } from '../example.ts';
import { listAt, numberAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Ports that are public by nature: the web, and echo requests (type 8 of ICMP stands where ports do). */
const HARMLESS: ReadonlySet<number> = new Set([8, 80, 443]);

function isWorldWide(permission: unknown): boolean {
  const ranges = [
    ...listAt(permission, 'ipRanges', 'items'),
    ...listAt(permission, 'ipv6Ranges', 'items'),
    permission,
  ];
  return ranges.some((each) => (textAt(each, 'cidrIp') ?? textAt(each, 'cidrIpv6') ?? '').endsWith('/0'));
}

/** Port opened to the whole internet. */
export const portOpenedToEverybody: Rule = {
  id: 'port-opened-to-everybody',
  title: 'Port opened to the whole internet',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.007',
  whatToDo: 'Close the port; see who connected meanwhile.',
  falseAlarms: 'Public services on other ports than those of the web.',
  actions: ['ec2:AuthorizeSecurityGroupIngress'],
  judge(event) {
    const { asked } = event;
    const rules = [
      ...listAt(asked, 'ipPermissions', 'items'),
      ...(textAt(asked, 'cidrIp') === null ? [] : [asked]),
    ];
    const open = rules.filter((each) => isWorldWide(each));
    const bad = open.find((each) => {
      const from = numberAt(each, 'fromPort');
      const to = numberAt(each, 'toPort') ?? from;
      return from === null || from === -1 || to === null || !(from === to && HARMLESS.has(from));
    });
    if (bad === undefined) return null;
    return {
      facts: {
        group: textAt(asked, 'groupId') ?? textAt(asked, 'groupName'),
        ports: `${numberAt(bad, 'fromPort') ?? 'all'} to ${numberAt(bad, 'toPort') ?? 'all'}`,
      },
      of: textAt(asked, 'groupId'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'SSH for everybody',
        records: [
          call('ec2:AuthorizeSecurityGroupIngress', {
            asked: {
              groupId: 'sg-1',
              ipPermissions: {
                items: [
                  {
                    ipProtocol: 'tcp',
                    fromPort: 22,
                    toPort: 22,
                    ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
                  },
                ],
              },
            },
          }),
        ],
      },
      {
        why: 'all ports, IPv6',
        records: [
          call('ec2:AuthorizeSecurityGroupIngress', {
            asked: {
              groupId: 'sg-1',
              ipPermissions: { items: [{ ipProtocol: '-1', ipv6Ranges: { items: [{ cidrIpv6: '::/0' }] } }] },
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the web',
        records: [
          call('ec2:AuthorizeSecurityGroupIngress', {
            asked: {
              groupId: 'sg-1',
              ipPermissions: {
                items: [
                  {
                    ipProtocol: 'tcp',
                    fromPort: 443,
                    toPort: 443,
                    ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
                  },
                ],
              },
            },
          }),
        ],
      },
      {
        why: 'the office',
        records: [
          call('ec2:AuthorizeSecurityGroupIngress', {
            asked: {
              groupId: 'sg-1',
              ipPermissions: {
                items: [
                  {
                    ipProtocol: 'tcp',
                    fromPort: 22,
                    toPort: 22,
                    ipRanges: { items: [{ cidrIp: '198.51.100.0/24' }] },
                  },
                ],
              },
            },
          }),
        ],
      },
    ],
  }),
};
