import { isByHand, isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { BOTO, call, ordinary } from '../example.ts';
import { textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import type { About, Finding, Rule } from '../rule.ts';
import { asksForMail } from '../support-case.ts';

/** Where quotas keep mining, models and mail within bounds. */
const BURNS = /^(?:ec2|sagemaker|bedrock|ecs|fargate|batch|eks|ses|sns|lambda|braket|elasticmapreduce)$/;

/** Cases about limits, bills and the account; questions about how something works change nothing. */
const ABOUT_ACCOUNT = /limit|quota|account|billing/;

/** A case by which AWS is asked to change something about the account. */
function caseOpened(event: CloudTrailEvent, about: About): Finding | null {
  const service = textAt(event.asked, 'serviceCode') ?? '';
  const isAbout = ABOUT_ACCOUNT.test(service) || textAt(event.asked, 'issueType') === 'customer-service';
  // Another rule tells of those for more mail.
  if (!isAbout || asksForMail(event)) return null;
  const isKnown = about.profile.isEstablished('services', 'support', about.now);
  return {
    severity: isUnexplained(event, about) && !isKnown ? 'medium' : 'low',
    facts: { case: service || null, severity: textAt(event.asked, 'severityCode') },
    of: 'case',
  };
}

/** A quota asked to be raised. */
export const quotaRaiseAsked: Rule = {
  id: 'quota-raise-asked',
  title: 'AWS asked to raise a quota, or for a change of the account',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1496',
  whatToDo:
    'See which quota, or what the case asks for, and ask its owner: compute in a region nobody uses is for mining.',
  falseAlarms: 'Growing programs; people who look after the account with a key.',
  actions: ['servicequotas:RequestServiceQuotaIncrease', 'support:CreateCase'],
  judge(event, about) {
    if (event.call.service === 'support') return caseOpened(event, about);
    const code = textAt(event.asked, 'serviceCode') ?? '';
    // A key that nobody knows yet, and no tool that sets an account up.
    const isBare = isByHand(event, about) && !about.profile.isSettled;
    // Nor one known for one job that never had to do with quotas.
    const isBeside =
      isUnexplained(event, about) && !about.profile.isEstablished('services', 'servicequotas', about.now);
    return {
      severity:
        isStrange(about.novelty) || event.denied || ((isBare || isBeside) && BURNS.test(code))
          ? 'medium'
          : 'low',
      facts: { service: textAt(event.asked, 'serviceCode'), quota: textAt(event.asked, 'quotaCode') },
      of: textAt(event.asked, 'quotaCode'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'AWS is asked to change the account',
        records: [
          call('support:CreateCase', {
            asked: {
              serviceCode: 'account-management',
              issueType: 'customer-service',
              severityCode: 'urgent',
            },
          }),
        ],
      },
      {
        why: 'a key that only works with files asks for machines',
        learned: ordinary(6),
        records: [
          call('servicequotas:RequestServiceQuotaIncrease', {
            asked: { serviceCode: 'ec2', quotaCode: 'L-417A185B' },
            ...BOTO,
          }),
        ],
      },
      {
        why: 'a key asks for more',
        records: [
          call('servicequotas:RequestServiceQuotaIncrease', {
            asked: { serviceCode: 'ec2', quotaCode: 'L-1216C47A' },
          }),
        ],
      },
    ],
    quiet: [
      { why: 'quotas are read', records: [call('servicequotas:GetServiceQuota')] },
      {
        why: 'AWS is asked how something works',
        records: [
          call('support:CreateCase', { asked: { serviceCode: 'amazon-rds', issueType: 'technical' } }),
        ],
      },
    ],
  }),
};
