import { call } from '../example.ts';
import type { Rule } from '../rule.ts';

/** Flow logs or DNS logs removed. */
export const networkLogsRemoved: Rule = {
  id: 'network-logs-removed',
  title: 'Flow logs or DNS logs removed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Make the log again; what went over the network meanwhile cannot be found out.',
  falseAlarms: 'Taking down a VPC.',
  actions: [
    'ec2:DeleteFlowLogs',
    'route53resolver:DeleteResolverQueryLogConfig',
    'route53resolver:DisassociateResolverQueryLogConfig',
    'route53:DeleteQueryLoggingConfig',
    'vpc-lattice:DeleteAccessLogSubscription',
    'elasticloadbalancing:DeleteLoadBalancerAccessLogs',
  ],
  judge(event) {
    return { facts: { call: event.call.name }, of: event.call.name };
  },
  examples: () => ({
    fires: [
      {
        why: 'flow logs go',
        records: [
          call('ec2:DeleteFlowLogs', {
            asked: { DeleteFlowLogsRequest: { FlowLogId: { content: 'fl-1' } } },
          }),
        ],
      },
      {
        why: 'DNS query logs go',
        records: [
          call('route53resolver:DeleteResolverQueryLogConfig', {
            asked: { resolverQueryLogConfigId: 'rqlc-1' },
          }),
        ],
      },
    ],
    quiet: [{ why: 'flow logs are made', records: [call('ec2:CreateFlowLogs')] }],
  }),
};
