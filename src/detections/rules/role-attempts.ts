import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { RawRecord, Rule } from '../rule.ts';

/** A role that a token does not open. */
function withToken(userName: string, role: string, minute: number): RawRecord {
  return call('sts:AssumeRoleWithWebIdentity', {
    asked: { roleArn: `arn:aws:iam::${OWN}:role/${role}`, roleSessionName: 's' },
    by: { type: 'WebIdentityUser', userName, identityProvider: 'token.actions.githubusercontent.com' },
    error: 'AccessDenied',
    minute,
  });
}

/** Many roles tried. */
export const roleAttempts: Rule = {
  id: 'role-attempts',
  title: 'Many roles tried',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'See which roles let the key in; deactivate the key.',
  falseAlarms: 'A broken configuration that asks for the same role again and again counts once.',
  actions: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'],
  quietFor: DAY,
  judge(event, about) {
    if (!event.denied) return null;
    const role =
      textAt(event.asked, 'roleArn') ?? /on resource: (\S+)/.exec(event.refusal ?? '')?.[1] ?? null;
    if (role === null) return null;
    const { recent } = about.profile;
    // Whoever shows a token is nobody yet: all of them are one, but for what the token calls them.
    const isNobody = about.keyId === null && event.caller.arn === null;
    const who = isNobody ? `${event.caller.userName ?? ''} ${role.split(':')[4] ?? ''}` : '';
    recent.note('refused roles', `${who} ${role}`, about.now, about.now);
    const roles = recent
      .since('refused roles', about.now - HOUR)
      .filter((each) => each.startsWith(`${who} `)).length;
    return roles >= 3 ? { facts: { roles, last: role }, of: who } : null;
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
      {
        why: 'three roles, with a token of a repository',
        records: ['a', 'b', 'c'].map((role, minute) =>
          withToken('repo:x/y:ref:refs/heads/main', role, minute),
        ),
      },
    ],
    quiet: [
      {
        why: 'three programs of a cluster, each of which may not take its role yet',
        records: ['a', 'b', 'c'].map((role, minute) =>
          withToken(`system:serviceaccount:default:${role}`, role, minute),
        ),
      },
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
