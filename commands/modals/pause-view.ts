import type { KnownBlock, ModalView } from '@slack/types';
import { PAUSE_WHY_LENGTH, type Pause } from '../../src/domain/pause.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import {
  actions,
  button,
  confirm,
  context,
  header,
  input,
  section,
} from '../../src/slack/blocks/elements.ts';
import { moment, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

export const PAUSE_OPEN = 'settings.pause';
export const PAUSE_FORM = 'settings.pause_form';
export const RESUME = 'settings.resume';

const WHY_FIELD = 'field.pauseWhy';

export const PAUSE_ERROR_BLOCK = WHY_FIELD;

const WHAT_STOPS =
  'While it is paused, Rekey changes nothing in AWS and delivers no secret. It goes on looking, alerting and ' +
  'answering, and a stolen key can still be contained, and that undone.';

/** The part of the settings about the pause. */
export function pauseBlocks(pause: Pause | null): KnownBlock[] {
  if (pause === null) {
    return [
      header('Pause'),
      context(WHAT_STOPS),
      actions('settings.pause_actions', [button('Pause Rekey', PAUSE_OPEN)]),
    ];
  }
  return [
    header('Pause'),
    section(`*Rekey is paused* by ${person(pause.by)} since ${moment(pause.at)}: ${words(pause.why)}`),
    context(WHAT_STOPS),
    actions('settings.pause_actions', [
      button('Resume', RESUME, {
        about: 'Resume: let Rekey change AWS again',
        style: 'primary',
        confirm: confirm(
          'Resume?',
          'Rekey may change AWS again, and goes on with what waited.',
          'Resume',
          false,
        ),
      }),
    ]),
  ];
}

export function pauseForm(): ModalView {
  return {
    type: 'modal',
    callback_id: PAUSE_FORM,
    title: plain('Pause Rekey', 24),
    submit: plain('Pause', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(WHAT_STOPS),
      input(
        WHY_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: WHY_FIELD, max_length: PAUSE_WHY_LENGTH },
        { hint: 'Told in the alert channel, and to everybody whom the pause stops.' },
      ),
    ],
  };
}

export function parsePause(view: IncomingView): Parsed<{ why: string }> {
  const why = (view.values.get(WHY_FIELD)?.one ?? '').replace(/\s+/g, ' ').trim().slice(0, PAUSE_WHY_LENGTH);
  if (why === '') return { ok: false, errors: { [WHY_FIELD]: 'Say why, for those whom it stops.' } };
  return holdsSecret(why)
    ? { ok: false, errors: { [WHY_FIELD]: SECRET_TYPED } }
    : { ok: true, input: { why } };
}
