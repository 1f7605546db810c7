import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { counted } from '../../src/domain/time-words.ts';
import type { DestinationLook } from '../../src/handlers/destinations/look.ts';
import { input, option, section } from '../../src/slack/blocks/elements.ts';
import { bold, brief, cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { carriedBy } from './metadata.ts';

export const REMOVE_FORM = 'destination.remove_form';

const WITH_USERS_FIELD = 'field.withUsers';

const Target = z.object({ id: z.string(), seen: z.number() });

/** Asks once more before a destination is removed. */
export function removeDestinationForm({ destination, place, users }: DestinationLook): ModalView {
  const { id, name, version } = destination;
  const target: z.infer<typeof Target> = { id, seen: version };
  return {
    type: 'modal',
    callback_id: REMOVE_FORM,
    title: plain('Remove destination', 24),
    submit: plain('Remove', 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(target),
    blocks: [
      section(
        `Keys are no longer delivered to ${bold(cut(name, 100))}: ${brief(place, 800)}. What lies there stays as it is, and its consumers go on reading it.`,
      ),
      ...(users.length === 0
        ? []
        : [
            input(
              WITH_USERS_FIELD,
              'Bound users',
              {
                type: 'checkboxes',
                action_id: WITH_USERS_FIELD,
                options: [option(`Unbind ${counted(users.length, 'user')} too`, 'yes')],
              },
              { optional: true, hint: 'Without another destination, their keys cannot be rotated any more.' },
            ),
          ]),
    ],
  };
}

export interface ToRemove {
  readonly destinationId: string;
  readonly seen: number;
  readonly withUsers: boolean;
}

export function parseRemove(view: IncomingView): Parsed<ToRemove> {
  const { id, seen } = carriedBy(Target, view.metadata, { id: '', seen: 0 });
  const withUsers = view.values.get(WITH_USERS_FIELD)?.many.includes('yes') === true;
  return { ok: true, input: { destinationId: id, seen, withUsers } };
}
