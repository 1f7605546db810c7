import type { KnownBlock } from '@slack/types';
import { holds } from '../src/domain/actor.ts';
import { counted } from '../src/domain/time-words.ts';
import type { HomeLook } from '../src/handlers/look-home.ts';
import { actions, section } from '../src/slack/blocks/elements.ts';
import { moment, person, words } from '../src/slack/blocks/mrkdwn.ts';
import { stopButton } from './modals/rotation-schedule-stop.ts';

/** What Home says of rotations by schedule, with the stop switch for whoever may use it; nothing while all are off. */
export function scheduleHome({ actor, schedules: { on, stop } }: HomeLook): KnownBlock[] {
  if (stop !== null) {
    return [
      section(
        `*Rotations by schedule are stopped* by ${person(stop.by)} since ${moment(stop.at)}: ${words(stop.why)}\nAn admin lets them go on under Settings.`,
      ),
    ];
  }
  if (on === 0) return [];
  return [
    section(`Rotation by schedule is on for ${counted(on, 'connection')}.`),
    ...(holds(actor.roles, 'operator') ? [actions('home.schedules', [stopButton()])] : []),
  ];
}
