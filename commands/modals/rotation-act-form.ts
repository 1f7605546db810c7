import type { KnownBlock, ModalView } from '@slack/types';
import type { BlockCode, Rotation } from '../../src/domain/rotation.ts';
import { lengthWords } from '../../src/domain/time-words.ts';
import type { RotationAct } from '../../src/domain/rotation-acts.ts';
import type { RotationLook } from '../../src/handlers/rotations/look.ts';
import { context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { brief, code, moment, plain } from '../../src/slack/blocks/mrkdwn.ts';
import { parseRotationValue, rotationValue } from '../../src/slack/blocks/rotation-buttons.ts';
import { blockBlocks } from '../../src/slack/blocks/rotation-card.ts';
import { NEVER_SEEN, useText } from '../../src/slack/blocks/rotation-use.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

/** What can be taken back; and what cannot, where a group's membership must be fresh. */
export const ACT_FORM = 'rotation.act_form';
export const FINAL_FORM = 'rotation.final_form';

const KEY_FIELD = 'field.rotationKey';

/** The acts that a window asks about first. */
export type AskedAct = Exclude<RotationAct, 'retry' | 'reactivate' | 'wait' | 'end_wait'>;

const FORMS: Readonly<Record<AskedAct, typeof ACT_FORM | typeof FINAL_FORM>> = {
  hurry: ACT_FORM,
  stop: ACT_FORM,
  orphan_is_not_ours: ACT_FORM,
  keep_new: ACT_FORM,
  // The new key is deleted at the end of it.
  undo: FINAL_FORM,
  go_on: FINAL_FORM,
  orphan_is_ours: FINAL_FORM,
  leave_place: FINAL_FORM,
  approve: FINAL_FORM,
};

export function isAsked(act: string): act is AskedAct {
  return Object.hasOwn(FORMS, act);
}

/** Names the key and what will stop working, before it does. */
export function actForm(act: AskedAct, look: RotationLook): ModalView {
  const { rotation } = look.card;
  const asked = rotation.block?.code;
  const { title, submit } =
    (act === 'go_on' && asked !== undefined ? GO_ON_TITLES[asked] : undefined) ?? TITLES[act];
  return {
    type: 'modal',
    callback_id: FORMS[act],
    private_metadata: `${act} ${rotationValue(rotation)}`,
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`*${brief(rotation.snapshot.userName, 90)}* · ${code(rotation.oldKeyId)}`),
      ...aboutBlocks(act, look),
    ],
  };
}

const TITLES: Readonly<Record<AskedAct, { title: string; submit: string }>> = {
  undo: { title: 'Undo the rotation?', submit: 'Undo' },
  hurry: { title: 'Deactivate now?', submit: 'Deactivate' },
  approve: { title: 'Delete the old key?', submit: 'Delete' },
  go_on: { title: 'Go on?', submit: 'Go on' },
  stop: { title: 'End it here?', submit: 'End it' },
  orphan_is_ours: { title: 'Is it Rekey’s?', submit: 'It is Rekey’s' },
  leave_place: { title: 'Leave it as it is?', submit: 'Leave it' },
  keep_new: { title: 'Keep the new key?', submit: 'Keep it' },
  orphan_is_not_ours: { title: 'Is it not Rekey’s?', submit: 'It is not' },
};

/** As the button says it: see `actLabel`. */
const GO_ON_TITLES: Partial<Record<BlockCode, { title: string; submit: string }>> = {
  keys_changed: { title: 'Accept these keys?', submit: 'Accept' },
  undo_failed: { title: 'Is the old key back?', submit: 'It is back' },
  quarantined: { title: 'Leave it Inactive?', submit: 'Leave it' },
  too_long: { title: 'Deactivate now?', submit: 'Deactivate' },
};

function aboutBlocks(act: AskedAct, look: RotationLook): KnownBlock[] {
  const { rotation, oldUse } = look.card;
  const { oldKeyId, newKeyId, block, quietMs, deactivatedAt } = rotation;
  const fresh = newKeyId === null ? 'the new key' : `the new key ${code(newKeyId)}`;
  switch (act) {
    case 'undo':
      return [
        section(
          `Destinations that hold ${fresh} go back to ${code(oldKeyId)}, which works all the while. Where Rekey cannot do that, it says so and waits for somebody who can.`,
        ),
        section(
          newKeyId === null
            ? 'No new key was made yet, or it is not known whether one was: then it is looked for, made Inactive, and deleted an hour later.'
            : `*What stops working:* whoever took ${fresh} up and does not read the destination again. It is made Inactive, and deleted an hour later: that cannot be taken back.`,
        ),
      ];
    case 'hurry':
      return deactivateBlocks(look, `before it was silent for ${lengthWords(quietMs)}`);
    case 'approve':
      return [
        section(
          `${code(oldKeyId)} is deleted for good: nobody, not even AWS, can bring it back.${deactivatedAt === null ? '' : ` It is Inactive since ${moment(deactivatedAt)}.`}`,
        ),
        section(
          `*What stops working:* nothing that works now. What would still need it, such as a job that runs once a year, has to use ${fresh}.`,
        ),
      ];
    case 'go_on':
      return block?.code === 'too_long'
        ? deactivateBlocks(look, 'although it was not silent long enough')
        : goOnBlocks(rotation);
    case 'stop':
      return [
        section('The rotation ends here. Nothing is changed in AWS, and no key of Rekey is left to remove.'),
        ...blockBlocks(rotation),
      ];
    case 'leave_place':
      return leaveBlocks(look);
    case 'keep_new':
      return [
        section(
          `The rotation is not taken back after all: it goes forward with ${fresh}, which its destinations hold. ${code(oldKeyId)} must then be silent, soaks Inactive, and a second person confirms its deletion.`,
        ),
        ...blockBlocks(rotation),
      ];
    case 'orphan_is_ours':
      return [
        section(
          'Rekey could not prove whose key it is. If you say that it is Rekey’s, it is made Inactive now and deleted an hour later.',
        ),
        section(
          '*What stops working:* whoever uses that key. Ask who else makes keys for this user before you say so.',
        ),
        ...keyBlocks(rotation),
      ];
    case 'orphan_is_not_ours':
      return [
        section(
          `${(block?.keyIds ?? []).slice(0, 8).map(code).join(', ') || 'The key'} is left alone, and the rotation ends${oldUse === null ? '' : ' or goes on being taken back'}. If it is Rekey’s after all, a key that nobody knows the secret of stays Active.`,
        ),
      ];
  }
}

