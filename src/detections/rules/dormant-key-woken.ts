import { call } from '../example.ts';
import { isStrange } from '../novelty.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** A key that slept for weeks is used again. */
export const dormantKeyWoken: Rule = {
  id: 'dormant-key-woken',
  title: 'A key that slept for weeks is used again',
  family: 'new for this key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner. A key nobody misses should be deleted.',
  falseAlarms: 'A job that runs once in a quarter.',
  actions: [],
  triggers: ['woken'],
  always: true,
  quietFor: DAY,
  judge(event, about) {
    const { profile, now, keyId, novelty } = about;
    if (keyId === null || event.fromConsole) return null;
    const days = Math.floor((now - profile.lastSeen) / DAY);
    // What wakes as it fell asleep is a job that runs seldom.
    const isItself = !isStrange(novelty) && !novelty.action && event.address !== null && profile.isSettled;
    return { severity: days >= 60 && !isItself ? 'medium' : 'low', facts: { days }, of: '' };
  },
  examples: () => ({
    fires: [
      {
        why: 'after three months',
        learned: [call('s3:GetObject', { minute: -90 * 1_440 })],
        records: [call('s3:GetObject')],
      },
    ],
    quiet: [
      {
        why: 'after a weekend',
        learned: [call('s3:GetObject', { minute: -3 * 1_440 })],
        records: [call('s3:GetObject')],
      },
    ],
  }),
};
