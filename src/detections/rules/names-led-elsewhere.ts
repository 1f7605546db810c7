import { isUnexplained } from '../at-home.ts';
import { call, history } from '../example.ts';
import { listAt, textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Records that lead somewhere: to a machine, another name, the mail, or whoever answers for a part of the domain. */
const LEADING = /^(?:A|AAAA|CNAME|MX|NS|SRV|HTTPS)$/i;
/** Where nobody outside can be: networks inside, and what AWS serves for this account. */
const INSIDE =
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)|\.(?:amazonaws\.com(?:\.cn)?|cloudfront\.net|acm-validations\.aws|awsglobalaccelerator\.com)\.?$/i;

/** The last two parts of a name. */
function domainOf(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').split('.').slice(-2).join('.');
}

/** Where a change of records leads names to; nothing for what is taken away, and for texts. */
function targetsOf(asked: unknown): readonly string[] {
  return listAt(asked, 'changeBatch', 'changes').flatMap((change) => {
    if (textAt(change, 'action')?.toUpperCase() === 'DELETE') return [];
    if (!LEADING.test(textAt(change, 'resourceRecordSet', 'type') ?? '')) return [];
    const own = domainOf(textAt(change, 'resourceRecordSet', 'name') ?? '');
    return listAt(change, 'resourceRecordSet', 'resourceRecords').flatMap((each) => {
      const value = textAt(each, 'value');
      return value === null || domainOf(value) === own ? [] : value;
    });
  });
}

/** Where a load balancer sends visitors instead; `#{host}` is where they came to. */
function redirectsIn(asked: unknown): readonly string[] {
  return [...listAt(asked, 'defaultActions'), ...listAt(asked, 'actions')].flatMap((each) => {
    const host = textAt(each, 'redirectConfig', 'host');
    return host === null || host.startsWith('#') ? [] : [host];
  });
}

/** Who answers for names inside a network instead. */
function resolversIn(asked: unknown): readonly string[] {
  return listAt(asked, 'targetIps').flatMap((each) => textAt(each, 'ip') ?? textAt(each, 'Ip') ?? []);
}

/** Where a site fetches its pages from. */
function originsIn(asked: unknown): readonly string[] {
  return listAt(asked, 'distributionConfig', 'origins').flatMap((each) => textAt(each, 'domainName') ?? []);
}

/** Names of a domain led elsewhere. */
export const namesLedElsewhere: Rule = {
  id: 'names-led-elsewhere',
  title: 'Names of a domain led elsewhere',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1584.002',
  whatToDo:
    'See who is at the new address: whoever holds a name gets its visitors, its mail, and certificates for it. Put the record back.',
  falseAlarms: 'Programs that keep names up to date; they are known by their habit.',
  actions: words(`
    route53:ChangeResourceRecordSets route53resolver:CreateResolverRule elasticloadbalancing:ModifyListener
    elasticloadbalancing:CreateRule elasticloadbalancing:ModifyRule cloudfront:UpdateDistribution`),
  quietFor: 7 * DAY,
  judge(event, about) {
    if (!isUnexplained(event, about)) return null;
    const outside = [
      ...targetsOf(event.asked),
      ...redirectsIn(event.asked),
      ...resolversIn(event.asked),
      ...originsIn(event.asked),
    ].filter((each) => !INSIDE.test(each));
    if (outside.length === 0) return null;
    return {
      facts: { zone: textAt(event.asked, 'hostedZoneId'), to: outside.slice(0, 3).join(', ') },
      of: textAt(event.asked, 'hostedZoneId'),
    };
  },
  examples: () => {
    const change = (type: string, value: string) => ({
      asked: {
        hostedZoneId: 'Z1',
        changeBatch: {
          changes: [
            {
              action: 'UPSERT',
              resourceRecordSet: { name: 'login.example.com.', type, resourceRecords: [{ value }] },
            },
          ],
        },
      },
    });
    return {
      fires: [
        {
          why: 'a name led to a machine, by a key nobody knows',
          records: [call('route53:ChangeResourceRecordSets', change('A', '203.0.113.9'))],
        },
        {
          why: 'the mail',
          records: [call('route53:ChangeResourceRecordSets', change('MX', '10 mx.example.net.'))],
        },
      ],
      quiet: [
        {
          why: 'the proof for a certificate',
          records: [call('route53:ChangeResourceRecordSets', change('TXT', '"token"'))],
        },
        {
          why: 'a name of AWS',
          records: [
            call('route53:ChangeResourceRecordSets', change('CNAME', 'lb-1.eu-west-1.elb.amazonaws.com')),
          ],
        },
        {
          why: 'a program that does it each day',
          learned: history(
            9,
            Array.from({ length: 6 }, () => 'route53:ChangeResourceRecordSets'),
            change('A', '203.0.113.9'),
          ),
          records: [call('route53:ChangeResourceRecordSets', change('A', '203.0.113.10'))],
        },
      ],
    };
  },
};
