import { isAtWork, isUnexplained } from '../at-home.ts';
import { BOTO, call, history, ordinary } from '../example.ts';
import { unlikeHabit } from '../first.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const TABLES = 3;

/** Whole tables read after the tables were listed. */
export const tablesReadInBulk: Rule = {
  id: 'tables-read-in-bulk',
  title: 'Whole tables read right after tables were listed',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1530',
  whatToDo: 'See which tables, with the data events of the trail; treat what they hold as taken.',
  falseAlarms: 'A person who looks for something in the tables; a copy of all tables.',
  actions: ['dynamodb:ListTables', 'dynamodb:Scan', 'cognito-idp:ListUserPools', 'cognito-idp:ListUsers'],
  quietFor: DAY,
  judge(event, about) {
    if (event.failed || event.agent.kind === 'infrastructure') return null;
    const {
      now,
      profile: { recent },
    } = about;
    if (event.call.name === 'ListTables') {
      recent.note('tables listed', '', now, now);
      return null;
    }
    if (event.call.name === 'ListUserPools') {
      recent.note('user pools listed', '', now, now);
      return null;
    }
    if (event.call.name === 'ListUsers') {
      const listed = recent.last('user pools listed');
      const isAfter =
        listed !== null && now - listed <= HOUR && isUnexplained(event, about) && !isAtWork(event, about);
      return isAfter ? { facts: { 'users of': textAt(event.asked, 'userPoolId') }, of: 'users' } : null;
    }
    // A program knows the names of its tables.
    const listed = recent.last('tables listed');
    if (listed === null || now - listed > HOUR) return null;
    recent.note('tables read', textAt(event.asked, 'tableName') ?? event.id, now, now);
    const tables = recent.since('tables read', listed).length;
    return tables >= TABLES
      ? { facts: { tables }, of: '', strangers: unlikeHabit('dynamodb:ListTables', event, about) }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'three tables, each as a whole',
        records: [
          call('dynamodb:ListTables'),
          ...['users', 'orders', 'cards'].map((tableName, minute) =>
            call('dynamodb:Scan', { asked: { tableName }, minute }),
          ),
        ],
      },
      {
        why: 'a program that reads a table each day lists them and reads others',
        learned: [...ordinary(6), ...history(6, ['dynamodb:Scan'], { ...BOTO, minute: 50 })],
        records: [
          call('dynamodb:ListTables', BOTO),
          ...['users', 'orders', 'cards'].map((tableName, minute) =>
            call('dynamodb:Scan', { ...BOTO, asked: { tableName }, minute }),
          ),
        ],
      },
    ],
    quiet: [
      {
        why: 'a program that lists them and reads them each day',
        learned: history(9, ['dynamodb:ListTables', 'dynamodb:Scan', 'dynamodb:Scan', 'dynamodb:Scan']),
        records: [
          call('dynamodb:ListTables'),
          ...['users', 'orders', 'cards'].map((tableName, minute) =>
            call('dynamodb:Scan', { asked: { tableName }, minute }),
          ),
        ],
      },
      {
        why: 'a program that reads its own',
        learned: ordinary(5),
        records: ['users', 'orders', 'cards'].map((tableName, minute) =>
          call('dynamodb:Scan', { asked: { tableName }, minute }),
        ),
      },
    ],
  }),
};
