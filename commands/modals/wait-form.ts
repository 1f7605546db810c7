import type { ModalView } from '@slack/types';
import type { RotationLook } from '../../src/handlers/rotations/look.ts';
import { context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { brief, code, cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import { parseRotationValue, rotationValue } from '../../src/slack/blocks/rotation-buttons.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { readUntil, untilInputs } from './until-fields.ts';
import { readReason } from './why-form.ts';

export const WAIT_FORM = 'rotation.wait_form';

const UNTIL = { span: 'field.waitFor', day: 'field.waitUntil' };
const REASON_FIELD = 'field.waitReason';
export const WAIT_ERROR_BLOCK = REASON_FIELD;

const LONGEST_REASON = 300;
/** Hours. */
const CHOICES = [
  [4, '4 hours'],
  [24, '1 day'],
  [72, '3 days'],
  [168, '7 days'],
  [336, '14 days'],
  [720, '30 days'],
] as const;

/** Holds the next irreversible step of a rotation up. */
export function waitForm({ card: { rotation } }: RotationLook): ModalView {
  const options = CHOICES.map(([hours, label]) => option(label, String(hours)));
  const initial = options.find(({ value }) => value === '24');
  return {
    type: 'modal',
    callback_id: WAIT_FORM,
    private_metadata: rotationValue(rotation),
    title: plain('Wait', 24),
    submit: plain('Wait', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`*${brief(rotation.snapshot.userName, 90)}* · ${code(rotation.oldKeyId)}`),
      ...untilInputs(UNTIL, options, initial, '30 days ahead at the most.'),
      input(
        REASON_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: REASON_FIELD, multiline: true, max_length: LONGEST_REASON },
        { hint: 'Shown to everybody who sees the rotation. No secrets.' },
      ),
      context(
        'Until then the old key is neither made Inactive nor deleted. Anybody who may say *Wait* can end it early. Delivery goes on: it takes nothing away from the old key.',
      ),
    ],
  };
}

export interface TypedWait {
  readonly rotationId: string;
  readonly stateAt: number;
  readonly reason: string;
  /** Hours, or the day (ISO) on whose morning it ends. */
  readonly until: number | string;
}

/** Null for a window whose marks cannot be read. */
export function parseWait(view: IncomingView): Parsed<TypedWait | null> {
  const seen = parseRotationValue(view.metadata);
  if (seen === null) return { ok: true, input: null };
  const reason = readReason(view, REASON_FIELD, 'Say why: others wait, too.');
  if (!reason.ok) return reason;
  const until = readUntil(view, UNTIL, (hours) => CHOICES.some(([choice]) => choice === hours));
  if (!until.ok) return until;
  return { ok: true, input: { ...seen, reason: cut(reason.input, LONGEST_REASON), until: until.input } };
}
