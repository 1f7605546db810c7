import { isUnexplained } from '../at-home.ts';
import { BOTO, call, history, ordinary } from '../example.ts';
import { beyondKnown, hasListed, noteFirst, unlikeHabit, whoReads } from '../first.ts';
import { listAt, textsAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { RawRecord, Rule } from '../rule.ts';

const WINDOW = HOUR / 4;
const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:(\d{12}):/;
const FEW = 4;
/** A program knows the names of its secrets; who lists them first does not. */
const LISTED = 2;
/** Whoever takes his time reads as many in the end. */
const PATIENT = 8;
const MANY = 15;

/** Of the examples: what a program reads on each of its days. */
function ownEachDay(): readonly RawRecord[] {
  return history(6, ['secretsmanager:GetSecretValue'], { ...BOTO, asked: { secretId: 'own' }, minute: 50 });
}

/** Many secrets read that this key never read before. */
export const secretsReadInBulk: Rule = {
  id: 'secrets-read-in-bulk',
  title: 'Many secrets read that this key never read before',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1555.006',
  whatToDo: 'List the secrets it read and rotate them, the most valuable first; deactivate the key.',
  falseAlarms: 'A new program that reads all of its settings on its first start.',
  actions: [
    'secretsmanager:GetSecretValue',
    'secretsmanager:BatchGetSecretValue',
    'secretsmanager:ListSecrets',
  ],
  quietFor: DAY,
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const { recent } = about.profile;
    if (name === 'ListSecrets') {
      recent.note('secrets listed', whoReads(event, about), about.now, about.now);
      return null;
    }
    const ids =
      name === 'BatchGetSecretValue'
        ? [
            ...textsAt(asked, 'secretIdList'),
            ...textsAt(asked, 'secretIds'),
            ...listAt(asked, 'filters').map(() => event.id),
          ]
        : textsAt(asked, 'secretId');
    // Another account let it in, or did not; whoever tries knows where to look.
    const foreign = ids
      .map((each) => ARN.exec(each)?.[1])
      .find((each) => each !== undefined && each !== event.accountId);
    if (foreign !== undefined && isUnexplained(event, about))
      return { facts: { secret: ids[0] ?? null, account: foreign }, of: foreign };
    for (const id of ids) noteFirst(recent, 'secrets', `${whoReads(event, about)} ${id}`, about.now);
    const lately = recent.since('first secrets', about.now - DAY).length;
    if (lately === 0) return null;
    const count = recent.since('first secrets', about.now - WINDOW).length;
    const isBatch = name === 'BatchGetSecretValue' && !event.failed && count > 0;
    const isChosen =
      count > 0 &&
      hasListed('secrets listed', event, about) &&
      (count >= LISTED || isUnexplained(event, about));
    const isPatient = lately >= PATIENT;
    const isTool = event.agent.kind === 'infrastructure';
    if (count < FEW && !isBatch && (isTool || (!isChosen && !isPatient))) return null;
    // Who reads its secrets each day has no habit of listing them and reading others.
    const beyond = count >= FEW ? beyondKnown('secrets', count, event, about) : [];
    const isSought = count >= FEW && hasListed('secrets listed', event, about);
    return {
      severity: count >= MANY ? 'high' : 'medium',
      facts: { secrets: count, last: ids.at(-1) ?? null },
      of: count >= MANY ? 'many' : 'few',
      strangers: [...(isSought ? unlikeHabit('secretsmanager:ListSecrets', event, about) : []), ...beyond],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'four different ones in a minute',
        records: ['a', 'b', 'c', 'd'].map((secretId, place) =>
          call('secretsmanager:GetSecretValue', { asked: { secretId }, minute: place / 4 }),
        ),
      },
      {
        why: 'a batch',
        records: [call('secretsmanager:BatchGetSecretValue', { asked: { filters: [{ key: 'name' }] } })],
      },
      {
        why: 'a program that reads its own each day lists all and reads others',
        learned: [...ordinary(6), ...ownEachDay()],
        records: [
          call('secretsmanager:ListSecrets', BOTO),
          ...['a', 'b', 'c', 'd'].map((secretId, place) =>
            call('secretsmanager:GetSecretValue', { ...BOTO, asked: { secretId }, minute: 1 + place / 4 }),
          ),
        ],
      },
      {
        why: 'a program that reads its own and lists all each day reads many others',
        learned: [
          ...ordinary(6),
          ...ownEachDay(),
          ...history(6, ['secretsmanager:ListSecrets'], { ...BOTO, minute: 52 }),
        ],
        records: ['a', 'b', 'c', 'd'].map((secretId, place) =>
          call('secretsmanager:GetSecretValue', { ...BOTO, asked: { secretId }, minute: 1 + place / 4 }),
        ),
      },
    ],
    quiet: [
      {
        why: 'a program that reads many reads some more',
        learned: [
          ...ordinary(6),
          ...['a', 'b', 'c', 'd', 'e'].flatMap((secretId, place) =>
            history(6, ['secretsmanager:GetSecretValue'], {
              ...BOTO,
              asked: { secretId },
              minute: 50 + place * 20,
            }),
          ),
        ],
        records: ['f', 'g', 'h', 'i'].map((secretId, minute) =>
          call('secretsmanager:GetSecretValue', { ...BOTO, asked: { secretId }, minute }),
        ),
      },
      {
        why: 'a program that reads its own each day reads another',
        learned: [...ordinary(6), ...ownEachDay()],
        records: ['own', 'another'].map((secretId, minute) =>
          call('secretsmanager:GetSecretValue', { ...BOTO, asked: { secretId }, minute }),
        ),
      },
      {
        why: 'one, again and again',
        records: Array.from({ length: 30 }, (_, minute) =>
          call('secretsmanager:GetSecretValue', { asked: { secretId: 'db' }, minute: minute / 10 }),
        ),
      },
      {
        why: 'three in an hour',
        records: ['a', 'b', 'c'].map((secretId, place) =>
          call('secretsmanager:GetSecretValue', { asked: { secretId }, minute: place * 20 }),
        ),
      },
    ],
  }),
};
