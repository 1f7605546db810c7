import { call, madeSession, policy } from '../example.ts';
import { at, numberAt, textAt } from '../json.ts';
import { isAdministrator } from '../policy-document.ts';
import type { Rule } from '../rule.ts';

/** Federated session made from a long-term key. */
export const federationTokenMinted: Rule = {
  id: 'federation-token-minted',
  title: 'Federated session made from a long-term key',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1550.001',
  whatToDo:
    'Deny the user everything: a federated session survives the deactivation of the key, and can open the console.',
  falseAlarms: 'Old portals that make console links for people; they are known by their habit.',
  actions: ['sts:GetFederationToken'],
  judge(event) {
    return {
      severity: isAdministrator(at(event.asked, 'policy')) && !event.failed ? 'high' : 'medium',
      facts: {
        name: textAt(event.asked, 'name'),
        seconds: numberAt(event.asked, 'durationSeconds'),
        session: textAt(event.answered, 'credentials', 'accessKeyId'),
      },
      of: textAt(event.asked, 'name'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a federated session',
        records: [
          call('sts:GetFederationToken', {
            asked: { name: 'backdoor', policy: policy({ Action: '*', Resource: '*' }) },
            answered: madeSession(),
          }),
        ],
      },
    ],
    quiet: [{ why: 'who am I', records: [call('sts:GetCallerIdentity')] }],
  }),
};
