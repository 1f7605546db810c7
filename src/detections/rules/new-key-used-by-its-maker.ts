import { call, ALICE, OWN } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** A key made for another user is used by its maker. */
export const newKeyUsedByItsMaker: Rule = {
  id: 'new-key-used-by-its-maker',
  title: 'A key made for another user is used by its maker',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1098.001',
  whatToDo: 'Deactivate both keys: whoever made the key for somebody else is using it himself.',
  falseAlarms: 'An administrator who tests the key before handing it over.',
  actions: [],
  triggers: ['born'],
  quietFor: 30 * DAY,
  judge(event, about) {
    const { birth } = about;
    if (birth === null || about.now - birth.at > DAY || event.address === null) return null;
    const forAnother = birth.forUser !== null && birth.byUser !== null && birth.forUser !== birth.byUser;
    if (!forAnother || birth.prefix !== event.address.prefix) return null;
    return {
      facts: { 'made by': birth.byKeyId ?? birth.byUser, 'made for': birth.forUser, network: birth.prefix },
      of: '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'from the same network, minutes later',
        records: [
          call('iam:CreateAccessKey', {
            asked: { userName: 'bob' },
            answered: {
              accessKey: { accessKeyId: 'AKIABOBEXAMPLE000001', userName: 'bob', status: 'Active' },
            },
          }),
          call('s3:ListBuckets', {
            minute: 2,
            by: {
              ...ALICE,
              arn: `arn:aws:iam::${OWN}:user/bob`,
              userName: 'bob',
              accessKeyId: 'AKIABOBEXAMPLE000001',
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'Bob uses it from his own network',
        records: [
          call('iam:CreateAccessKey', {
            asked: { userName: 'bob' },
            answered: {
              accessKey: { accessKeyId: 'AKIABOBEXAMPLE000001', userName: 'bob', status: 'Active' },
            },
          }),
          call('s3:ListBuckets', {
            minute: 20,
            from: '203.0.113.9',
            by: {
              ...ALICE,
              arn: `arn:aws:iam::${OWN}:user/bob`,
              userName: 'bob',
              accessKeyId: 'AKIABOBEXAMPLE000001',
            },
          }),
        ],
      },
    ],
  }),
};
