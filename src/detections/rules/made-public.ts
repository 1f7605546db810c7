import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Settings of any service; what programs do with data, and what rules of their own look at, is left out. */
const SETTING =
  /^(?!(?:iam|sts|s3|ec2|rds|redshift|redshift-serverless|ecs|dynamodb|sqs|sns|logs|kinesis|firehose|monitoring|ssm|iotdata|lambda|cognito-identity|scheduler|batch|elasticmapreduce):)[a-z0-9-]+:(?:Create|Update|Put|Modify|Set|Enable|Change)[A-Z]/;
/** How services name a way in for everybody; addresses, keys and zones that are called public are no way in. */
const WAY_IN = /public|anonymous|unauthenticated/i;
const NO_WAY_IN = /ip|key|block|restrict|dns|zone|subnet|prevent|cidr|republish|published/i;
const YES = /^(?:true|enabled?|public(?:_read)?|on)$/i;
const IN_DOCUMENT = /"AllowFromPublic"\s*:\s*true/i;

/** The setting that lets everybody in, wherever a service puts it. */
function openIn(asked: unknown): string | null {
  const found = leavesOf(asked).find(
    ([name, text]) =>
      (WAY_IN.test(name) && !NO_WAY_IN.test(name) && YES.test(text)) || IN_DOCUMENT.test(text),
  );
  return found === undefined ? null : IN_DOCUMENT.test(found[1]) ? 'AllowFromPublic' : found[0];
}

/** What a call opens to everybody; null when nothing. */
function openedBy({ asked, call: { name } }: CloudTrailEvent): string | null {
  if (name === 'PutBucketWebsite') return 'web site';
  if (name !== 'PutBucketCors') return openIn(asked);
  const isForAll = leavesOf(asked).some(([leaf, text]) => leaf === 'AllowedOrigin' && text === '*');
  return isForAll ? 'every origin' : null;
}

/** Something made reachable by everybody. */
export const madePublic: Rule = {
  id: 'made-public',
  title: 'Something made reachable by everybody',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1190',
  whatToDo: 'Take it back unless it is public on purpose; see who called it meanwhile.',
  falseAlarms: 'Web sites and interfaces that are public on purpose.',
  actions: words('s3:PutBucketWebsite s3:PutBucketCors'),
  matches: SETTING,
  quietFor: DAY,
  judge(event, about) {
    const { asked, call: api } = event;
    if (event.failed || !isUnexplained(event, about)) return null;
    const what = openedBy(event);
    if (what === null) return null;
    return {
      // It lets the pages of any site ask, with rights of their own that they must have; many upload so.
      severity: api.name === 'PutBucketCors' ? 'low' : 'medium',
      facts: { call: api.action, setting: what, of: textAt(asked, 'bucketName') ?? textAt(asked, 'name') },
      of: `${api.action} ${what}`,
      strangers: [what],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a graph that answers the internet',
        records: [
          call('neptune-graph:UpdateGraph', { asked: { graphIdentifier: 'g', publicConnectivity: true } }),
        ],
      },
      {
        why: 'a search network, its document inside',
        records: [
          call('aoss:UpdateSecurityPolicy', {
            asked: { name: 'n', type: 'network', policy: '[{"AllowFromPublic": true}]' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'it is closed',
        records: [
          call('neptune-graph:UpdateGraph', { asked: { graphIdentifier: 'g', publicConnectivity: false } }),
        ],
      },
      {
        why: 'a public key',
        records: [call('transfer:UpdateServer', { asked: { publicKeyEnabled: true } })],
      },
    ],
  }),
};
