import type { KnownBlock } from '@slack/types';
import type { ContainmentCard } from '../../domain/containment-card.ts';
import { actions, button, context } from './elements.ts';
import { cut } from './mrkdwn.ts';

/** Carries the id of a containment and nothing else. */
export const CONTAINMENT_CLOSE = 'containment.close_incident';

type Suggested = 'attack' | 'false_alarm' | 'none';

const LABELS: Readonly<Record<Suggested, string>> = {
  attack: 'Close as an attack',
  false_alarm: 'Close as a false alarm',
  none: 'Close the incident',
};

const WHY: Readonly<Record<Suggested, string>> = {
  attack: 'It was recovered, as a true alarm: *Close as an attack* asks once more, and ends its incident.',
  false_alarm:
    'It was taken back, as a false alarm: *Close as a false alarm* asks once more, and ends its incident; *This is us* then keeps what is alike quiet.',
  none: 'Its incident is open still: *Close the incident* asks what it was.',
};

/** Offers to close the incident of a containment that is over, with the verdict its end suggests. */
export function closingBlocks({ containment, closing }: ContainmentCard): KnownBlock[] {
  if (closing === undefined) return [];
  const { id: value, userName, accessKeyId } = containment;
  const suggested = closing.verdict ?? 'none';
  const about = `Close the incident of ${cut(userName ?? accessKeyId, 40)}`;
  return [
    context(WHY[suggested]),
    actions('containment.closing', [button(LABELS[suggested], CONTAINMENT_CLOSE, { value, about })]),
  ];
}
