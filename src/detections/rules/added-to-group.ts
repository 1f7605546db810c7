import { trifle } from '../at-home.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** User added to a group. */
export const addedToGroup: Rule = {
  id: 'added-to-group',
  title: 'User added to a group',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1098.003',
  whatToDo: 'See what the group may do, and who asked for it.',
  falseAlarms: 'Provisioning of people.',
  actions: ['iam:AddUserToGroup', 'cognito-idp:AdminAddUserToGroup'],
  judge(event, about) {
    const group = textAt(event.asked, 'groupName');
    const isPowerful = group !== null && /admin|power|root|super|security|break/i.test(group);
    // People of an application are put into groups all day.
    const isOfApplication = event.call.service !== 'iam';
    if (isOfApplication && (!isPowerful || event.failed)) return null;
    return {
      severity: isPowerful && !isOfApplication ? 'medium' : trifle(event, about),
      facts: { user: textAt(event.asked, 'userName') ?? textAt(event.asked, 'username'), group },
      of: textAt(event.asked, 'userName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'Bob becomes an administrator',
        records: [call('iam:AddUserToGroup', { asked: { userName: 'bob', groupName: 'Administrators' } })],
      },
    ],
    quiet: [
      {
        why: 'a group is looked at',
        records: [call('iam:GetGroup', { asked: { groupName: 'Administrators' } })],
      },
    ],
  }),
};
