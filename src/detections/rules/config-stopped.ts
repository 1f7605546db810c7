import { call } from '../example.ts';
import { flagAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** AWS Config stopped or stripped. */
export const configStopped: Rule = {
  id: 'config-stopped',
  title: 'AWS Config stopped or stripped',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.001',
  whatToDo: 'Start the recorder again and put the rules back.',
  falseAlarms: 'Taking down an account; changing what Config costs.',
  actions: words(`
    config:StopConfigurationRecorder config:DeleteConfigurationRecorder config:DeleteDeliveryChannel
    config:DeleteConfigRule config:DeleteOrganizationConfigRule config:DeleteConformancePack
    config:DeleteConfigurationAggregator config:DeleteRetentionConfiguration
    config:DeleteRemediationConfiguration config:DeleteOrganizationConformancePack
    config:DeleteEvaluationResults config:PutConfigurationRecorder`),
  judge(event) {
    // A recorder that is set up anew, but not for everything.
    if (
      event.call.name === 'PutConfigurationRecorder' &&
      flagAt(event.asked, 'configurationRecorder', 'recordingGroup', 'allSupported') !== false
    )
      return null;
    return {
      facts: {
        call: event.call.name,
        name: textAt(event.asked, 'configurationRecorderName') ?? textAt(event.asked, 'configRuleName'),
      },
      of: `${event.call.name} ${textAt(event.asked, 'configRuleName') ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'the recorder stops',
        records: [
          call('config:StopConfigurationRecorder', { asked: { configurationRecorderName: 'default' } }),
        ],
      },
    ],
    quiet: [{ why: 'rules are listed', records: [call('config:DescribeConfigRules')] }],
  }),
};
