import type { KnownBlock } from '@slack/types';
import { stateName } from '../../src/domain/rotation-words.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { RotationsLook } from '../../src/handlers/rotations/look.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import type { Message } from '../../src/ports/slack.ts';
import { actions, button, context, divider, section } from '../../src/slack/blocks/elements.ts';
import { KEY_ROTATE, keyText } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, moment, person } from '../../src/slack/blocks/mrkdwn.ts';
import { ROTATION_DETAILS, rotationButton } from '../../src/slack/blocks/rotation-buttons.ts';

/** Its value: the last rotation of the page before. */
export const ROTATIONS_NEXT = 'rotation.next';

export interface RotationListLook {
  /** Null for people who may not look at rotations. */
  readonly look: RotationsLook | null;
  readonly urgent: readonly KeyRow[];
  readonly names: ReadonlyMap<string, string>;
  readonly now: number;
}

/** What `/aws-rotate` alone says: the open rotations, and the keys that need one most. */
export function rotationList({ look, urgent, names, now }: RotationListLook): Message {
  const count = look === null ? '' : `${counted(look.open, 'rotation')} under way`;
  return {
    text: count === '' ? 'Access keys you may rotate' : count,
    blocks: [
      ...(look === null ? [] : openBlocks(look, names)),
      ...(urgent.length === 0
        ? []
        : [
            ...(look === null ? [] : [divider()]),
            section('*Access keys that need a new one most*'),
            ...urgent.map((row) => urgentRow(row, names, now)),
          ]),
      context(
        `\`/aws-rotate\` with an access key ID or a user name shows what would be done, before anything is.${urgent.length === 0 && look === null ? ' You own no key that needs it.' : ''}`,
      ),
    ],
  };
}

function openBlocks(look: RotationsLook, names: ReadonlyMap<string, string>): KnownBlock[] {
  const { rotations, open, next } = look;
  return [
    section(
      open === 0 ? '*No rotation is under way.*' : `*${counted(open, 'rotation')} under way*, newest first`,
    ),
    ...rotations.map((rotation) => rotationRow(rotation, names)),
    ...(next === null ? [] : [actions('rotation.paging', [button('Next', ROTATIONS_NEXT, { value: next })])]),
  ];
}

/** One rotation in a list, with Details beside it; at most 700 characters. */
export function rotationRow(rotation: Rotation, names: ReadonlyMap<string, string>): KnownBlock {
  const { snapshot, oldKeyId, state, stateAt, accountId, requestedBy, block } = rotation;
  const account = names.get(accountId);
  const lines = [
    `*${brief(snapshot.userName, 90)}* · ${code(oldKeyId)} · ${account === undefined ? code(accountId) : brief(account, 90)}`,
    `${stateName(state)} since ${moment(stateAt)} · asked for by ${requestedBy === null ? 'policy' : person(requestedBy)}`,
    ...(block === null ? [] : [`→ ${brief(block.why, 260)}`]),
  ];
  return section(lines.join('\n'), rotationButton('Details', ROTATION_DETAILS, rotation));
}

function urgentRow(row: KeyRow, names: ReadonlyMap<string, string>, now: number): KnownBlock {
  const { accessKeyId, userName } = row.key;
  return section(
    cut(keyText(row, now, { names }), 2_900),
    button('Rotate', KEY_ROTATE, { value: accessKeyId, about: `Rotate ${accessKeyId} of ${userName}` }),
  );
}
