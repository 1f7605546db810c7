import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR;
const TRIES = 5;

/** Many failed console sign-ins. */
export const consolePasswordsTried: Rule = {
  id: 'console-passwords-tried',
  title: 'Many failed console sign-ins',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1110',
  whatToDo: 'See whether a success follows from the same address; block the address.',
  falseAlarms: 'Somebody who forgot a password.',
  actions: ['signin:ConsoleLogin'],
  always: true,
  judge(event, about) {
    if (event.call.name === 'ConsoleLogin' && textAt(event.answered, 'ConsoleLogin') !== 'Failure')
      return null;
    const { recent } = about.profile;
    const who = `${event.caller.userName ?? ''} ${event.address?.text ?? ''}`;
    recent.note('failed sign-ins', `${who} ${event.id}`, about.now, about.now);
    const tries = recent.since('failed sign-ins', about.now - WINDOW).length;
    return tries >= TRIES ? { facts: { tries, address: event.address?.text ?? null }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'five in ten minutes',
        records: Array.from({ length: 5 }, (_, minute) =>
          call('signin:ConsoleLogin', {
            answered: { ConsoleLogin: 'Failure' },
            error: 'Failed authentication',
            minute,
          }),
        ),
      },
    ],
    quiet: [
      {
        why: 'two, then it works',
        records: [
          call('signin:ConsoleLogin', { answered: { ConsoleLogin: 'Failure' } }),
          call('signin:ConsoleLogin', { answered: { ConsoleLogin: 'Failure' }, minute: 1 }),
          call('signin:ConsoleLogin', { answered: { ConsoleLogin: 'Success' }, minute: 2 }),
        ],
      },
    ],
  }),
};
