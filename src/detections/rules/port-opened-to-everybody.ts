import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { at, flagAt, listAt, numberAt, textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { About, Rule } from '../rule.ts';

/** Ports that are public by nature: the web, and echo requests (type 8 of ICMP stands where ports do). */
const HARMLESS: ReadonlySet<number> = new Set([8, 80, 443]);

/** All of the internet, or a few networks that together are: down to /4 there is nobody who owns one. */
const WIDE = /\/[0-4]$/;

/** Its names begin with a capital here. */
function lowered(rule: unknown): unknown {
  return {
    fromPort: at(rule, 'FromPort'),
    toPort: at(rule, 'ToPort'),
    cidrIp: at(rule, 'CidrIpv4') ?? at(rule, 'CidrIpv6'),
  };
}

function isOpenAclEntry({ asked, call: { name } }: CloudTrailEvent): boolean {
  return (
    /^(?:Create|Replace)NetworkAclEntry$/.test(name) &&
    flagAt(asked, 'egress') !== true &&
    textAt(asked, 'ruleAction')?.toLowerCase() === 'allow' &&
    WIDE.test(textAt(asked, 'cidrBlock') ?? textAt(asked, 'ipv6CidrBlock') ?? '')
  );
}

/** Where machines and databases are entered. */
const ENTRANCES = [22, 23, 445, 1433, 1521, 3306, 3389, 5432, 5900, 5985, 6379, 6443, 9200, 27_017];
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/** True for one machine somewhere in the internet: whoever lets in himself comes from there. */
function isOneOutside(permission: unknown): boolean {
  const ranges = [...listAt(permission, 'ipRanges', 'items'), permission];
  return ranges.some((each) => {
    const range = textAt(each, 'cidrIp') ?? '';
    return range.endsWith('/32') && !PRIVATE.test(range);
  });
}

function isFirst(group: string, { profile, now }: About): boolean {
  const before = profile.recent.last('one let in', group);
  profile.recent.note('one let in', group, now, now);
  return before === null || now - before > 30 * DAY;
}

function isEntrance(from: number | null, to: number | null): boolean {
  return from === null || to === null || ENTRANCES.some((port) => from <= port && port <= to);
}

function isWorldWide(permission: unknown): boolean {
  const ranges = [
    ...listAt(permission, 'ipRanges', 'items'),
    ...listAt(permission, 'ipv6Ranges', 'items'),
    permission,
  ];
  return ranges.some((each) => WIDE.test(textAt(each, 'cidrIp') ?? textAt(each, 'cidrIpv6') ?? ''));
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
  actions: [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:ModifySecurityGroupRules',
    'ec2:CreateNetworkAclEntry',
    'ec2:ReplaceNetworkAclEntry',
    'lightsail:OpenInstancePublicPorts',
    'lightsail:PutInstancePublicPorts',
  ],
  judge(event, about) {
    const { asked } = event;
    const changed = at(asked, 'ModifySecurityGroupRulesRequest') ?? asked;
    const rules = [
      ...listAt(asked, 'ipPermissions', 'items'),
      ...(textAt(asked, 'cidrIp') === null ? [] : [asked]),
      ...listAt(changed, 'SecurityGroupRule').map((each) => lowered(at(each, 'SecurityGroupRule'))),
      ...(event.call.service === 'lightsail'
        ? [...listAt(asked, 'portInfos'), ...listAt(asked, 'portInfo')]
        : []),
      ...(isOpenAclEntry(event) ? [{ ...(at(asked, 'portRange') as object), cidrIp: '0.0.0.0/0' }] : []),
    ];
    const forOne = isUnexplained(event, about)
      ? rules.find(
          (each) => isOneOutside(each) && isEntrance(numberAt(each, 'fromPort'), numberAt(each, 'toPort')),
        )
      : undefined;
    const open = rules.filter((each) => event.call.service === 'lightsail' || isWorldWide(each));
    const forAll = open.find((each) => {
      const from = numberAt(each, 'fromPort') ?? numberAt(each, 'from');
      const to = numberAt(each, 'toPort') ?? numberAt(each, 'to') ?? from;
      return from === null || from === -1 || to === null || !(from === to && HARMLESS.has(from));
    });
    const bad = forAll ?? forOne;
    if (bad === undefined) return null;
    // Runners let themselves in each time.
    if (forAll === undefined && !isFirst(textAt(asked, 'groupId') ?? '', about)) return null;
    return {
      facts: {
        group: textAt(asked, 'groupId') ?? textAt(asked, 'groupName'),
        ports: `${numberAt(bad, 'fromPort') ?? 'all'} to ${numberAt(bad, 'toPort') ?? 'all'}`,
      },
      of: textAt(asked, 'groupId'),
      strangers: [forAll === undefined ? 'one' : 'everybody'],
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
