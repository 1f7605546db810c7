import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { accountOf } from '../policy-document.ts';
import type { Rule } from '../rule.ts';

/** Function callable from outside. */
export const functionExposed: Rule = {
  id: 'function-exposed',
  title: 'Function callable from outside',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1648',
  whatToDo: 'Take the permission or the address away; see who called the function.',
  falseAlarms: 'Public web functions behind an address of their own.',
  actions: ['lambda:AddPermission', 'lambda:CreateFunctionUrlConfig', 'lambda:UpdateFunctionUrlConfig'],
  judge(event) {
    const {
      asked,
      call: { name },
    } = event;
    if (name.startsWith('CreateFunctionUrl') || name.startsWith('UpdateFunctionUrl')) {
      return textAt(asked, 'authType') === 'NONE'
        ? {
            severity: 'medium',
            facts: { function: textAt(asked, 'functionName') },
            of: textAt(asked, 'functionName'),
          }
        : null;
    }
    const principal = textAt(asked, 'principal');
    const account = principal === null ? null : accountOf(principal);
    const isForeign = account !== null && account !== event.accountId;
    if (principal !== '*' && !isForeign) return null;
    return {
      severity: principal === '*' ? 'high' : 'medium',
      facts: { function: textAt(asked, 'functionName'), 'let in': principal },
      of: textAt(asked, 'functionName'),
      strangers: [account ?? '*'],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'everybody may call it',
        records: [
          call('lambda:AddPermission20150331v2', {
            asked: { functionName: 'f', principal: '*', action: 'lambda:InvokeFunction' },
          }),
        ],
      },
      {
        why: 'an address without a password',
        records: [call('lambda:CreateFunctionUrlConfig', { asked: { functionName: 'f', authType: 'NONE' } })],
      },
    ],
    quiet: [
      {
        why: 'a gateway of AWS',
        records: [
          call('lambda:AddPermission20150331v2', {
            asked: { functionName: 'f', principal: 'apigateway.amazonaws.com' },
          }),
        ],
      },
    ],
  }),
};
