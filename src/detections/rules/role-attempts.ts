import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Many roles tried. */
export const roleAttempts: Rule = {
  id: 'role-attempts',
  title: 'Many roles tried',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'See which roles let the key in; deactivate the key.',
  falseAlarms: 'A broken configuration that asks for the same role again and again counts once.',
  actions: ['sts:AssumeRole'],
  quietFor: DAY,
  judge(event, about) {
    if (!event.denied) return null;
    const role =
      textAt(event.asked, 'roleArn') ?? /on resource: (\S+)/.exec(event.refusal ?? '')?.[1] ?? null;
    if (role === null) return null;
    const { recent } = about.profile;
    recent.note('refused roles', role, about.now, about.now);
    const roles = recent.since('refused roles', about.now - HOUR).length;
    return roles >= 3 ? { facts: { roles, last: role }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'three roles in a minute',
        records: ['a', 'b', 'c'].map((role, minute) =>
          call('sts:AssumeRole', {
            asked: { roleArn: `arn:aws:iam::${OWN}:role/${role}` },
            error: 'AccessDenied',
            minute,
          }),
        ),
      },
    ],
    quiet: [
      {
        why: 'one role, three times',
        records: [1, 2, 3].map((minute) =>
          call('sts:AssumeRole', {
            asked: { roleArn: `arn:aws:iam::${OWN}:role/a` },
            error: 'AccessDenied',
            minute,
          }),
        ),
      },
    ],
  }),
};