/** Who still uses the old key, as last read: that is what will fail. */
function deactivateBlocks({ card: { rotation, oldUse } }: RotationLook, why: string): KnownBlock[] {
  const { oldKeyId, soakMs } = rotation;
  return [
    section(
      `${code(oldKeyId)} is made Inactive now, ${why}. *Reactivate* brings it back at one click for ${lengthWords(soakMs)}.`,
    ),
    section(
      `*What stops working:* whoever still uses it. Since the new key was delivered, that was:\n${oldUse === null ? 'Nobody knows who: CloudTrail was not read yet.' : useText(oldUse, 8)}`,
    ),
    context(NEVER_SEEN),
  ];
}

/** What the receiver does not hear is for whoever leaves it to tell. */
function leaveBlocks({ card: { rotation, destinationNames } }: RotationLook): KnownBlock[] {
  const { block, oldKeyId, newKeyId } = rotation;
  const id = block?.destinationId ?? '';
  const name = `*${brief(destinationNames.get(id) ?? 'That destination', 90)}*`;
  const fresh = newKeyId === null ? 'the new key' : `the new key ${code(newKeyId)}`;
  return [
    section(
      `Rekey goes on without ${name}, and asks it nothing more in this rotation. *It is told nothing:* neither that ${fresh} goes, nor to use ${code(oldKeyId)} again. Where somebody still runs what reads it, tell them yourself.`,
    ),
    section(
      `*What stops working:* whoever uses ${fresh} from there. When all other destinations went back, it is made Inactive, and deleted an hour later: that cannot be taken back. ${code(oldKeyId)} works on.`,
    ),
    ...blockBlocks(rotation),
  ];
}

function goOnBlocks(rotation: Rotation): KnownBlock[] {
  const { block } = rotation;
  const what: Partial<Record<NonNullable<Rotation['block']>['code'], string>> = {
    keys_changed:
      'You accept the user’s keys as they were found: Rekey goes on with them, and touches none but those of this rotation.',
    hook_failed:
      'Rekey takes it that the consumers run with the new key. If they do not, they go on with the old one until it is Inactive.',
    undo_failed: `You say that every destination holds ${code(rotation.oldKeyId)} again. Rekey asks each where it can; then the new key is made Inactive, and deleted an hour later.`,
    not_attributed: 'No key of Rekey was made: it tries again.',
    quarantined: `${code(rotation.oldKeyId)} stays Inactive. Its soak begins anew; then a second person confirms the deletion.`,
  };
  const text = block === null ? undefined : what[block.code];
  return [
    section(text ?? 'Rekey goes on although it could not be proved that all is well.'),
    ...blockBlocks(rotation),
  ];
}

function keyBlocks({ block }: Rotation): KnownBlock[] {
  const keyIds = (block?.keyIds ?? []).slice(0, 10);
  if (keyIds.length < 2) return [section(`It is about ${keyIds.map(code).join('') || 'no key'}.`)];
  return [
    input(KEY_FIELD, 'Which key is Rekey’s', {
      type: 'radio_buttons',
      action_id: KEY_FIELD,
      options: keyIds.map((id) => option(id, id)),
    }),
  ];
}

export interface TypedAct {
  readonly act: AskedAct;
  readonly rotationId: string;
  readonly stateAt: number;
  readonly accessKeyId: string | null;
}

/** Null for a window whose marks cannot be read. */
export function parseAct(view: IncomingView): Parsed<TypedAct | null> {
  const [act = '', value = ''] = view.metadata.split(' ');
  const seen = parseRotationValue(value);
  if (!isAsked(act) || seen === null || FORMS[act] !== view.callbackId) {
    return { ok: true, input: null };
  }
  return { ok: true, input: { act, ...seen, accessKeyId: view.values.get(KEY_FIELD)?.one ?? null } };
}
