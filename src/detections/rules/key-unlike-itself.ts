import { call, ordinary } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const ROAMS = 0.5;
const YOUNG_EVENTS = 30;

/** A key unlike itself: new network and new program at once. */
export const keyUnlikeItself: Rule = {
  id: 'key-unlike-itself',
  title: 'A key unlike itself: new network and new program at once',
  family: 'new for this key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Deactivate the key unless its owner can say what changed. Two things at once are rarely chance.',
  falseAlarms: 'A program rewritten and moved in one step; a second person who got the key.',
  actions: [],
  triggers: ['novel'],
  quietFor: DAY,
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.prefix || !novelty.agent || event.fromConsole) return null;
    const isYoung = !profile.isSettled;
    if (isYoung && (profile.events < YOUNG_EVENTS || about.now - profile.firstSeen < HOUR)) return null;
    if (profile.novelty('prefixes') > ROAMS && profile.novelty('agents') > ROAMS) return null;
    const { operator, country } = about.place();
    const more = [novelty.service, novelty.region, novelty.country, novelty.operator, novelty.action].filter(
      Boolean,
    ).length;
    return {
      severity: !isYoung && more >= 2 ? 'high' : 'medium',
      facts: {
        network: event.address?.prefix ?? null,
        operator,
        country,
        program: event.agent.family,
        call: event.call.action,
      },
      of: `${event.address?.prefix ?? ''} ${event.agent.family}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a backup's key asks who it is, elsewhere",
        learned: ordinary(9, { from: '203.0.113.10' }),
        records: [call('sts:GetCallerIdentity', { from: '192.0.2.44' })],
      },
      {
        why: 'after a busy day',
        learned: ordinary(1, { from: '203.0.113.10' }),
        records: [call('iam:ListUsers', { from: '192.0.2.44' })],
      },
    ],
    quiet: [
      {
        why: 'a new network alone',
        learned: ordinary(9, { from: '203.0.113.10' }),
        records: [call('s3:GetObject', { from: '192.0.2.44', agent: 'Boto3/1.38.0 md/Botocore#1.38.0' })],
      },
    ],
  }),
};
