import { isByHand, isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { BOTO, call, history, ordinary } from '../example.ts';
import { beyondKnown, hasListed, noteFirst, unlikeHabit, whoReads } from '../first.ts';
import { flagAt, textAt, textsAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const WINDOW = HOUR / 4;
const ENOUGH = 12;
/** A program knows the names of its parameters; who lists them first does not. */
const LISTED = 3;

/** A path is read page by page, ten parameters at a time: each page counts. */
function pagesOf({ asked, id }: CloudTrailEvent, { profile, now }: About): readonly string[] {
  const path = textAt(asked, 'path');
  if (path === null) return [];
  const pages = `pages ${path}`.slice(0, 80);
  if (textAt(asked, 'nextToken') === null) return [path];
  profile.recent.note(pages, id, now, now);
  // By their number: whoever reads the path each day reads the same pages.
  return [`${path} page ${profile.recent.since(pages, now - WINDOW).length}`];
}

/** Many encrypted parameters read that this key never read before. */
export const parametersReadInBulk: Rule = {
  id: 'parameters-read-in-bulk',
  title: 'Many encrypted parameters read that this key never read before',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1555.006',
  whatToDo: 'List the parameters it read and change the secrets among them; deactivate the key.',
  falseAlarms: 'A new program that reads all of its settings on its first start.',
  actions: words(`
    ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath ssm:GetParameterHistory
    ssm:DescribeParameters`),
  quietFor: DAY,
  judge(event, about) {
    const { asked } = event;
    const { recent } = about.profile;
    if (event.call.name === 'DescribeParameters') {
      recent.note('parameters listed', whoReads(event, about), about.now, about.now);
      return null;
    }
    if (flagAt(asked, 'withDecryption') !== true) return null;
    const path = textAt(asked, 'path');
    if (path === '/' && flagAt(asked, 'recursive') === true) return { facts: { path }, of: 'all' };
    // What a secret was before: programs read what it is.
    if (event.call.name === 'GetParameterHistory' && isByHand(event, about) && !event.failed)
      return { facts: { parameter: textAt(asked, 'name') }, of: 'history' };
    const names = [...textsAt(asked, 'names'), ...textsAt(asked, 'name'), ...pagesOf(event, about)];
    for (const name of names) noteFirst(recent, 'parameters', `${whoReads(event, about)} ${name}`, about.now);
    const count = recent.since('first parameters', about.now - WINDOW).length;
    const chosen = isUnexplained(event, about) ? 1 : LISTED;
    const isChosen = count >= chosen && hasListed('parameters listed', event, about);
    if (count < ENOUGH && (!isChosen || event.agent.kind === 'infrastructure')) return null;
    const isSought = isChosen && count >= 2 * LISTED;
    return {
      facts: { parameters: count, last: names.at(-1) ?? null },
      of: '',
      strangers: isSought
        ? [
            ...unlikeHabit('ssm:DescribeParameters', event, about),
            ...beyondKnown('parameters', count, event, about),
          ]
        : [],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'ten at once, twice',
        records: [0, 1].map((batch) =>
          call('ssm:GetParameters', {
            asked: {
              withDecryption: true,
              names: Array.from({ length: 10 }, (_, place) => `/app/${batch}/${place}`),
            },
            minute: batch,
          }),
        ),
      },
      {
        why: 'all there are',
        records: [
          call('ssm:GetParametersByPath', { asked: { withDecryption: true, path: '/', recursive: true } }),
        ],
      },
      {
        why: 'a program that reads its own each day lists all and reads others',
        learned: [
          ...ordinary(6),
          ...history(6, ['ssm:GetParameter'], {
            ...BOTO,
            asked: { withDecryption: true, name: '/own' },
            minute: 50,
          }),
        ],
        records: [
          call('ssm:DescribeParameters', BOTO),
          ...Array.from({ length: 6 }, (_, each) =>
            call('ssm:GetParameter', {
              ...BOTO,
              asked: { withDecryption: true, name: `/other/${each}` },
              minute: 1 + each,
            }),
          ),
        ],
      },
    ],
    quiet: [
      {
        why: "one program's own",
        records: [
          call('ssm:GetParametersByPath', {
            asked: { withDecryption: true, path: '/app/prod/', recursive: true },
          }),
        ],
      },
      {
        why: 'not decrypted',
        records: [
          call('ssm:GetParameters', {
            asked: {
              withDecryption: false,
              names: Array.from({ length: 20 }, (_, place) => `/app/${place}`),
            },
          }),
        ],
      },
    ],
  }),
};
