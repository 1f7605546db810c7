import { call, ordinary } from '../example.ts';
import { isStrange } from '../novelty.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const DAYS = 14;
const EVENTS = 200;

/** Used at an hour this key never works. */
export const hourUnusual: Rule = {
  id: 'hour-unusual',
  title: 'Used at an hour this key never works',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1078.004',
  whatToDo: 'See what it did; ask the owner.',
  falseAlarms: 'A job moved to another hour; a release at night.',
  actions: [],
  triggers: ['novel'],
  quietFor: DAY,
  judge(event, about) {
    const { profile, now } = about;
    if (
      event.at === null ||
      event.byService ||
      event.fromConsole ||
      profile.activeDays < DAYS ||
      profile.events < EVENTS
    )
      return null;
    if (!isStrange(about.novelty) && !about.novelty.action) return null;
    const { hours } = profile;
    const hour = Math.floor(now / HOUR) % 24;
    const isQuiet = [-2, -1, 0, 1, 2].every(
      (away) => (hours[(hour + away + 24) % 24] ?? 0) < profile.events / 2_000,
    );
    return isQuiet ? { facts: { hour: `${hour}:00 UTC`, call: event.call.action }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'at night, with something new',
        learned: ordinary(16),
        records: [call('s3:ListBuckets', { minute: 13 * 60, agent: 'Boto3/1.38.0' })],
      },
    ],
    quiet: [
      {
        why: 'in its hours',
        learned: ordinary(16),
        records: [call('s3:ListBuckets', { agent: 'Boto3/1.38.0' })],
      },
    ],
  }),
};
