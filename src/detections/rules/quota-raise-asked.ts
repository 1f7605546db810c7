import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import type { Rule } from '../rule.ts';

/** Where quotas keep mining, models and mail within bounds. */
const BURNS = /^(?:ec2|sagemaker|bedrock|ecs|fargate|batch|eks|ses|sns|lambda|braket|elasticmapreduce)$/;

/** A quota asked to be raised. */
export const quotaRaiseAsked: Rule = {
  id: 'quota-raise-asked',
  title: 'A quota asked to be raised',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1496',
  whatToDo: 'See which quota: compute in a region nobody uses is for mining.',
  falseAlarms: 'Growing programs.',
  actions: ['servicequotas:RequestServiceQuotaIncrease'],
  judge(event, about) {
    const code = textAt(event.asked, 'serviceCode') ?? '';
    // A key that nobody knows yet, and no tool that sets an account up.
    const isBare = about.keyId !== null && !about.profile.isSettled && event.agent.kind !== 'infrastructure';
    return {
      severity: isStrange(about.novelty) || event.denied || (isBare && BURNS.test(code)) ? 'medium' : 'low',
      facts: { service: textAt(event.asked, 'serviceCode'), quota: textAt(event.asked, 'quotaCode') },
      of: textAt(event.asked, 'quotaCode'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key asks for more',
        records: [
          call('servicequotas:RequestServiceQuotaIncrease', {
            asked: { serviceCode: 'ec2', quotaCode: 'L-1216C47A' },
          }),
        ],
      },
    ],
    quiet: [{ why: 'quotas are read', records: [call('servicequotas:GetServiceQuota')] }],
  }),
};
