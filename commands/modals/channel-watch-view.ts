import type { KnownBlock, ModalView } from '@slack/types';
import type { Stop } from '../../src/domain/pause.ts';
import { actions, button, confirm, context, header, section } from '../../src/slack/blocks/elements.ts';
import { moment, person, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { parseWhy, whyForm } from './why-form.ts';

export const CHANNEL_WATCH_OFF = 'settings.channel_watch_off';
export const CHANNEL_WATCH_ON = 'settings.channel_watch_on';
export const CHANNEL_WATCH_FORM = 'settings.channel_watch_form';

const WHY_FIELD = 'field.channelWatchWhy';

export const CHANNEL_WATCH_ERROR_BLOCK = WHY_FIELD;

/** Where keys are looked for; `seen`: what the scopes reach, null when Slack did not say. */
export interface ChannelWatchLook {
  readonly seen: readonly string[] | null;
  readonly stop: Stop | null;
}

const WHAT =
  'A secret access key in a message is told to its author and to the alert channel, with the message’s place and never its words.';

/** The part of the settings about keys in channels. */
export function channelWatchBlocks({ seen, stop }: ChannelWatchLook): KnownBlock[] {
  if (seen !== null && seen.length === 0) {
    return [
      header('Keys in channels'),
      context(
        `Not looked for: the Slack app has not the scopes. \`npm run manifest -- --with channel-watch\` prints a manifest that has them. ${WHAT}`,
      ),
    ];
  }
  if (stop !== null) {
    return [
      header('Keys in channels'),
      section(
        `*Not looked for*: switched off by ${person(stop.by)} since ${moment(stop.at)}: ${words(stop.why)}`,
      ),
      actions('settings.channel_watch', [
        button('Look again', CHANNEL_WATCH_ON, {
          about: 'Look for keys in channels again',
          confirm: confirm(
            'Look again?',
            'Messages in channels Rekey is in are looked at.',
            'Look again',
            false,
          ),
        }),
      ]),
    ];
  }
  const where = seen === null ? 'channels' : seen.join(', ');
  return [
    header('Keys in channels'),
    section(`*Looked for* in ${words(where)} that Rekey is in.`),
    context(WHAT),
    actions('settings.channel_watch', [
      button('Stop looking', CHANNEL_WATCH_OFF, { about: 'Stop looking for keys in channels' }),
    ]),
  ];
}

export function channelWatchForm(): ModalView {
  return whyForm({
    callbackId: CHANNEL_WATCH_FORM,
    title: 'Stop looking for keys',
    submit: 'Stop looking',
    what: 'Keys in messages are told to nobody then, until an admin switches it on again. To leave out one channel, remove Rekey from it instead.',
    field: WHY_FIELD,
    hint: 'Told in the alert channel.',
  });
}

export function parseChannelWatch(view: IncomingView): Parsed<{ why: string }> {
  return parseWhy(view, WHY_FIELD, 'Say why.');
}
