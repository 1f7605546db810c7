import type { ModalView } from '@slack/types';
import { deleteForm, deletionSaid, deletionView } from '../../commands/modals/delete-form.ts';
import { drillForm } from '../../commands/modals/drill-form.ts';
import { NO_TIMES, type Drill, type DrillCard, type DrillState } from '../../src/domain/drill.ts';
import type { DeletionCard, DeletionState } from '../../src/domain/key-deletion.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { keyLookOf } from './key-models.ts';
import { NOW, type Outside } from './outside.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const DAY = 86_400_000;
const DELETIONS: readonly DeletionState[] = [
  'checking',
  'asked',
  'approved',
  'deleting',
  'deleted',
  'refused',
  'declined',
  'cancelled',
  'expired',
  'failed',
  'unknown',
];
const DRILLS: readonly DrillState[] = [
  'raised',
  'contained',
  'reported',
  'over',
  'recovered',
  'unanswered',
  'stopped',
  'overtaken',
];

/** A deletion in each state, told in texts from outside. */
export function deletionCardsOf(outside: Outside): [name: DeletionState, card: DeletionCard][] {
  return DELETIONS.map((state) => [
    state,
    {
      deletion: {
        id: 'd1',
        accessKeyId: KEY,
        accountId: '123456789012',
        userId: 'AIDA1',
        userName: outside.path,
        state,
        stateAt: NOW,
        askedBy: 'U0ADMIN',
        askedAt: NOW,
        reason: outside.description,
        seen:
          state === 'checking'
            ? null
            : {
                at: NOW,
                inactiveSince: NOW - 40 * DAY,
                periodMs: 30 * DAY,
                lastUse: outside.reference,
                others: [{ accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: outside.alias }],
              },
        decidedBy: ['checking', 'asked', 'refused'].includes(state) ? null : 'U0OTHER',
        decidedAt: NOW,
        sentAt: NOW,
        tries: 1,
        why: state === 'asked' ? null : outside.reference,
        next: outside.description,
        noticeId: 'n1',
        nextAt: null,
        leaseOwner: null,
        leaseUntil: 0,
        correlationId: 'c1',
        version: 1,
      },
      ownership: { known: false, why: outside.reference },
      accountName: outside.name,
      now: NOW,
    },
  ]);
}

export function deletionViewsOf(outside: Outside): [name: string, view: ModalView][] {
  const principal = { kind: 'user', arn: `arn:aws:iam::123456789012:user/${outside.path}` } as const;
  const target = { partition: 'aws', accountId: '123456789012', principal } as const;
  return [
    ['delete a key', deleteForm(keyLookOf(outside))],
    ...deletionCardsOf(outside).map(([state, card]): [string, ModalView] => [
      `deletion ${state}`,
      deletionView(
        card,
        deletionSaid(card),
        state === 'refused' ? policiesFor(['rotate_others'], target) : [],
      ),
    ]),
  ];
}

export function deletionMessagesOf(outside: Outside): [name: string, message: Message][] {
  return deletionCardsOf(outside).flatMap(([state, card]): [string, Message][] => [
    [`deletion ${state}`, presenter.deletionMessage(card)],
    [`deletion ${state} line`, presenter.deletionLine(card)],
  ]);
}

/** A drill in each state. */
export function drillCardsOf(outside: Outside): [name: DrillState, card: DrillCard][] {
  return DRILLS.map((state) => {
    const drill: Drill = {
      id: 'd1',
      accessKeyId: KEY,
      accountId: '123456789012',
      userName: outside.path,
      state,
      stateAt: NOW,
      startedBy: 'U0ADMIN',
      raisedAt: NOW,
      endsAt: NOW + 1_800_000,
      paged: state === 'unanswered',
      times:
        state === 'raised'
          ? NO_TIMES
          : {
              deliveredAt: NOW + 400,
              clickedAt: NOW + 95_000,
              sentAt: NOW + 95_100,
              confirmedAt: NOW + 99_000,
              givenBackAt: null,
            },
      containmentId: state === 'raised' ? null : 'k1',
      containedBy: state === 'reported' ? null : 'U0OTHER',
      trouble: state === 'reported' ? outside.reference : null,
      remindedAt: state === 'reported' ? NOW : null,
      stoppedBy: state === 'stopped' ? 'U0ADMIN' : null,
      noticeId: 'n1',
      correlationId: 'c1',
      version: 1,
    };
    return [
      state,
      { drill, ownership: { known: false, why: outside.reference }, accountName: outside.name, now: NOW },
    ];
  });
}

/** `settings`: the settings window with such a drill. */
export function drillViewsOf(
  outside: Outside,
  settings: (drill: Drill) => ModalView,
): [name: string, view: ModalView][] {
  const { key, standing } = keyLookOf(outside);
  return [
    [
      'start a drill',
      drillForm(
        Array.from({ length: 120 }, () => ({ key, standing })),
        true,
      ),
    ],
    ['start a drill without a decoy', drillForm([], false)],
    ...drillCardsOf(outside).map(([state, { drill }]): [string, ModalView] => [
      `settings, drill ${state}`,
      settings(drill),
    ]),
  ];
}

export function drillMessagesOf(outside: Outside): [name: string, message: Message][] {
  return drillCardsOf(outside).flatMap(([state, card]): [string, Message][] => [
    [`drill ${state}`, presenter.drillMessage(card)],
    [`drill ${state} report`, presenter.drillReport(card)],
  ]);
}
