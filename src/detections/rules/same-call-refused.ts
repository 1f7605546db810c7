import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR / 2;
const TIMES = 15;

/** One kind of call refused again and again. */
export const sameCallRefused: Rule = {
  id: 'same-call-refused',
  title: 'One kind of call refused again and again',
  family: 'shape over time',
  severity: 'low',
  technique: 'T1580',
  whatToDo:
    'See which resources were asked for: a list that is tried one by one, or a program that lacks a right.',
  falseAlarms: 'A program that lacks a right and does not give up.',
  actions: [],
  triggers: ['denied'],
  quietFor: 7 * DAY,
  judge(event, about) {
    if (event.byService || event.fromConsole || event.call.action === 'sts:AssumeRole') return null;
    const { recent, tables } = about.profile;
    if (tables.actions.count(event.call.action) > 20) return null;
    recent.note(`refused ${event.call.action}`.slice(0, 80), event.id, about.now, about.now);
    const times = recent.since(`refused ${event.call.action}`.slice(0, 80), about.now - WINDOW).length;
    if (times < TIMES) return null;
    return {
      severity: event.call.isRead ? 'low' : 'medium',
      facts: { times, call: event.call.action },
      of: event.call.action,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'fifteen times in minutes',
        records: Array.from({ length: 15 }, (_, minute) =>
          call('s3:ListObjects', { minute: minute / 3, error: 'AccessDenied' }),
        ),
      },
    ],
    quiet: [
      {
        why: 'three times',
        records: [1, 2, 3].map((minute) => call('s3:ListObjects', { minute, error: 'AccessDenied' })),
      },
    ],
  }),
};
