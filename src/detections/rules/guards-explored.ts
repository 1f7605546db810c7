import { isReaderAtHome, isUnexplained } from '../at-home.ts';
import { call, ordinary } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const SWEEP = HOUR / 6;
const CALLS = 3;
/** Of a key that has no reason, and goes on to what they noted. */
const FEW = 2;
/** Where an account keeps what would give a thief away. */
const GUARDS =
  /^(?:guardduty|cloudtrail|config|securityhub|inspector2|macie2|access-analyzer|detective|securitylake):|^(?:ec2:DescribeFlowLogs|monitoring:DescribeAlarms|logs:DescribeMetricFilters|events:ListRules|wafv2:ListWebACLs|organizations:ListDelegatedAdministrators)$/;

/** Guards of the account looked at. */
export const guardsExplored: Rule = {
  id: 'guards-explored',
  title: 'Guards of the account looked at, one after the other',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1526',
  whatToDo:
    'Ask the owner. Whoever wants to stay unseen first finds out who watches: see whether a guard was changed afterwards.',
  falseAlarms: 'The first run of an audit or inventory tool; later runs are known.',
  actions: [],
  triggers: ['discovery'],
  quietFor: DAY,
  judge(event, about) {
    if (event.agent.kind === 'infrastructure' || !GUARDS.test(event.call.action)) return null;
    const calls = about.profile.recent
      .since('discovery', about.now - SWEEP)
      .filter((each) => GUARDS.test(each));
    // Who reads everything learns to read more of it.
    const isAfterTraces = calls.includes('cloudtrail:LookupEvents') && isUnexplained(event, about);
    if (calls.length < FEW || isReaderAtHome(event, about)) return null;
    const facts = { calls: calls.length, last: event.call.action };
    if (calls.length >= CALLS || isAfterTraces) return { facts, of: '' };
    return isUnexplained(event, about) ? { severity: 'low', facts, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'what one of them found, by a key nobody knows',
        records: [call('macie2:ListFindings'), call('macie2:GetFindings', { minute: 1 })],
      },
      {
        why: 'three guards in a minute',
        records: ['cloudtrail:DescribeTrails', 'guardduty:ListDetectors', 'ec2:DescribeFlowLogs'].map(
          (action, each) => call(action, { minute: each / 4 }),
        ),
      },
    ],
    quiet: [
      {
        why: 'one guard, every day',
        learned: ordinary(5),
        records: [call('cloudtrail:DescribeTrails'), call('cloudtrail:DescribeTrails', { minute: 3 })],
      },
      {
        why: 'a tool that manages them',
        records: ['cloudtrail:DescribeTrails', 'guardduty:GetDetector', 'ec2:DescribeFlowLogs'].map(
          (action, each) => call(action, { minute: each / 4, agent: 'Terraform/1.11.4' }),
        ),
      },
    ],
  }),
};
