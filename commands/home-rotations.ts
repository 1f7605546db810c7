import type { KnownBlock } from '@slack/types';
import { counted } from '../src/domain/time-words.ts';
import type { HomeLook } from '../src/handlers/look-home.ts';
import { namesOf } from '../src/handlers/look-keys.ts';
import type { HomeRotations } from '../src/handlers/look-home-rotations.ts';
import { context, section } from '../src/slack/blocks/elements.ts';
import { rotationRow } from './messages/rotation-list.ts';

/** What Home says of rotations: at most eight blocks. */

/** The rotations that wait for this person, each with Details. */
export function rotationNeeds({ rotations, keys }: Pick<HomeLook, 'rotations' | 'keys'>): KnownBlock[] {
  const { waiting, moreWaiting } = rotations;
  if (waiting.length === 0) return [];
  const names = namesOf(keys.accounts);
  return [
    section('*Rotations that wait for you*'),
    ...waiting.map((rotation) => rotationRow(rotation, names)),
    ...(moreWaiting ? [context('More wait for you: `/aws-rotate` lists all that are under way.')] : []),
  ];
}

/** How many are under way; nothing when none is. */
export function rotationsText({ open }: HomeRotations): KnownBlock[] {
  return open === 0 ? [] : [context(`${counted(open, 'rotation')} under way: \`/aws-rotate\` lists them.`)];
}
