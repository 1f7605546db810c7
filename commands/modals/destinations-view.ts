import type { KnownBlock, ModalView } from '@slack/types';
import { counted } from '../../src/domain/time-words.ts';
import { countWaiting, type DestinationLook } from '../../src/handlers/destinations/look.ts';
import { actions, button, context, header, section } from '../../src/slack/blocks/elements.ts';
import { bold, brief, cut, plain } from '../../src/slack/blocks/mrkdwn.ts';

export const DESTINATIONS_OPEN = 'destinations.open';
/** Their value is a page, from 0 on. */
export const DESTINATIONS_PREVIOUS = 'destinations.previous';
export const DESTINATIONS_NEXT = 'destinations.next';
export const DESTINATION_NEW = 'destinations.new';
/** Its value is a destination's id. */
export const DESTINATION_SHOW = 'destinations.show';
export const WEBHOOK_KEYS_OPEN = 'webhook_keys.open';

const ON_A_PAGE = 30;

/** The part of the settings about destinations. */
export function destinationBlocks({ count, waiting }: { count: number; waiting: number }): KnownBlock[] {
  const waits = waiting === 0 ? '' : ` ${waitingFor(waiting)}`;
  return [
    section(
      `*Destinations.* ${count === 0 ? 'There is no place yet where rotated keys may go.' : `Rotated keys may go to ${counted(count, 'place')}.`}${waits}`,
      button('Destinations', DESTINATIONS_OPEN, { about: 'Destinations of rotated keys' }),
    ),
  ];
}

/** All destinations with their states. `said` (mrkdwn): what the last button did. */
export function destinationsView(
  looks: readonly DestinationLook[],
  page: number,
  said: string | null,
): ModalView {
  const last = Math.max(0, Math.ceil(looks.length / ON_A_PAGE) - 1);
  const here = Math.min(Math.max(page, 0), last);
  const rows = looks.slice(here * ON_A_PAGE, (here + 1) * ON_A_PAGE);
  const waiting = countWaiting(looks);
  return {
    type: 'modal',
    title: plain('Destinations', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      context(
        'Where new access keys may be delivered, and whose. Operators rotate only into what stands here; a webhook, and any place for a user with administrator rights, takes a second admin.',
      ),
      ...(waiting === 0 ? [] : [section(waitingFor(waiting))]),
      ...(rows.length === 0 ? [section('There is no destination yet.')] : rows.map(row)),
      ...(last === 0 ? [] : [pages(here, last)]),
      header('More'),
      actions('destinations.actions', [
        button('New destination', DESTINATION_NEW, { style: 'primary' }),
        button('Keys for webhooks', WEBHOOK_KEYS_OPEN),
      ]),
    ],
  };
}

function row(look: DestinationLook): KnownBlock {
  const { destination, kind, place } = look;
  const by = look.connection === null ? '' : ` by ${brief(look.connection.name, 90)}`;
  return section(
    `${bold(cut(destination.name, 80))} · ${kind.label}${by}\n${brief(place, 600)}\n${stateWords(look)}`,
    button('Open', DESTINATION_SHOW, { value: destination.id, about: cut(`Open ${destination.name}`, 75) }),
  );
}

function pages(here: number, last: number): KnownBlock {
  return actions('destinations.pages', [
    ...(here === 0 ? [] : [button('Previous', DESTINATIONS_PREVIOUS, { value: String(here - 1) })]),
    ...(here === last ? [] : [button('Next', DESTINATIONS_NEXT, { value: String(here + 1) })]),
  ]);
}

/** Whether rotations may deliver there, in mrkdwn. */
export function stateWords({ kind, connection, users }: DestinationLook): string {
  if (kind.needsConnection && connection === null) {
    return '*Its connection is gone:* change it, or nothing is delivered.';
  }
  if (users.length === 0) return '_Not bound to anybody yet:_ nothing is delivered.';
  const waiting = users.filter(({ state }) => state.state === 'waiting').length;
  if (waiting === 0) return `Ready for ${counted(users.length, 'user')}.`;
  return `*Waiting for a second admin:* ${waiting} of ${counted(users.length, 'user')}.`;
}

function waitingFor(count: number): string {
  return `*${counted(count, 'user')}* ${count === 1 ? 'waits' : 'wait'} for a second admin.`;
}
