import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const WINDOW = HOUR;
const TRIES = 4;

/** Names of principals guessed through policies. */
export const principalsGuessed: Rule = {
  id: 'principals-guessed',
  title: 'Names of principals guessed through policies',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1087.004',
  whatToDo:
    'Deactivate the key: somebody finds out which users and roles exist by writing policies that AWS refuses.',
  falseAlarms: 'A broken deployment that writes the same wrong policy again; it counts once.',
  actions: words(`
    iam:UpdateAssumeRolePolicy s3:PutBucketPolicy kms:PutKeyPolicy sns:AddPermission
    sqs:SetQueueAttributes ecr:SetRepositoryPolicy iam:CreateRole secretsmanager:PutResourcePolicy
    lambda:AddPermission`),
  quietFor: DAY,
  judge(event, about) {
    if (event.errorCode === null || !/MalformedPolicy|InvalidPrincipal|InvalidPolicy/i.test(event.errorCode))
      return null;
    const { recent } = about.profile;
    recent.note('malformed', event.id, about.now, about.now);
    const tries = recent.since('malformed', about.now - WINDOW).length;
    return tries >= TRIES ? { facts: { tries }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'four wrong trust policies in a minute',
        records: Array.from({ length: 4 }, (_, minute) =>
          call('iam:UpdateAssumeRolePolicy', {
            asked: { roleName: 'x', policyDocument: `${minute}` },
            error: 'MalformedPolicyDocumentException',
            minute: minute / 4,
          }),
        ),
      },
    ],
    quiet: [
      {
        why: 'one wrong policy',
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: { roleName: 'x' },
            error: 'MalformedPolicyDocumentException',
          }),
        ],
      },
    ],
  }),
};
