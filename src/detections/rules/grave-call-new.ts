import { call, history, ordinary } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const DAYS = 5;
const OFTEN = 1;
const NARROW = 20;
const GRAVE_SERVICES = new Set(
  words('iam organizations kms secretsmanager cloudtrail guardduty ec2 rds lambda ssm ecs eks sso'),
);
const GRAVE = /^(?:Create|Put|Attach|Update|Delete|Modify|Add|Set|Run|Send|Import|Authorize)/;

/** A grave call this key never made. */
export const graveCallNew: Rule = {
  id: 'grave-call-new',
  title: 'A grave call this key never made',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1098',
  whatToDo: 'Ask the owner what the program does now.',
  falseAlarms: 'A program that grows.',
  actions: [],
  triggers: ['novel'],
  quietFor: 7 * DAY,
  judge(event, about) {
    const { novelty, profile } = about;
    if (
      !novelty.action ||
      event.denied ||
      !profile.isSettled ||
      event.fromConsole ||
      profile.activeDays < DAYS
    )
      return null;
    if (event.call.isRead || !GRAVE_SERVICES.has(event.call.service) || !GRAVE.test(event.call.name))
      return null;
    if (profile.growth('actions') > OFTEN) return null;
    return {
      severity: profile.tables.actions.size <= NARROW ? 'medium' : 'low',
      facts: { call: event.call.action },
      of: event.call.action,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a backup's key makes a role",
        learned: ordinary(9),
        records: [call('iam:CreateRole', { asked: { roleName: 'r' } })],
      },
    ],
    quiet: [
      {
        why: 'a key that does it daily',
        learned: history(9, ['iam:CreateRole', 'iam:GetRole', 'iam:TagRole', 's3:PutObject', 's3:GetObject']),
        records: [call('iam:CreateRole', { asked: { roleName: 'r' } })],
      },
    ],
  }),
};
