import { call, OWN, history } from '../example.ts';
import { textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** A key that takes more roles than this takes any. */
const MANY = 20;

/** Took a role this key never took. */
export const roleNew: Rule = {
  id: 'role-new',
  title: 'Took a role this key never took',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1078.004',
  whatToDo: 'See what the role may do, and what the session did.',
  falseAlarms: 'A program that gets a new duty.',
  actions: ['sts:AssumeRole'],
  always: true,
  quietFor: DAY,
  judge(event, about) {
    const role = textAt(event.asked, 'roleArn');
    if (role === null || event.failed || event.byService || event.fromConsole) return null;
    const { profile, novelty } = about;
    const { recent } = profile;
    const known = recent.since('roles', 0);
    recent.note('roles', role, about.now, about.now);
    if (known.length === 0 || known.length > MANY || known.includes(role) || !profile.isSettled) return null;
    return {
      severity: isStrange(novelty) ? 'medium' : 'low',
      facts: { role, before: known.slice(0, 3).join(', ') },
      of: role,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'after days with another',
        learned: history(
          9,
          ['sts:AssumeRole', 's3:GetObject', 's3:GetObject', 's3:GetObject', 's3:GetObject'],
          { asked: { roleArn: `arn:aws:iam::${OWN}:role/backup` } },
        ),
        records: [call('sts:AssumeRole', { asked: { roleArn: `arn:aws:iam::${OWN}:role/admin` } })],
      },
    ],
    quiet: [
      {
        why: 'the one it always takes',
        learned: history(
          9,
          ['sts:AssumeRole', 's3:GetObject', 's3:GetObject', 's3:GetObject', 's3:GetObject'],
          { asked: { roleArn: `arn:aws:iam::${OWN}:role/backup` } },
        ),
        records: [call('sts:AssumeRole', { asked: { roleArn: `arn:aws:iam::${OWN}:role/backup` } })],
      },
    ],
  }),
};
