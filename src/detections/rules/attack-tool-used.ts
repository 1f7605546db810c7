import { call } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** A tool for attacks or for hunting secrets. */
export const attackToolUsed: Rule = {
  id: 'attack-tool-used',
  title: 'A tool for attacks or for hunting secrets',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1078.004',
  whatToDo: 'Deactivate the key unless a test is under way: somebody found it and tries what it can do.',
  falseAlarms: 'Your own penetration test or secret scan.',
  actions: [],
  triggers: ['tool'],
  always: true,
  // Who audits his own account does so every day, from where he always does.
  quietFor: 30 * DAY,
  judge(event, { place }) {
    return {
      severity:
        event.agent.attackTool === 'Prowler' ||
        event.agent.attackTool === 'ScoutSuite' ||
        event.agent.attackTool === 'CloudSploit'
          ? 'medium'
          : 'high',
      facts: { tool: event.agent.attackTool, 'user agent': event.agent.text },
      of: `${event.agent.attackTool ?? ''} ${place().operator ?? event.address?.prefix ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      { why: 'TruffleHog tries the key', records: [call('sts:GetCallerIdentity', { agent: 'TruffleHog' })] },
      {
        why: 'the command line on Kali',
        records: [
          call('s3:ListBuckets', {
            agent:
              'aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0-kali9-amd64 source/x86_64.kali.2023 prompt/off command/s3.ls',
          }),
        ],
      },
    ],
    quiet: [{ why: 'the command line', records: [call('s3:ListBuckets')] }],
  }),
};
