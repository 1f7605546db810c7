import { CAST } from '../../cast.ts';
import type { Ground } from './kinds.ts';
import { key, robotic, stopped, user, type PlannedUser } from './planned.ts';
import { BOT_PURPOSES } from './words.ts';

const LONG = 'a-name-as-long-as-iam-allows-';

/** Names that IAM allows, and that break what takes them for markup, mentions, formulas or file names. */
const NAMES = [
  '@channel',
  '@here,now',
  '=1+1',
  '+SUM',
  '-2+3',
  '_under_score_',
  'U0ADA',
  '..',
  'null',
  '__proto__',
  LONG.repeat(3).slice(0, 64),
  'user=name,with@all.of-them+1',
];

/**
 * Values that IAM allows in tags: letters of any script, spaces, digits and `_.:/=+-@`, up to 256. Among them mentions,
 * emoji codes, words from right to left, and a page of text.
 */
const VALUES = [
  '@channel',
  ':rotating_light: :tada:',
  'https://phish.example/login/',
  'مالك المفتاح',
  'בעל המפתח @here',
  'Zoë Ångström 株式会社',
  'x'.repeat(256),
  '=cmd',
  '   ',
  'owner of owners : owner = owner',
];

/** Users whose names, tags and descriptions are hostile within what IAM allows. */
export function oddUsers({ draw, naming }: Ground): PlannedUser[] {
  return NAMES.map((name, at) =>
    user(
      naming.take(name),
      [
        key(
          at % 2 === 0 ? draw.whole(80, 89) + 0.9 : draw.whole(95, 200),
          at % 3 === 0 ? stopped(draw.whole(50, 90), draw.one(BOT_PURPOSES)) : robotic(draw),
          { description: VALUES[(at + 3) % VALUES.length] ?? '' },
        ),
      ],
      {
        tags: {
          owner: at % 4 === 0 ? CAST.bo.name : (VALUES[at % VALUES.length] ?? ''),
          [`note:${at}`]: VALUES[(at + 1) % VALUES.length] ?? '',
        },
      },
    ),
  );
}
