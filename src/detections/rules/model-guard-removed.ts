import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Logging or guard rails of Bedrock removed. */
export const modelGuardRemoved: Rule = {
  id: 'model-guard-removed',
  title: 'Logging or guard rails of Bedrock removed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Put them back; see what models were asked meanwhile.',
  falseAlarms: 'Teams that tune their guard rails.',
  actions: [
    'bedrock:DeleteModelInvocationLoggingConfiguration',
    'bedrock:PutModelInvocationLoggingConfiguration',
    'bedrock:DeleteGuardrail',
    'bedrock:UpdateGuardrail',
  ],
  judge(event) {
    return {
      facts: { call: event.call.name, guardrail: textAt(event.asked, 'guardrailIdentifier') },
      of: event.call.name,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'invocations are no more logged',
        records: [call('bedrock:DeleteModelInvocationLoggingConfiguration')],
      },
    ],
    quiet: [
      { why: 'the configuration is read', records: [call('bedrock:GetModelInvocationLoggingConfiguration')] },
    ],
  }),
};
