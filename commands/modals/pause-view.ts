import type { KnownBlock, ModalView } from '@slack/types';
import type { Pause } from '../../src/domain/pause.ts';
import { actions, button, confirm, context, header, section } from '../../src/slack/blocks/elements.ts';
import { moment, person, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { parseWhy, whyForm } from './why-form.ts';

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
  return whyForm({
    callbackId: PAUSE_FORM,
    title: 'Pause Rekey',
    submit: 'Pause',
    what: WHAT_STOPS,
    field: WHY_FIELD,
    hint: 'Told in the alert channel, and to everybody whom the pause stops.',
  });
}

export function parsePause(view: IncomingView): Parsed<{ why: string }> {
  return parseWhy(view, WHY_FIELD, 'Say why, for those whom it stops.');
}
