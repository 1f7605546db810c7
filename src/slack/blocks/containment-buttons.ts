import type { KnownBlock } from '@slack/types';
import { recoverableOf, undoableOf } from '../../domain/containment-acts.ts';
import { timesAsked, wasStolen } from '../../domain/containment-reasons.ts';
import { isOutOfReach } from '../../domain/containment-unread.ts';
import type { Containment } from '../../domain/containment.ts';
import { actions, button, confirm } from './elements.ts';
import { evidenceButton } from './evidence.ts';

/** Each carries the id of a containment; *Stop holding* also how many reasons it had when it was shown. */
export const CONTAINMENT_UNDO = 'containment.undo';
export const CONTAINMENT_RECOVER = 'containment.recover';
export const CONTAINMENT_STOP = 'containment.stop';
export const CONTAINMENT_LEAVE = 'containment.leave';
export const CONTAINMENT_DETAILS = 'containment.details';

/** Undo and Recover, where there is something to take back. `whose`: the user or key, for whoever hears the page. */
export function takeBackButtons(containment: Containment, whose: string): ReturnType<typeof button>[] {
  const { id: value } = containment;
  return [
    ...(undoableOf(containment).length === 0
      ? []
      : [
          button(wasStolen(containment) ? 'Undo' : 'Reactivate', CONTAINMENT_UNDO, {
            value,
            about: `Take back the containment of ${whose}`,
          }),
        ]),
    ...(recoverableOf(containment).length === 0
      ? []
      : [button('Recover', CONTAINMENT_RECOVER, { value, about: `Recover ${whose}` })]),
  ];
}

/** What may be done with it as it stands. */
export function buttonsOf(containment: Containment): KnownBlock[] {
  const { id: value, userName, accessKeyId, state } = containment;
  const whose = userName ?? accessKeyId;
  const buttons = [
    ...takeBackButtons(containment, whose),
    ...(state === 'holding'
      ? [
          button('Stop holding', CONTAINMENT_STOP, {
            value: `${value}:${timesAsked(containment)}`,
            about: `Stop holding ${whose}`,
            confirm: confirm(
              'Stop holding?',
              'Nothing is put back any more. Key and deny stay as they are.',
              'Stop holding',
              false,
            ),
          }),
        ]
      : []),
  ];
  if (isOutOfReach(containment)) {
    buttons.push(button('Close as it is', CONTAINMENT_LEAVE, { value, about: `Close as it is: ${whose}` }));
  }
  // Also when it is over: what the key did is asked afterwards, too.
  const evidence = evidenceButton({ kind: 'containment', id: value }, whose);
  return [actions('containment.actions', [...buttons, ...(state === 'merged' ? [] : [evidence])])];
}
