import { call, madeSession, roleSession } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const ACCOUNTS = 3;
const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/(.+)$/;
/** The roles that AWS makes for administrators in every account of an organization. */
const MASTER = /(?:^|\/)(?:OrganizationAccountAccessRole|AWSControlTowerExecution)$/;

/** Roles of several accounts taken. */
export const accountsEntered: Rule = {
  id: 'accounts-entered',
  title: 'Roles of several accounts taken, one after the other',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo:
    'See what the sessions did in each account. Those who own a key know which accounts they work in; a thief tries all.',
  falseAlarms: 'Tools that visit all accounts of a company; they are known by their habit.',
  actions: ['sts:AssumeRole'],
  quietFor: DAY,
  judge(event, about) {
    if (event.failed || event.byService) return null;
    const [, account, role] = ROLE.exec(textAt(event.asked, 'roleArn') ?? '') ?? [];
    if (account === undefined || role === undefined || account === event.accountId) return null;
    const { recent } = about.profile;
    recent.note('accounts entered', account, about.now, about.now);
    const accounts = recent.since('accounts entered', about.now - HOUR).length;
    if (event.agent.kind === 'infrastructure') return null;
    if (accounts >= ACCOUNTS) return { facts: { accounts, last: account }, of: '' };
    return MASTER.test(role) && about.keyId !== null
      ? { severity: 'low', facts: { account, role }, of: account }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'three accounts in three minutes',
        records: [1, 2, 3].map((each) =>
          call('sts:AssumeRole', {
            asked: { roleArn: `arn:aws:iam::44445555666${each}:role/audit` },
            answered: madeSession(`ASIAEXAMPLE00000000${each}`),
            minute: each,
          }),
        ),
      },
      {
        why: 'by somebody signed in, with the roles of an organization',
        records: [1, 2, 3].map((each) =>
          call('sts:AssumeRole', {
            by: roleSession('AWSReservedSSO_AdministratorAccess_0123456789abcdef', 'ann'),
            asked: { roleArn: `arn:aws:iam::44445555666${each}:role/OrganizationAccountAccessRole` },
            answered: madeSession(`ASIAEXAMPLE00000000${each}`),
            minute: each,
          }),
        ),
      },
    ],
    quiet: [
      {
        why: 'a pipeline that enters the account it deploys to',
        records: [1, 2, 3].map((minute) =>
          call('sts:AssumeRole', {
            by: roleSession('build', 'run'),
            asked: { roleArn: 'arn:aws:iam::444455556661:role/deploy' },
            answered: madeSession('ASIAEXAMPLE000000001'),
            minute,
          }),
        ),
      },
      {
        why: 'roles of the own account',
        records: [1, 2, 3].map((each) =>
          call('sts:AssumeRole', {
            asked: { roleArn: `arn:aws:iam::111122223333:role/r${each}` },
            minute: each,
          }),
        ),
      },
    ],
  }),
};
